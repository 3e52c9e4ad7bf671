"""The clock of a running sandbox."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is where the sandbox's clock comes from

    def monotonic(self) -> float:
        """Give seconds that never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, cancellable."""
        await asyncio.sleep(seconds)
