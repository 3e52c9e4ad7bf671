"""Virtual time: an event loop whose clock jumps to the next timer, so that hours take no time."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 6, 1, tzinfo=UTC)


class _JumpingSelector(selectors.DefaultSelector):
    """Never blocks: asked to wait, it moves the loop's clock instead."""

    def __init__(self):
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout:
            self.elapsed += timeout
        if not ready and timeout is None:
            message = "deadlock: nothing is scheduled and nothing can wake the loop"
            raise RuntimeError(message)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time."""

    def __init__(self):
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self):
        """Give virtual seconds."""
        return self._jumping.elapsed


class VirtualClock:
    """A Clock on the running VirtualLoop; its wall clock starts at EPOCH plus ``offset_s``."""

    def __init__(self, offset_s=0.0):
        self.offset_s = offset_s

    def now(self):
        """Give the virtual wall clock's time."""
        return EPOCH + timedelta(seconds=self.offset_s + self._elapsed())

    def monotonic(self):
        """Give virtual seconds since the loop began."""
        return self._elapsed()

    async def sleep(self, seconds):
        """Wait in virtual time."""
        await asyncio.sleep(seconds)

    @staticmethod
    def _elapsed():
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return 0.0


def run_virtually(main):
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
