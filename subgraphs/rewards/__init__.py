"""What can be won, who asked for it, what they hold."""
