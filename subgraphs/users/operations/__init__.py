"""The use cases of users: they decide."""
