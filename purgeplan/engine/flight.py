"""Requests under way: claimed items wait for their turn, are sent, and land as answers."""

import asyncio
from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Final, NamedTuple

from purgeplan.engine.pacer import Pacer
from purgeplan.engine.waiting import Claimed, Waiting
from purgeplan.model.answer import Answer
from purgeplan.model.ports import Clock, Target

HORIZON_S: Final = 0.1
"""Claims reach a tenth of a second ahead: what a crash leaves in doubt stays small."""

MORE_AT_ONCE: Final = 32
"""Senders that join at a time, where many may start at once. Whoever lands goes on with the next
item by itself, which costs less than one more."""


class Landed(NamedTuple):
    """An answer, with what it answers."""

    claimed: Claimed
    answer: Answer


class Flight:
    """Starts claimed items at the pacer's times and gathers their answers.

    Nothing is started but what was launched, once, in the order of ``Waiting``. ``ground`` takes
    back what has not begun; what was begun always lands, or stays unresolved in the journal.

    Each request is sent by one of many senders. One of them at most waits for the next start: when
    it comes, that one sends, in the same step of the loop, and another waits. So a start is when
    the pacer counts it, however busy the loop is.
    """

    def __init__(self, target: Target, pacer: Pacer, clock: Clock) -> None:
        self._target = target
        self._pacer = pacer
        self._clock = clock
        self._waiting = Waiting()
        self._landed: deque[Landed] = deque()
        self._in_flight = 0
        self._senders: set[asyncio.Task[None]] = set()
        self._joining = 0
        self._next: asyncio.Task[None] | None = None
        self._step_at = -inf
        self._changed = asyncio.Event()
        self._failure: Exception | None = None

    @property
    def in_flight(self) -> int:
        """Count requests begun and not answered."""
        return self._in_flight

    @property
    def claimed(self) -> int:
        """Count items launched that have neither landed nor been taken back."""
        return self.unbegun + self._in_flight

    @property
    def unbegun(self) -> int:
        """Count items launched that have not begun."""
        return len(self._waiting)

    @property
    def idle(self) -> bool:
        """Tell whether nothing waits, flies or has landed."""
        return not (self.claimed or self._landed)

    def room(self) -> int:
        """Give how many more may be claimed now: what starts within the next tenth of a second."""
        horizon = self._pacer.starts_within(self._clock.monotonic(), HORIZON_S)
        free = self._pacer.most_in_flight - self.claimed
        return max(0, min(horizon - len(self._waiting), free))

    def launch(self, items: Iterable[Claimed]) -> None:
        """Queue claimed items to be started, each at its time."""
        self._waiting.extend(items)
        self._let_join()

    def landed(self) -> list[Landed]:
        """Take the answers that have come in; raises what a target raised, which is a bug."""
        if self._failure is not None:
            raise self._failure
        answers = list(self._landed)
        self._landed.clear()
        self._changed.clear()
        return answers

    def ground(self) -> list[Claimed]:
        """Take back what has not begun: nothing of it has left the process."""
        return self._waiting.clear()

    async def change(self, timeout_s: float) -> None:
        """Wait until an answer has come in, at most so long."""
        if self._landed or self._failure:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return

    async def settle(self, timeout_s: float) -> None:
        """Wait until nothing is under way, at most so long; to be grounded before."""
        if sending := [sender for sender in self._senders if sender is not self._next]:
            await asyncio.wait(sending, timeout=timeout_s)

    async def close(self) -> None:
        """Abandon whatever is under way; it stays unresolved."""
        senders = tuple(self._senders)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)

    def _let_join(self) -> None:
        """Have as many senders more as may start now, or one that waits for the next start."""
        if self._joining or self._next is not None or not self._waiting:
            return
        free = min(len(self._waiting), self._pacer.most_in_flight - self._in_flight)
        due = max(1, self._pacer.due_now(self._clock.monotonic()))
        for _ in range(min(free, due, MORE_AT_ONCE)):
            sender = asyncio.create_task(self._send_all())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
            self._joining += 1

    async def _send_all(self) -> None:
        """Send one item after the other, as long as there are some that nobody waits for."""
        self._joining -= 1
        try:
            while (claimed := self._started() or await self._next_start()) is not None:
                try:
                    answer = await self._target.delete(claimed.item)
                finally:
                    self._in_flight -= 1
                self._landed.append(Landed(claimed, answer))
                self._changed.set()
        except Exception as error:  # noqa: BLE001 - raised where answers are taken
            self._failure = self._failure or error
            self._changed.set()

    def _started(self) -> Claimed | None:
        """Take the next item where it may start right now."""
        if not (self._waiting and self._has_room()):
            return None
        now = self._clock.monotonic()
        due_at = max(self._pacer.due_at(now), self._step_at)
        if due_at > now or self._waiting.ready_at(now) > now:
            return None
        self._pacer.started(now)
        claimed = self._waiting.take(now)
        self._in_flight += 1
        self._let_join()
        return claimed

    async def _next_start(self) -> Claimed | None:
        """Wait for the next start and take the item; None where another waits, or nobody is left.

        Others than those held may come meanwhile; whoever waited may have been grounded, or
        everyone paused.
        """
        while self._next is None and self._waiting and self._has_room():
            now = self._clock.monotonic()
            step_at = self._pacer.step_at(now)
            held_s = min(self._waiting.ready_at(now) - now, HORIZON_S)
            self._next = asyncio.current_task()
            try:
                if step_at > now:
                    self._step_at = step_at
                    await self._clock.sleep(step_at - now)
                else:
                    await self._clock.sleep(held_s)
            finally:
                self._next, self._step_at = None, -inf
            if (claimed := self._started()) is not None:
                return claimed
        return None

    def _has_room(self) -> bool:
        return self._in_flight < self._pacer.most_in_flight
