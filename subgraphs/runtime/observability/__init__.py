"""Structured logs, metrics for Prometheus, and trace ids."""
