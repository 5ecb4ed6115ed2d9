"""The dataloaders of users, one place a loader: `<Things>By<Key>`."""
