"""The domain of events in plain Python."""
