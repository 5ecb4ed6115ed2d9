"""The state machine's rules, by what they are about."""
