"""The domain of users in plain Python."""
