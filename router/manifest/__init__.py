"""The operations that the clients have shipped, and what the router makes of them."""
