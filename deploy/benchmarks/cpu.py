"""Whom the machine's CPU time went to while something was measured, so that a rate says what held it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psutil

MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU time by process, and of the whole machine: what was busy, and what was idle."""

    by_name: Mapping[str, float]
    busy: float
    idle: float

    def told(self, pieces: int) -> str:
        """Milliseconds a piece of work by process, the dearest first, and how busy the machine was, also with other work."""
        dearest = sorted(self.by_name.items(), key=lambda entry: -entry[1])
        each = ((name, seconds * MILLISECONDS / max(1, pieces)) for name, seconds in dearest)
        parts = ", ".join(f"{name} {spent:.2f}" for name, spent in each if spent >= 0.005)
        whole = self.busy + self.idle or 1.0
        others = max(0.0, self.busy - sum(self.by_name.values()))
        return f"{parts}; idle {self.idle / whole:.0%}, other work {others / whole:.0%}"


class Meter:
    """Counts from when it is made. `pids` are the processes that are measured, by name."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._before = self._now()

    def spent(self, ended: Mapping[str, float] | None = None) -> Spent:
        """What was spent since; `ended` are the seconds of processes that began and ended meanwhile."""
        before, now = self._before, self._now()
        by_name = {name: seconds - before.by_name[name] for name, seconds in now.by_name.items()}
        return Spent({**by_name, **(ended or {})}, now.busy - before.busy, now.idle - before.idle)

    def _now(self) -> Spent:
        by_name = {}
        for name, process in self._processes.items():
            times = process.cpu_times()
            by_name[name] = times.user + times.system
        whole = psutil.cpu_times()
        idle = whole.idle + whole.iowait
        return Spent(by_name, sum(whole[:8]) - idle, idle)
