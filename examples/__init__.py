"""Clients to start from."""
