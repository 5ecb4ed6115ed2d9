"""Who people are: accounts, sessions, keys."""
