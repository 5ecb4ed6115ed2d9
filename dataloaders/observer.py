"""What a loader tells of its work, for whoever counts it."""

from typing import Protocol


class Observer(Protocol):
    """Is told of the loaders of all requests, each by its class's name."""

    def known(self, loader: str) -> None:
        """A key was asked for that the request has read, or is reading, already."""

    def read(self, loader: str, keys: int, failed: int, seconds: float) -> None:
        """So many keys were fetched together, in that time; `failed` of them came to an error."""


class Nobody:
    """Counts nothing."""

    def known(self, loader: str) -> None:
        """Counts nothing."""

    def read(self, loader: str, keys: int, failed: int, seconds: float) -> None:
        """Counts nothing."""
