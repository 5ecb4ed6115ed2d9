"""What is true of texts in every domain: whether they name a time zone, a country, or an address of the web."""

import importlib.resources
import zoneinfo
from functools import cache
from typing import Final
from urllib.parse import urlsplit

MAX_URL: Final = 2048


@cache
def timezones() -> frozenset[str]:
    """The IANA names of time zones."""
    return frozenset(zoneinfo.available_timezones())


@cache
def regions() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes, as the time zone database lists them."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))


def is_https_url(text: str) -> bool:
    """Whether it is an https URL with a host, of at most 2,048 printable characters."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return len(text) <= MAX_URL and text.isprintable() and parts.scheme == "https" and bool(parts.hostname)
