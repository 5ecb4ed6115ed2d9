"""Clients of other subgraphs over HTTP, and the TLS context that all clients of a process share."""
