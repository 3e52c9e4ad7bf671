"""One run of an admitted plan, from the run's row to its last event: canary, rest, tally."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from purgeplan.engine import canary
from purgeplan.engine.admit import AdmittedPlan
from purgeplan.engine.execute import Means, execute
from purgeplan.engine.heeding import heeding
from purgeplan.engine.pacer import Pacer
from purgeplan.engine.stops import MAX_DELETE, Bounds, StopRequest, Stops, Switches
from purgeplan.engine.unresolved import Sorted, sort_unresolved
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, Finding, JournalError, PurgeplanError
from purgeplan.model.breaker import FIRST_LOOK, shares
from purgeplan.model.outcome import Item, Outcome, Skip, State
from purgeplan.model.ports import AppView, Clock, Journal, Target
from purgeplan.model.progress import Ended, Progress
from purgeplan.model.records import Operator, PlanRow, PlanState, Tally

_SORTING: Final = "looking whom the ids in doubt name by now"


@dataclass(frozen=True, slots=True)
class World:
    """The effects that a run needs, made ready by ``bootstrap``."""

    journal: Journal
    target: Target
    view: AppView
    clock: Clock
    offload: Callable[[Callable[[], list[Item]]], Awaitable[list[Item]]]
    dump: Callable[[int, Sequence[Outcome]], None]
    switches: Switches
    request: StopRequest
    operator: Operator


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
    reason, except where the journal itself failed.
    """
    one = _OneRun(admitted, row, world, order, bounds)
    try:
        async with aclosing(one.steps()) as steps:
            async for progress in steps:
                yield progress
    except JournalError:
        raise  # the first journal error is the last thing a run does with it (I15)
    except PurgeplanError as error:
        one.close(Ended(error.exit_code, type(error).__name__, error.findings[0]))
        raise
    yield one.close(one.ended)


class _OneRun:
    def __init__(
        self, admitted: AdmittedPlan, row: PlanRow, world: World, order: Order, bounds: Bounds
    ) -> None:
        self._admitted = admitted
        self._plan = row
        self._world = world
        self._run_id = world.journal.start_run(
            row.plan_id, order.command, world.operator, world.clock.now()
        )
        self._means = Means(
            world.journal,
            world.target,
            world.clock,
            Pacer(admitted.spec.pace),
            Stops(bounds, world.switches, world.request, world.clock),
            world.offload,
            lambda outcomes: world.dump(self._run_id, outcomes),
        )
        self.ended = Ended(Exit.DONE, "done")

    async def steps(self) -> AsyncGenerator[Progress, None]:
        """Send the canary where it was not judged yet, then the rest."""
        found: list[Sorted] = []
        async with aclosing(self._wait(self._sort(found), lambda: _SORTING)) as waits:
            async for waiting in waits:
                yield waiting
        if not found:
            return
        again = self._again(found[0])
        size = self._admitted.spec.canary
        if size and not canary.judged(self._world.journal, self._plan.plan_id):
            async with aclosing(self._canary(size, again)) as first:
                async for progress in first:
                    yield progress
            again = ()
        if self.ended.exit is Exit.DONE:
            async with aclosing(self._execute(again, None)) as rest:
                async for progress in rest:
                    yield progress

    async def _canary(self, size: int, again: Sequence[Claimed]) -> AsyncGenerator[Progress, None]:
        journal, plan_id = self._world.journal, self._plan.plan_id
        rows = canary.first_items(journal, plan_id, size)
        pending = sum(row.state is State.PENDING for row in rows)
        async with aclosing(self._execute(again, pending)) as turns:
            async for progress in turns:
                yield progress
        if self.ended.exit is not Exit.DONE:
            return
        rows = canary.first_items(journal, plan_id, size)
        failed = canary.verdict(self._admitted.spec, rows)
        if failed is None:
            looks = canary.Looks(self._admitted.spec, rows, self._world.view, self._world.clock)
            async with aclosing(self._wait(looks.judge(), looks.why)) as waits:
                async for waiting in waits:
                    yield waiting
            if self.ended.exit is not Exit.DONE:
                return  # stopped while looking: the next run judges it
            failed = looks.failed
        self._note(canary.FAILED if failed else canary.PASSED, {"ids": len(rows)})
        self.ended = failed or self.ended

    async def _wait(
        self, work: Coroutine[Any, Any, None], why: Callable[[], str]
    ) -> AsyncGenerator[Progress, None]:
        """Wait for looks, and keep how it ended where the run must stop before they are done."""
        async with aclosing(heeding(work, self._means.stops, why)) as waits:
            async for one in waits:
                if isinstance(one, Ended):
                    self.ended = one
                else:
                    yield one

    async def _sort(self, into: list[Sorted]) -> None:
        world, by = self._world, self._admitted.spec.target.by
        found = await sort_unresolved(
            world.journal, self._plan.plan_id, by, world.view, world.clock
        )
        into.append(found)

    def _again(self, found: Sorted) -> Sequence[Claimed]:
        """Take up what earlier runs left unresolved, as far as nobody new can be hit by it."""
        world, plan_id = self._world, self._plan.plan_id
        if found.gone:
            world.journal.turn(self._run_id, found.gone, [], 0)
        if found.recreated:
            positions = [item.position for item in found.recreated]
            world.journal.skip(plan_id, positions, Skip.RECREATED, world.clock.now())
        return found.again

    async def _execute(
        self, again: Sequence[Claimed], portion: int | None
    ) -> AsyncGenerator[Progress, None]:
        turns = execute(self._admitted, self._run_id, self._means, again, portion)
        async with aclosing(turns):
            async for progress in turns:
                if isinstance(progress, Ended):
                    self.ended = progress
                else:
                    yield progress

    def _note(self, kind: str, data: Mapping[str, object]) -> None:
        self._world.journal.note(
            kind, self._plan.plan_id, self._run_id, self._world.clock.now(), data
        )

    def close(self, ended: Ended) -> Ended:
        """Record how the run ended, conclude the plan where nothing is left of it."""
        journal, plan_id, now = self._world.journal, self._plan.plan_id, self._world.clock.now()
        tally = journal.tally(plan_id)
        final = final_word(self._admitted, ended, tally)
        journal.end_run(self._run_id, final.why, final.exit, now)
        if tally.left == 0:
            journal.conclude(plan_id, PlanState.DONE, now)
        return final


def final_word(admitted: AdmittedPlan, ended: Ended, tally: Tally) -> Ended:
    """Give the end that the exit code tells: done only where no id failed or is unknown.

    What stops a run early is no reason where it comes with the last id. A plan too small for the
    breaker's sample is judged here, by its shares.
    """
    early = ended.exit is Exit.STOPPED_EARLY or ended.why == MAX_DELETE
    if ended.exit is not Exit.DONE and (tally.left or not early):
        return ended
    if 0 < tally.total < FIRST_LOOK:
        absent = tally[State.ABSENT] - tally.presumed_ours
        answers = tally[State.ACCEPTED] + tally[State.FAILED] + absent
        tripped = shares(admitted.spec.breaker, answers, tally[State.FAILED], absent)
        if tripped is not None:
            return Ended(tripped[0], "breaker", tripped[1])
    if tally[State.FAILED] or tally.left:
        problem = f"{tally[State.FAILED]:,} ids failed, {tally.left:,} are unknown or pending"
        finding = Finding("PP514", problem, "`purgeplan retry` tries them again")
        return Ended(Exit.INCOMPLETE, "incomplete", finding)
    return Ended(Exit.DONE, "done")
