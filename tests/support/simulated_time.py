"""Time in simulated worlds: a clock that is the selector of its loop, so that nobody waits."""

import asyncio
from datetime import timedelta

from support.virtual import EPOCH


class SimulatedClock:
    """The clock of a world, and the selector of its loop: asked to wait, it moves on."""

    def __init__(self, elapsed=0.0):
        self.elapsed = elapsed

    def select(self, timeout):
        """Wait for nothing, in no time."""
        if timeout is None:
            message = "deadlock: nothing is scheduled and nothing can wake the loop"
            raise RuntimeError(message)
        self.elapsed += timeout
        return ()

    def now(self):
        """Give the wall clock's time."""
        return EPOCH + timedelta(seconds=self.elapsed)

    def monotonic(self):
        """Give seconds since the world began."""
        return self.elapsed

    async def sleep(self, seconds):
        """Wait."""
        await asyncio.sleep(seconds)


class SimulatedLoop(asyncio.BaseEventLoop):
    """An event loop without a single file, made and closed in microseconds."""

    def __init__(self, clock):
        super().__init__()
        self._selector = clock

    def time(self):
        """Give the world's time."""
        return self._selector.elapsed

    def _process_events(self, events):
        """Process nothing: there are no files."""

    def _write_to_self(self):
        """Wake nobody: there is one thread."""
