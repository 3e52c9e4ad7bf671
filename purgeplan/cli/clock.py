"""The real clock, handed to everything that takes a Clock."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

_AWAKE_OR_NOT: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux's clock, or that of macOS, which goes on while the machine sleeps: ``time.monotonic`` does
not, and an hour that an alias may be in doubt would last as long as the lid is closed."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the clock is made

    def monotonic(self) -> float:
        """Give seconds that are never put back, and go on while the machine sleeps."""
        if _AWAKE_OR_NOT is None:  # on Windows it does go on
            return time.monotonic()
        return time.clock_gettime(_AWAKE_OR_NOT)

    async def sleep(self, seconds: float) -> None:
        """Wait, cancellable."""
        import asyncio  # noqa: PLC0415 - most commands wait for nothing, and start faster

        await asyncio.sleep(seconds)


if TYPE_CHECKING:
    from purgeplan.model.ports import Clock

    _conforms: type[Clock] = SystemClock
