"""The dataloaders of events, one place a loader: `<Things>By<Key>`."""
