"""The domain of rewards in plain Python."""
