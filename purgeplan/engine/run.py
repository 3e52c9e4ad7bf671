"""One run of an admitted plan, from the run's row to its last event: canary, rest, tally."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from purgeplan.engine import answers, canary
from purgeplan.engine.admit import AdmittedPlan
from purgeplan.engine.check import Check, still_to_go
from purgeplan.engine.drift import Drift
from purgeplan.engine.execute import CHECK, execute
from purgeplan.engine.final_word import final_word
from purgeplan.engine.heeding import heeding
from purgeplan.engine.means import Means, Offload
from purgeplan.engine.pacer import Pacer
from purgeplan.engine.salvage import take_in
from purgeplan.engine.stops import Bounds, StopRequest, Stops, Switches
from purgeplan.engine.unresolved import Sorted, sort_unresolved
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, JournalError, PurgeplanError
from purgeplan.model.outcome import Outcome, State
from purgeplan.model.ports import AppView, Clock, Journal, Target
from purgeplan.model.progress import Ended, Progress, Settled
from purgeplan.model.records import Operator, PlanRow, PlanState
from purgeplan.model.spec import DriftCheck

_SORTING: Final = "looking whom the ids in doubt name by now"


@dataclass(frozen=True, slots=True)
class World:
    """The effects that a run needs, made ready by ``bootstrap``; ``drift`` where the plan asks.

    ``dump`` saves outcomes of a run that the journal could not take, ``saved`` gives them back.
    """

    journal: Journal
    target: Target
    view: AppView
    clock: Clock
    offload: Offload
    dump: Callable[[int, Sequence[Outcome]], None]
    switches: Switches
    request: StopRequest
    operator: Operator
    drift: Drift | None = None
    saved: Callable[[int], Sequence[Outcome]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator asked of this run; ``after`` names the run that a person looked at."""

    command: str = "apply"
    limit: int | None = None
    wait: bool = False
    after: int | None = None
    fingerprint: str | None = None


async def run(
    admitted: AdmittedPlan, row: PlanRow, world: World, order: Order, bounds: Bounds
) -> AsyncGenerator[Progress, None]:
    """Run an admitted plan and yield what happens; the last is an Ended with the exit code.

    The run's row is durable before the first request. Whatever ends the run is recorded with its
    reason, except where the journal itself failed. Raises ValueError for a plan that asks for drift
    checks in a world that has none.
    """
    one = _OneRun(admitted, row, world, order, bounds)
    with one.marking():
        try:
            async with aclosing(one.steps()) as steps:
                async for progress in steps:
                    yield progress
        except JournalError:
            raise  # the first journal error is the last thing a run does with it (I15)
        except PurgeplanError as error:
            one.close(Ended(error.exit_code, type(error).__name__, error.findings[0]))
            raise
        ended = one.close(one.ended)
    yield ended


class _OneRun:
    def __init__(
        self, admitted: AdmittedPlan, row: PlanRow, world: World, order: Order, bounds: Bounds
    ) -> None:
        self._admitted = admitted
        self._plan = row
        self._world = world
        self._drift = world.drift
        if self._drift is None and admitted.spec.drift.check is not DriftCheck.NONE:
            raise ValueError(admitted.spec.drift)
        self._stops = Stops(bounds, world.switches, world.request, world.clock)
        self._run_id = world.journal.start_run(
            row.plan_id, order.command, world.operator, world.clock.now()
        )
        self._means = Means(
            world.journal,
            world.target,
            world.clock,
            Pacer(admitted.spec.pace),
            self._stops,
            answers.watch(world.journal, row.plan_id, admitted.spec.breaker),
            world.offload,
            lambda outcomes: world.dump(self._run_id, outcomes),
            self._drift.due if self._drift is not None else lambda: False,
        )
        self.ended = Ended(Exit.DONE, "done")

    async def steps(self) -> AsyncGenerator[Progress, None]:
        """Send the canary where it was not judged yet, then the rest."""
        world, plan_id = self._world, self._plan.plan_id
        taken = take_in(world.journal, plan_id, self._run_id, world.saved, world.clock.now())
        if taken:
            yield Settled(taken, 0)
        found: list[Sorted] = []
        looks = heeding(self._sort(found), self._stops, lambda: _SORTING)
        async with aclosing(self._heed(looks)) as waits:
            async for waiting in waits:
                yield waiting
        if not found:
            return
        again = self._again(found[0])
        size = self._admitted.spec.canary
        if size and not canary.judged(world.journal, plan_id):
            async with aclosing(self._canary(size, again)) as first:
                async for progress in first:
                    yield progress
            again = ()
        if self.ended.exit is Exit.DONE:
            async with aclosing(self._send(again, None)) as rest:
                async for progress in rest:
                    yield progress

    async def _canary(self, size: int, again: Sequence[Claimed]) -> AsyncGenerator[Progress, None]:
        journal, plan_id = self._world.journal, self._plan.plan_id
        async with aclosing(self._send(again, size)) as turns:
            async for progress in turns:
                yield progress
        if self.ended.exit is not Exit.DONE:
            return
        rows = canary.first_items(journal, plan_id, size)
        failed = canary.verdict(self._admitted.spec, rows)
        if failed is None:
            looks = canary.Looks(self._admitted.spec, rows, self._world.view, self._world.clock)
            judging = heeding(looks.judge(), self._stops, looks.why)
            async with aclosing(self._heed(judging)) as waits:
                async for waiting in waits:
                    yield waiting
            if self.ended.exit is not Exit.DONE:
                return  # stopped while looking: the next run judges it
            failed = looks.failed
        self._note(canary.FAILED if failed else canary.PASSED, {"ids": len(rows)})
        self.ended = failed or self.ended

    async def _send(
        self, again: Sequence[Claimed], canary_of: int | None
    ) -> AsyncGenerator[Progress, None]:
        """Send what the canary has pending, or all there is, with a check whenever one is due."""
        while True:
            if self._drift is not None and self._drift.due() and (again or self._any_pending()):
                async with aclosing(self._heed(self._check(self._drift))) as check:
                    async for progress in check:
                        yield progress
                if self.ended.exit is not Exit.DONE:
                    return
            again = still_to_go(again, self._world.journal, self._plan.plan_id, self._drift)
            portion = None if canary_of is None else self._pending_of_canary(canary_of, again)
            turns = execute(self._admitted, self._run_id, self._means, again, portion)
            async with aclosing(self._heed(turns)) as sent:
                async for progress in sent:
                    yield progress
            again = self._means.taken_left()
            if self.ended.why != CHECK or not (again or self._any_pending()):
                return

    def _any_pending(self) -> bool:
        pending = self._world.journal.items(self._plan.plan_id, (State.PENDING,))
        return next(iter(pending), None) is not None

    def _pending_of_canary(self, size: int, again: Sequence[Claimed]) -> int:
        known = {one.item.position for one in again}  # they are claimed as such, not as fresh
        rows = canary.first_items(self._world.journal, self._plan.plan_id, size)
        return sum(row.state is State.PENDING and row.position not in known for row in rows)

    def _check(self, drift: Drift) -> AsyncGenerator[Progress, None]:
        world = self._world
        one = Check(drift, self._plan, self._run_id, world.view, self._stops, world.offload)
        return one.steps()

    async def _heed(self, steps: AsyncGenerator[Progress, None]) -> AsyncGenerator[Progress, None]:
        """Pass on what happens, and keep how it ended."""
        async with aclosing(steps):
            async for progress in steps:
                if isinstance(progress, Ended):
                    self.ended = progress
                else:
                    yield progress

    async def _sort(self, into: list[Sorted]) -> None:
        world, by = self._world, self._admitted.spec.target.by
        found = await sort_unresolved(
            world.journal, self._plan.plan_id, by, world.view, world.clock
        )
        into.append(found)

    def _again(self, found: Sorted) -> Sequence[Claimed]:
        """Take up what earlier runs left unresolved, where it hits nobody new or protected."""
        if found.gone:
            self._world.journal.turn(self._run_id, found.gone, [], 0)
        self._stops.unresolved(found.claims)
        return [one for one in found.again if one.item.position not in self._admitted.held_back]

    @contextmanager
    def marking(self) -> Iterator[None]:
        """Leave a file where the journal fails: the next start asks whether a person looked."""
        try:
            yield
        except JournalError:
            with suppress(JournalError):
                self._world.dump(self._run_id, ())
            raise

    def _note(self, kind: str, data: Mapping[str, object]) -> None:
        self._world.journal.note(
            kind, self._plan.plan_id, self._run_id, self._world.clock.now(), data
        )

    def _held(self) -> int:
        """Count who is unknown still and was not sent again, whatever is known of them by now."""
        active = self._drift.held_back if self._drift is not None else frozenset[int]()
        held = self._admitted.held_back | active
        left = self._world.journal.unresolved(self._plan.plan_id) if held else ()
        return sum(one.item.position in held for one in left)

    def close(self, ended: Ended) -> Ended:
        """Record how the run ended, conclude the plan where nothing is left of it."""
        journal, plan_id, now = self._world.journal, self._plan.plan_id, self._world.clock.now()
        tally = journal.tally(plan_id)
        final = final_word(self._admitted, ended, tally, self._held())
        self._note(answers.KEPT, answers.answers(self._means.breaker, final))
        journal.end_run(self._run_id, final.why, final.exit, now)
        if tally.left == 0:
            journal.conclude(plan_id, PlanState.DONE, now)
        return final
