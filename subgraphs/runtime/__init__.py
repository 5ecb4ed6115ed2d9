"""What every subgraph stands on. Nothing here knows a word of the domain."""
