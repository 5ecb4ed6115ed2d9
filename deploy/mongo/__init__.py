"""MongoDB at deploy time: collections and indexes."""
