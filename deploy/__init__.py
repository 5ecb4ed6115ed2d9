"""How it is deployed: on one machine, and at large."""
