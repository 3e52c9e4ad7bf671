"""Time in simulated worlds: a clock, and a loop that moves it on, so that nobody waits."""

import asyncio
from datetime import timedelta
from heapq import heappop

from support.virtual import EPOCH


class SimulatedClock:
    """The clock of a world."""

    def __init__(self, elapsed=0.0):
        self.elapsed = elapsed
        self._told = None, None

    def now(self):
        """Give the wall clock's time."""
        if self._told[0] != self.elapsed:
            self._told = self.elapsed, EPOCH + timedelta(seconds=self.elapsed)
        return self._told[1]

    def monotonic(self):
        """Give seconds since the world began."""
        return self.elapsed

    async def sleep(self, seconds):
        """Wait."""
        await asyncio.sleep(seconds)


class SimulatedLoop(asyncio.BaseEventLoop):
    """An event loop without a single file, made and closed in microseconds.

    Where nothing is ready it moves the world's clock to the next timer.
    """

    def __init__(self, clock):
        super().__init__()
        self._clock = clock

    def time(self):
        """Give the world's time."""
        return self._clock.elapsed

    def _run_once(self):
        """Do as asyncio's own does, without looking for files or at its own slowness."""
        ready, timers = self._ready, self._scheduled
        while timers and timers[0]._cancelled:
            heappop(timers)._scheduled = False
        if not ready:
            if not timers:
                message = "deadlock: nothing is scheduled and nothing can wake the loop"
                raise RuntimeError(message)
            self._clock.elapsed = max(self._clock.elapsed, timers[0]._when)
        due = self._clock.elapsed + self._clock_resolution
        while timers and timers[0]._when < due:
            handle = heappop(timers)
            handle._scheduled = False
            ready.append(handle)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _write_to_self(self):
        """Wake nobody: there is one thread."""
