"""The dataloaders of rewards, one place a loader: `<Things>By<Key>`."""
