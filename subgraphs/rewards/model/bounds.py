"""What numbers may be."""

from subgraphs.runtime.results import Violation


def check_range(path: tuple[str, ...], code: str, value: int, least: int, most: int) -> list[Violation]:
    """A violation unless `least` <= `value` <= `most`."""
    return [] if least <= value <= most else [Violation(path, code, f"{path[-1]} is {least} to {most}")]
