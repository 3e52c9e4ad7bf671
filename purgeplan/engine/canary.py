"""The canary: the first few ids, settled and then looked at until gone, before the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from purgeplan.errors import Exit, Finding
from purgeplan.model.facts import Facts
from purgeplan.model.ids import ONESIGNAL_ID
from purgeplan.model.outcome import Code, State
from purgeplan.model.ports import AppView, Clock, Journal
from purgeplan.model.progress import Ended
from purgeplan.model.records import ItemRow, PlanRow, RunRow
from purgeplan.model.spec import PlanSpec, Resource

LOOK_S: Final = 120.0
"""How long deletions may take to be carried out before the canary has failed."""

PASSED: Final = "canary.passed"
FAILED: Final = "canary.failed"


def judged(journal: Journal, plan_id: int) -> bool:
    """Tell whether the canary of a plan was judged by an earlier run; it is judged once."""
    verdicts = (event for kind in (PASSED, FAILED) for event in journal.events(plan_id, kind))
    return next(verdicts, None) is not None


def failed_since(journal: Journal, run: RunRow) -> bool:
    """Tell whether the canary has failed since a run started, in that run or in another."""
    starts = journal.events(run.plan_id, "run.started")
    began = max((event.seq for event in starts if event.run_id == run.run_id), default=0)
    return any(event.seq > began for event in journal.events(run.plan_id, FAILED))


def looks(journal: Journal, row: PlanRow | None, spec: PlanSpec, facts: Facts) -> int:
    """Tell how many ids are yet to be looked at as the canary of a plan, journaled or not."""
    if row is not None and judged(journal, row.plan_id):
        return 0
    return min(spec.canary, facts.counts.to_delete)


def first_items(journal: Journal, plan_id: int, canary: int) -> list[ItemRow]:
    """Give the first so many items of a plan that are to be sent at all."""
    sendable = (row for row in journal.items(plan_id) if row.state is not State.SKIPPED)
    return list(islice(sendable, canary))


def verdict(spec: PlanSpec, rows: Sequence[ItemRow]) -> Ended | None:
    """Judge settled canary items: none failed or unknown, absent within the breaker's share."""
    bad = sum(row.state in (State.FAILED, State.SENT, State.PENDING) for row in rows)
    if bad:
        return _failed(f"{bad} of the first {len(rows)} ids failed or are unknown")
    absent = sum(row.state is State.ABSENT and row.code is Code.ABSENT for row in rows)
    limit = spec.breaker.max_absent_percent
    if limit is not None and absent * 100 > limit * len(rows):
        return _failed(
            f"{absent} of the first {len(rows)} ids were already gone, over {limit} percent:"
            " the wrong app, or an old list?"
        )
    return None


@dataclass(slots=True)
class Looks:
    """Looks at accepted canary items until they are gone; ``failed`` is the verdict once judged."""

    spec: PlanSpec
    rows: Sequence[ItemRow]
    view: AppView
    clock: Clock
    gone: int = 0
    failed: Ended | None = None

    def why(self) -> str:
        """Say why the run waits, and how far the looks are."""
        return f"canary: {self.gone:,} of {len(self.rows):,} looked at and gone"

    async def judge(self) -> None:
        """Look until none is there, at most LOOK_S seconds in all.

        A user by a re-usable alias counts as gone also when the alias names somebody new by now.
        """
        until = self.clock.monotonic() + LOOK_S
        left = [row for row in self.rows if row.state is State.ACCEPTED]
        self.gone = len(self.rows) - len(left)
        while left:
            there = []
            for row in left:
                if await _still_there(self.spec, row, self.view):
                    there.append(row)
                else:
                    self.gone += 1
            if there and self.clock.monotonic() >= until:
                count = f"{len(there)} of {len(self.rows)}"
                self.failed = _failed(f"{count} accepted ids are still there after 2 min")
                return
            left = there
            if left:
                await self.clock.sleep(1.0)


async def _still_there(spec: PlanSpec, row: ItemRow, view: AppView) -> bool:
    kind = spec.target.by
    if spec.target.resource is Resource.USER and kind != ONESIGNAL_ID and row.onesignal_id:
        return await view.onesignal_id(kind, row.id) == row.onesignal_id
    return await view.holds(kind, row.id) is not False  # not to be told is not gone


def _failed(problem: str) -> Ended:
    mend = "look at the report, then repeat the command with --after RUN"
    return Ended(Exit.ATTENTION, "canary", Finding("PP510", problem, mend))
