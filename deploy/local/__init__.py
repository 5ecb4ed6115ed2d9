"""The whole stack on one machine, by one command, without root."""
