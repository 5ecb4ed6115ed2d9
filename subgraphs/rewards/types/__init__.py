"""The types of rewards' part of the graph."""
