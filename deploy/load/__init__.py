"""Measurements under load."""
