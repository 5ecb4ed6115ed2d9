"""The systems that rewards asks: the events and users subgraphs, and whatever delivers items."""
