"""Deletion itself: claim, send, settle, one turn after the other, until nothing is left."""

import heapq
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from purgeplan.engine.admit import AdmittedPlan
from purgeplan.engine.flight import Flight, Landed
from purgeplan.engine.pacer import Pacer
from purgeplan.engine.stops import Stops
from purgeplan.engine.unresolved import sure_s
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, Finding, JournalError
from purgeplan.model.answer import Decision, Then, decide
from purgeplan.model.breaker import BreakerWatch
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.ports import Clock, Journal, Target
from purgeplan.model.progress import Ended, Progress, Settled, Waiting

DRAIN_S: Final = 5.0
"""What a stopping run gives requests under way; a CI runner kills after 7.5 s."""

TURN_S: Final = 0.1
GATHER_S: Final = 0.03
"""While requests are under way, answers of so many seconds share one commit."""

BATCH: Final = 256

CHECK: Final = "check"
"""Why a portion ended that stands for no end: a check is due, and comes before the next."""

Result = TypeVar("Result")


class Offload(Protocol):
    """Runs a blocking call of the journal where it does not hold up the loop, one at a time."""

    def __call__(self, call: Callable[[], Result], /) -> Awaitable[Result]:
        """Give what the call gives."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with.

    ``dump`` saves outcomes that the journal could not take. ``check_due`` tells that nothing new
    may be claimed before a check, which is made while nothing is under way. ``left`` takes what
    was given back in a pause and has a check to come before it: the next ``again``.
    """

    journal: Journal
    target: Target
    clock: Clock
    pacer: Pacer
    stops: Stops
    breaker: BreakerWatch
    offload: Offload
    dump: Callable[[Sequence[Outcome]], None]
    check_due: Callable[[], bool] = lambda: False
    left: list[Claimed] = field(default_factory=list)

    def taken_left(self) -> tuple[Claimed, ...]:
        """Give what was left, once."""
        left = tuple(self.left)
        self.left.clear()
        return left


@dataclass(order=True, slots=True)
class _Due:
    """An item to be sent again, not before ``at`` (monotonic)."""

    at: float
    position: int
    claimed: Claimed = field(compare=False)


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
    check becomes due it claims no more, and ends with CHECK once all that it began is settled.
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
        self._spec = admitted.spec
        self._run_id = run_id
        self._means = means
        self._breaker = means.breaker
        self._due = [_Due(0.0, one.item.position, one) for one in again]
        heapq.heapify(self._due)
        self._back: list[Claimed] = []
        self._unsaved: list[Outcome] = []
        self._ended: Ended | None = None
        self._exhausted = False
        self._checking = False
        self.portion: int | None = None

    async def turns(self) -> AsyncGenerator[Progress, None]:
        """Take turns until something ends the run, then drain."""
        while self._still_on():
            paused = self._throttled() or self._means.stops.paused()
            if paused is None:
                self._checking = self._checking or self._means.check_due()
                self._take_up()
            settled = await self._turn(paused=paused is not None)
            if settled is not None:
                yield settled
            if self._ended is None and self._nothing_left():
                self._ended = self._finish()
                break
            if paused is not None:
                yield Waiting(*paused)
            await self._wait(self._idle_s(paused))
        async with aclosing(self._drain()) as drained:
            async for settled in drained:
                yield settled
        yield self._ended or Ended(Exit.DONE, "done")

    def _still_on(self) -> bool:
        self._ended = self._ended or self._means.stops.ended()
        return self._ended is None

    async def _wait(self, seconds: float) -> None:
        await self.flight.change(seconds)
        if self.flight.in_flight:
            await self._means.clock.sleep(GATHER_S)

    def _throttled(self) -> tuple[str, float] | None:
        seconds = self._means.pacer.paused_s(self._means.clock.monotonic())
        if seconds > 0:
            return f"throttled: Retry-After {seconds:.0f} s", min(seconds, TURN_S * 5)
        return None

    async def _turn(self, *, paused: bool) -> Settled | None:
        outcomes = [self._judge(landed) for landed in self.flight.landed()]
        outcomes += self._given_back() if paused else []
        claim = not paused and self._ended is None
        again = self._take_due() if claim else []
        fresh = max(0, self._fresh() - len(again)) if claim else 0
        if not (outcomes or again or fresh):
            return None
        items = await self._journal(outcomes, [one.item for one in again], fresh)
        self._exhausted = self._exhausted or len(items) < fresh
        self._count(len(items))
        self.flight.launch([*again, *(Claimed(item) for item in items)])
        return Settled(tuple(outcomes), self.flight.in_flight) if outcomes else None

    def _given_back(self) -> list[Outcome]:
        """Take back what has not begun: with a long delay it would begin long into a pause."""
        back = self.flight.ground()
        self._back += back
        return [self._unbegun(one) for one in back]

    def _take_up(self) -> None:
        """After a pause go on with what was given back, or leave it where a check comes first."""
        if self._checking:
            self._means.left.extend(self._back)
        else:
            for one in self._back:
                heapq.heappush(self._due, _Due(0.0, one.item.position, one))
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

    def _take_due(self) -> list[Claimed]:
        now, room = self._means.clock.monotonic(), self.flight.room()
        taken: list[Claimed] = []
        while self._due and self._due[0].at <= now and len(taken) < room:
            claimed = heapq.heappop(self._due).claimed
            if now < claimed.until:  # else it stays unresolved, and the next run looks
                taken.append(claimed)
        return taken

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
        late = [self._judge(landed) for landed in self.flight.landed()]
        self._means.dump([*self._unsaved, *late])

    def _judge(self, landed: Landed) -> Outcome:
        claimed, answer = landed.claimed, landed.answer
        decision = decide(answer, claimed.attempt, claimed.doubtful, self._spec.retry)
        self._breaker.count(decision.code)
        self._follow(claimed, decision)
        return Outcome(
            claimed.item,
            decision.state,
            decision.code,
            self._means.clock.now(),
            answer.status,
            answer.onesignal_id,
        )

    def _follow(self, claimed: Claimed, decision: Decision) -> None:
        now = self._means.clock.monotonic()
        if decision.then in (Then.AGAIN, Then.PAUSE):
            next_try = claimed.next_try(decision.code, now + sure_s(self._spec.target.by))
            heapq.heappush(self._due, _Due(now + decision.wait_s, claimed.item.position, next_try))
        if decision.then is Then.PAUSE:
            self._means.pacer.throttled(now, decision.wait_s)
        self._ended = self._ended or STOPS.get(decision.then) or self._tripped()

    def _tripped(self) -> Ended | None:
        tripped = self._breaker.verdict()
        return Ended(tripped[0], "breaker", tripped[1]) if tripped else None

    def _nothing_left(self) -> bool:
        spent = self._exhausted or self._allowed() <= 0
        return spent and self.flight.idle and not (self._due or self._back)

    def _finish(self) -> Ended:
        if self._means.left:
            return Ended(Exit.DONE, CHECK)
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
        wait_s = self._due[0].at - self._means.clock.monotonic() if self._due else TURN_S
        return min(wait_s, TURN_S) if wait_s > 0 else TURN_S  # due, and no room to start it yet

    async def _drain(self) -> AsyncGenerator[Settled, None]:
        grounded = [self._unbegun(claimed) for claimed in self.flight.ground()]
        await self.flight.settle(DRAIN_S)
        outcomes = [*grounded, *(self._judge(landed) for landed in self.flight.landed())]
        if outcomes:
            await self._journal(outcomes, [], 0)
            yield Settled(tuple(outcomes), self.flight.in_flight)

    def _unbegun(self, claimed: Claimed) -> Outcome:
        state = State.SENT if claimed.doubtful else State.PENDING
        return Outcome(claimed.item, state, Code.NOT_SENT, self._means.clock.now())


_KEY = "check the key in OneSignal's settings; nothing is lost, repeat the command with a good one"
_ALIEN = "look at what answers at base_url, then repeat the command with --after RUN"
_AWAY = "the API can't be reached; repeat the command later"

STOPS: Final = {
    Then.STOP_DENIED: Ended(
        Exit.CREDENTIALS, "denied", Finding("PP601", "OneSignal refused the key", _KEY)
    ),
    Then.STOP_FOREIGN: Ended(
        Exit.ATTENTION, "foreign", Finding("PP602", "an answer was not OneSignal's", _ALIEN)
    ),
    Then.STOP_UNREACHABLE: Ended(
        Exit.STOPPED_EARLY, "unreachable", Finding("PP507", "no connection to the API", _AWAY)
    ),
}
