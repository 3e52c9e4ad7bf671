"""The real clock, handed to everything that takes a Clock."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the clock is made

    def monotonic(self) -> float:
        """Give seconds that never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, cancellable."""
        import asyncio  # noqa: PLC0415 - most commands wait for nothing, and start faster

        await asyncio.sleep(seconds)


if TYPE_CHECKING:
    from purgeplan.model.ports import Clock

    _conforms: type[Clock] = SystemClock
