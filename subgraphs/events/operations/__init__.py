"""The use cases of events: they decide."""
