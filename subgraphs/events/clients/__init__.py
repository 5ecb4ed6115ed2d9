"""The systems that events asks: the users subgraph."""
