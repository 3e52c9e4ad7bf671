"""Time in simulated worlds: a clock, and a loop that moves it on, so that nobody waits."""

import asyncio
import sys
from collections import deque
from contextlib import contextmanager
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from weakref import WeakSet

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


class _Handle:
    """A call to come, until it is cancelled."""

    __slots__ = ("args", "at", "call", "cancelled", "context")

    def __init__(self, call, args, context, at=None):
        self.call = call
        self.args = args
        self.context = context
        self.at = at
        self.cancelled = False

    def cancel(self):
        """Have it never be called."""
        self.cancelled = True

    def when(self):
        """Give the time for which it was scheduled."""
        return self.at


class SimulatedLoop(asyncio.AbstractEventLoop):
    """All of an event loop that the engine uses, without a file; made and ended in microseconds.

    Calls come in asyncio's order: those that are ready first to last, timers by their time, and
    those of one time as they were made. Where nothing is ready it moves the world's clock on to
    the next timer. Raises RuntimeError where nothing ever will be.
    """

    def __init__(self, clock):
        self._clock = clock
        self._ready = deque()
        self._timers = []
        self._number = count()
        self._generators = WeakSet()
        self._raised = None
        self.tasks = []

    # What asyncio's futures, tasks and timeouts ask of a loop

    def time(self):
        """Give the world's time."""
        return self._clock.elapsed

    def get_debug(self):
        """Look at nothing twice."""
        return False

    def is_closed(self):
        """Take whatever comes."""
        return False

    def call_soon(self, callback, *args, context=None):
        """Have something called as soon as it is its turn."""
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay, callback, *args, context=None):
        """Have something called after so many seconds."""
        return self.call_at(self._clock.elapsed + delay, callback, *args, context=context)

    def call_at(self, when, callback, *args, context=None):
        """Have something called at a time."""
        handle = _Handle(callback, args, context, when)
        heappush(self._timers, (when, next(self._number), handle))
        return handle

    def create_future(self):
        """Give a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(self, coro, *, name=None, context=None):
        """Give a task of this loop."""
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        self.tasks.append(task)
        return task

    def call_exception_handler(self, context):
        """Keep what nobody has asked for; it is raised at the end."""
        self._raised = self._raised or context.get("exception") or RuntimeError(context["message"])

    # How it runs

    def run(self, task):
        """Run a task to its end, and what it left half done; give what it gives.

        Raises what nobody has asked for, too.
        """
        with self._running():
            self._run_until(task)
            if self._generators:
                left = [each.aclose() for each in self._generators]
                self._run_until(asyncio.gather(*left, return_exceptions=True))
        if self._raised is not None:
            raise self._raised
        return task.result()

    @contextmanager
    def _running(self):
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._generators.add, self._finalize)
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*before)

    def _finalize(self, generator):
        self.create_task(generator.aclose())

    def _run_until(self, future):
        ready, timers, clock = self._ready, self._timers, self._clock
        stopped = []
        future.add_done_callback(stopped.append)
        while not stopped:
            if not ready:
                self._move_on()
            while timers and timers[0][0] <= clock.elapsed:
                ready.append(heappop(timers)[2])
            for _ in range(len(ready)):
                handle = ready.popleft()
                if handle.cancelled:
                    continue
                if handle.context is None:
                    handle.call(*handle.args)
                else:
                    handle.context.run(handle.call, *handle.args)

    def _move_on(self):
        """Go to the time of the next timer that is not cancelled."""
        timers = self._timers
        while timers and timers[0][2].cancelled:
            heappop(timers)
        if not timers:
            message = "deadlock: nothing is scheduled and nothing can wake the loop"
            raise RuntimeError(message)
        self._clock.elapsed = max(self._clock.elapsed, timers[0][0])
