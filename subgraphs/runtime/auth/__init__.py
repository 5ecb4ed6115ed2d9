"""Who is asking.

Tokens and their keys, what was revoked since, the client's address, and the middleware that applies them.
"""
