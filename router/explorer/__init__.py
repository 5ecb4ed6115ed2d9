"""GraphiQL at one address, offline."""
