"""The transactional outbox with its relay, the broker inside one process, and what a worker is made of."""
