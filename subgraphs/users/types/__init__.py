"""The types of users' part of the graph."""
