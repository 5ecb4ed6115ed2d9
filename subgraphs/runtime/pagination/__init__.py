"""Keyset pagination: signed cursors, and the queries that read pages from MongoDB."""
