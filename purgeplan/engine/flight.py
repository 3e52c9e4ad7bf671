"""Requests under way: claimed items wait for their turn, are sent, and land as answers."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from purgeplan.engine.pacer import Pacer
from purgeplan.engine.waiting import Claimed, Waiting
from purgeplan.model.answer import Answer
from purgeplan.model.ports import Clock, Target


@dataclass(frozen=True, slots=True)
class Landed:
    """An answer, with what it answers."""

    claimed: Claimed
    answer: Answer


class Flight:
    """Starts claimed items at the pacer's times and gathers their answers.

    Nothing is started but what was launched, once, in the order of ``Waiting``. ``ground`` takes
    back what has not begun; what was begun always lands, or stays unresolved in the journal.
    """

    def __init__(self, target: Target, pacer: Pacer, clock: Clock) -> None:
        self._target = target
        self._pacer = pacer
        self._clock = clock
        self._waiting = Waiting()
        self._landed: deque[Landed] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._more = asyncio.Event()
        self._starter: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None

    @property
    def in_flight(self) -> int:
        """Count requests begun and not answered."""
        return len(self._under_way)

    @property
    def claimed(self) -> int:
        """Count items launched that have neither landed nor been taken back."""
        return len(self._waiting) + len(self._under_way)

    @property
    def idle(self) -> bool:
        """Tell whether nothing waits, flies or has landed."""
        return not (len(self._waiting) or self._under_way or self._landed)

    def room(self) -> int:
        """Give how many more may be claimed now: what starts within the next tenth of a second."""
        horizon = self._pacer.starts_within(self._clock.monotonic(), HORIZON_S)
        free = self._pacer.most_in_flight - self.claimed
        return max(0, min(horizon - len(self._waiting), free))

    def launch(self, items: Iterable[Claimed]) -> None:
        """Queue claimed items to be started, each at its time."""
        self._waiting.extend(items)
        if len(self._waiting) and self._starter is None:
            self._starter = asyncio.create_task(self._start_all())
            self._starter.add_done_callback(self._starter_ended)
        self._more.set()

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
        """Wait until nothing is under way, at most so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=timeout_s)

    async def close(self) -> None:
        """Abandon whatever is under way; it stays unresolved."""
        tasks = [*self._under_way, *([self._starter] if self._starter else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_all(self) -> None:
        while True:
            if not len(self._waiting) or len(self._under_way) >= self._pacer.most_in_flight:
                self._more.clear()
                await self._more.wait()
                continue
            now = self._clock.monotonic()
            wait_s = self._wait_s(now)
            if wait_s > 0:
                await self._clock.sleep(wait_s)
                continue  # whoever waited may have been grounded, or everyone paused, meanwhile
            self._pacer.started(now)
            self._start(self._waiting.take(now))

    def _wait_s(self, now: float) -> float:
        """Give for how long nobody may start; others than those held may come meanwhile."""
        paced_s = self._pacer.due_at(now) - now
        return paced_s if paced_s > 0 else min(self._waiting.ready_at(now) - now, HORIZON_S)

    def _start(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._send(claimed))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def _send(self, claimed: Claimed) -> None:
        answer = await self._target.delete(claimed.item)
        self._landed.append(Landed(claimed, answer))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._note_failure(task)
        self._more.set()
        self._changed.set()

    def _starter_ended(self, task: "asyncio.Task[None]") -> None:
        self._note_failure(task)
        self._changed.set()

    def _note_failure(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._failure = self._failure or task.exception()


HORIZON_S = 0.1
"""Claims reach a tenth of a second ahead: what a crash leaves in doubt stays small."""
