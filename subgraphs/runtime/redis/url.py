"""Where Redis is, as a setting says it."""

from dataclasses import dataclass
from typing import Final, Self, TypeAlias
from urllib.parse import urlsplit

from redis.exceptions import RedisError

# What a call may raise when Redis is slow or away.
REDIS_FAULTS: Final = (RedisError, OSError, TimeoutError)
_SCHEMES: Final = {"redis": False, "rediss": False, "redis+cluster": True, "rediss+cluster": True}
_PORT: Final = 6379

Address: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """What a setting says of where Redis is: one server, or some of a cluster's, which tell of the others."""

    scheme: str
    credentials: str
    addresses: tuple[Address, ...]
    rest: str
    is_cluster: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Of `redis://host:port/0`, or `redis+cluster://host:port,host:port`; `rediss` is the same by TLS.

        A user and a password before the hosts are for all of them. Raises ValueError, which does not repeat the URL.
        """
        parts = urlsplit(url)
        is_cluster = _SCHEMES.get(parts.scheme)
        if is_cluster is None:
            raise ValueError(f"begins with none of {', '.join(f'{scheme}://' for scheme in _SCHEMES)}")
        credentials, at, hosts = parts.netloc.rpartition("@")
        addresses = tuple(_address(host) for host in hosts.split(","))
        if not is_cluster and len(addresses) > 1:
            raise ValueError("several hosts are a cluster's: redis+cluster://host:port,host:port")
        if is_cluster and parts.path not in ("", "/", "/0"):
            raise ValueError("a cluster has no database but 0")
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme.removesuffix("+cluster"), credentials + at, addresses, rest, is_cluster)

    def url_of(self, address: Address) -> str:
        """The URL of one server, with what is the same for all."""
        host, port = address
        return f"{self.scheme}://{self.credentials}{f'[{host}]' if ':' in host else host}:{port}{self.rest}"


def _address(text: str) -> Address:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None:
        raise ValueError("each host is written as host:port")
    return host, port or _PORT
