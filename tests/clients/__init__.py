"""The clients that frontends and apps use, from npm and in Python, against the running stack."""
