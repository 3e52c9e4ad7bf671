"""Deletion itself: claim, send, settle, one turn after the other, until nothing is left."""

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from purgeplan.engine.admit import AdmittedPlan
from purgeplan.engine.again import Again
from purgeplan.engine.flight import Flight
from purgeplan.engine.judging import Judge
from purgeplan.engine.means import Means
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, JournalError
from purgeplan.model.outcome import Item, Outcome
from purgeplan.model.progress import Ended, Progress, Settled, Waiting

DRAIN_S: Final = 5.0
"""What a stopping run gives requests under way; a CI runner kills after 7.5 s."""

TURN_S: Final = 0.1
GATHER_S: Final = 0.05
"""While requests are under way, commits are so many seconds apart, or as long as the disk takes:
half of what claims reach ahead, so that the next are durable before these have begun."""

BATCH: Final = 512

SOON_S: Final = 0.5
"""A check that is due is made so long before the next start: later it might miss that, earlier it
would be made again and again at a pace slower than that of the checks."""

CHECK: Final = "check"
"""Why a portion ended that stands for no end: a check is due, and comes before the next."""


async def execute(
    admitted: AdmittedPlan,
    run_id: int,
    means: Means,
    again: Sequence[Claimed] = (),
    portion: int | None = None,
) -> AsyncGenerator[Progress, None]:
    """Delete what is pending of an admitted plan, yielding what happens; the last is an Ended.

    Every turn, in this order; what a crash between two steps leaves behind is said with each:

    1. answers that came in are judged, without effects;
    2. one durable transaction settles them and claims what starts within the next 100 ms
       (crash before: the answered are `sent`, unknown, and sent again by the next run);
    3. the outcomes are yielded (crash here: nothing lost, they are durable);
    4. the claimed are started at the pacer's times, one DELETE each
       (crash before the first byte: `sent`, nothing done; after it: `sent`, maybe done).

    ``again`` are items that earlier runs left unresolved: they are claimed again first.
    ``portion`` is how many fresh ids this call may claim, the canary's say; None is all. Where a
    check becomes due nobody else begins, and it ends with CHECK once nothing is under way.
    Asked to stop (``Stops``), it gives back as pending what has not begun, and DRAIN_S seconds to
    what is under way. Closed early by its consumer, it abandons that at once: `sent`, as after a
    crash. After a JournalError nothing new begins, what still lands is dumped, the error raised.
    """
    run = _Run(admitted, run_id, means, again)
    run.portion = portion
    try:
        async with aclosing(run.turns()) as turns:
            async for progress in turns:
                yield progress
    finally:
        await run.flight.close()


class _Run:
    """One run's turns; its state is what the journal does not need to know."""

    def __init__(
        self, admitted: AdmittedPlan, run_id: int, means: Means, again: Sequence[Claimed]
    ) -> None:
        self.flight = Flight(means.target, means.pacer, means.clock)
        self._run_id = run_id
        self._means = means
        self._resumed = deque(one for one in again if not one.at)
        self._again = Again(one for one in again if one.at)
        self._judge = Judge(admitted.spec, means, self._again)
        self._back: list[Claimed] = []
        self._unsaved: list[Outcome] = []
        self._exhausted = self._bounded = False
        self._checking = False
        self.portion: int | None = None

    async def turns(self) -> AsyncGenerator[Progress, None]:
        """Take turns until something ends the run, then drain."""
        while self._still_on():
            paused = self._throttled() or self._means.stops.paused()
            if paused is None:
                self._checking = self._checking or self._check_first()
                self._take_up()
            until = self._means.clock.monotonic() + GATHER_S
            settled = await self._turn(paused=paused is not None)
            if settled is not None:
                yield settled
            if self._judge.ended is None and self._nothing_left():
                self._judge.ended = self._finish()
                break
            if paused is not None:
                yield Waiting(*paused)
            await self._wait(self._idle_s(paused), until)
        async with aclosing(self._drain()) as drained:
            async for settled in drained:
                yield settled
        yield self._judge.ended or Ended(Exit.DONE, "done")

    def _still_on(self) -> bool:
        self._judge.ended = self._judge.ended or self._means.stops.ended()
        return self._judge.ended is None

    async def _wait(self, seconds: float, until: float) -> None:
        """Wait for an answer, and for those that share its commit; claims do not run out by it."""
        clock, flight = self._means.clock, self.flight
        left_s = max(0.0, until - clock.monotonic())
        await flight.change(min(seconds, left_s) if flight.unbegun else seconds)
        if flight.in_flight and (left_s := until - clock.monotonic()) > 0:
            await clock.sleep(left_s)

    def _throttled(self) -> tuple[str, float] | None:
        seconds = self._means.pacer.paused_s(self._means.clock.monotonic())
        if seconds > 0:
            return f"throttled: Retry-After {-(-seconds // 1):.0f} s", min(seconds, TURN_S * 5)
        return None

    async def _turn(self, *, paused: bool) -> Settled | None:
        outcomes = self._judge.outcomes(self.flight.landed())
        claim = not paused and self._judge.ended is None
        outcomes += [] if claim and not self._checking else self._given_back()
        again = self._due() if claim else []
        fresh = max(0, self._fresh() - len(again)) if claim else 0
        if not (outcomes or again or fresh):
            return None
        items = await self._journal(outcomes, [one.item for one in again], fresh)
        self._exhausted = self._exhausted or len(items) < fresh
        self._count(len(items))
        self.flight.launch([*again, *(Claimed(item) for item in items)])
        return Settled(tuple(outcomes), self.flight.in_flight) if outcomes else None

    def _given_back(self) -> list[Outcome]:
        """Take back what has not begun: it would begin long into a pause, or after the end."""
        back = self.flight.ground()
        self._back += back
        return self._judge.unbegun(back)

    def _check_first(self) -> bool:
        """Tell whether a check is due, and somebody could be sent before it, very soon."""
        now, unbegun = self._means.clock.monotonic(), self.flight.unbegun
        resumed = self._resumed and not self._bounded
        anybody = unbegun or self._back or resumed or self._again.is_due(now) or self._fresh()
        soon = self._means.pacer.due_at(now) <= now + SOON_S
        return bool(anybody) and soon and self._means.check_due()

    def _take_up(self) -> None:
        """After a pause go on with what was given back; where a check comes first leave it.

        So it leaves whoever is to be tried again, or was left unresolved and not resumed yet.
        """
        if self._checking:
            self._means.left.extend((*self._back, *self._again.clear(), *self._resumed))
            self._resumed.clear()
        else:
            for one in self._back:
                self._again.put(one)
        self._back.clear()

    def _count(self, fresh: int) -> None:
        self._means.stops.count(fresh)
        if self.portion is not None:
            self.portion -= fresh

    def _allowed(self) -> int:
        if self._checking:
            return 0
        allowed = self._means.stops.allowed()
        return allowed if self.portion is None else min(allowed, self.portion)

    def _fresh(self) -> int:
        return 0 if self._exhausted else min(self.flight.room(), self._allowed(), BATCH)

    def _due(self) -> list[Claimed]:
        now, room = self._means.clock.monotonic(), self.flight.room()
        starts_at = max(now, self._means.pacer.due_at(now))
        due = self._again.take(now, starts_at, room)
        while self._resumed and len(due) < room:
            one = self._resumed[0]
            if starts_at < one.until:  # as in Again.take
                if not self._means.stops.resume(one.item.position):
                    self._bounded = True
                    break
                due.append(one)
            self._resumed.popleft()
        return due

    async def _journal(self, outcomes: list[Outcome], again: list[Item], fresh: int) -> list[Item]:
        self._unsaved = outcomes
        try:
            items = await self._means.offload(
                lambda: self._means.journal.turn(self._run_id, outcomes, again, fresh)
            )
        except JournalError:
            await self._give_up()
            raise
        self._unsaved = []
        return items

    async def _give_up(self) -> None:
        """After a journal error: begin nothing, wait for what is under way, save it elsewhere."""
        self.flight.ground()
        await self.flight.settle(DRAIN_S)
        late = self._judge.outcomes(self.flight.landed())
        self._means.dump([*self._unsaved, *late])

    def _nothing_left(self) -> bool:
        spent = self._exhausted or self._allowed() <= 0
        resumed = self._resumed and not self._bounded
        return spent and self.flight.idle and not (self._again or self._back or resumed)

    def _finish(self) -> Ended:
        if self._means.left:
            return Ended(Exit.DONE, CHECK)
        if self._bounded:
            return self._means.stops.spent()
        if self._exhausted:
            return Ended(Exit.DONE, "done")
        if self.portion is not None and self.portion <= 0:
            return Ended(Exit.DONE, "portion")
        if self._checking and self._means.stops.allowed():
            return Ended(Exit.DONE, CHECK)
        return self._means.stops.spent()

    def _idle_s(self, paused: tuple[str, float] | None) -> float:
        """Give how long to wait for an answer before the next turn, in seconds."""
        if paused is not None:
            return paused[1]
        wait_s = self._again.wait_s(self._means.clock.monotonic())
        if wait_s is None or wait_s <= 0:  # nobody, or due and no room to start it yet
            return TURN_S
        return min(wait_s, TURN_S)

    async def _drain(self) -> AsyncGenerator[Settled, None]:
        grounded = self._judge.unbegun(self.flight.ground())
        await self.flight.settle(DRAIN_S)
        outcomes = [*grounded, *self._judge.outcomes(self.flight.landed())]
        if outcomes:
            await self._journal(outcomes, [], 0)
            yield Settled(tuple(outcomes), self.flight.in_flight)
