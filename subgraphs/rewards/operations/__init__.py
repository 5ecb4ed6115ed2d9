"""The use cases of rewards: they decide."""
