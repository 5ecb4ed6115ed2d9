"""Where a request comes from, as far as a trusted proxy says."""

import ipaddress
from typing import Final

FORWARDED_HEADER: Final = "x-forwarded-for"


def client_address(forwarded: str | None, trusted_proxies: int) -> str | None:
    """The client's network by an X-Forwarded-For header to which each of `trusted_proxies` appended one address.

    What stands further left came from outside and is not believed. An IPv6 address counts as its /64, which is what one
    household gets. None without a trusted proxy, or when the header is missing or makes no sense.
    """
    entries = [entry.strip() for entry in (forwarded or "").split(",")]
    if trusted_proxies < 1 or len(entries) < trusted_proxies:
        return None
    try:
        address = ipaddress.ip_address(entries[-trusted_proxies].strip("[]"))
    except ValueError:
        return None
    if address.version == 6:
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
