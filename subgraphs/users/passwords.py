"""Passwords: argon2id, off the event loop, few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError


class Passwords:
    """Hashes and verifies in a bounded pool, so that a rush of logins cannot take all memory or starve the event loop."""

    def __init__(self, *, memory_kib: int, time_cost: int, threads: int) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="argon2")
        # What a login with an unknown address is verified against, so that it takes as long.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The encoded argon2id hash."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is right; without a hash it never is, and takes as long to say so."""
        right = await asyncio.get_running_loop().run_in_executor(
            self._pool, self._verify, encoded or self._nobody, password
        )
        return right and encoded is not None

    def is_outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than are set now."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Ends the threads, once what they hash is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (Argon2Error, InvalidHashError):
            return False
