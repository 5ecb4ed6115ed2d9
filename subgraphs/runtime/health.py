"""The health of a process: whether it lives, and whether it may get requests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

READY_SECONDS: Final = 2.0

Check: TypeAlias = Callable[[], Awaitable[None]]


class Health:
    """Whether the process lives and may get requests. It is not ready while it starts, drains, or a need is not met."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.draining = False

    async def ready(self) -> dict[str, str]:
        """What each dependency says: 'ok' or the kind of its fault."""
        results = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        return dict(zip(self._checks, results, strict=True))

    @staticmethod
    async def _run(check: Check) -> str:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await check()
        except Exception as error:
            return type(error).__name__
        return "ok"
