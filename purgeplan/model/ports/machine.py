"""The ports of the machine that it runs on: its time, and its lock."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from purgeplan.model.records import Operator


class Clock(Protocol):
    """Time: ``now`` for records (aware UTC), ``monotonic`` for every wait and rate."""

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds that nobody can put back or forward."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, cancellable."""
        ...


class Lock(Protocol):
    """At most one run per app on a machine and journal; the operating system holds it."""

    def hold(self, app_id: str, operator: Operator, command: str) -> AbstractContextManager[None]:
        """Hold the lock for a while; raises LockedError naming the holder where it is taken."""
        ...

    def holder(self, app_id: str) -> str | None:
        """Say who holds it now, or None where nobody does."""
        ...
