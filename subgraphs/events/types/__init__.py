"""The types of events' part of the graph."""
