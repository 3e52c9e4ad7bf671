"""The drift check within a run: asked for, waited for, compared, while nothing is under way."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Final

from purgeplan.engine.drift import Drift
from purgeplan.engine.heeding import heeding
from purgeplan.engine.means import Offload
from purgeplan.engine.stops import Stops
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, UnreachableError
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppView, ExportFile, Journal
from purgeplan.model.progress import Checked, Ended, Progress
from purgeplan.model.records import PlanRow
from purgeplan.sources.reading.reach import Progress as Tell

AWAY: Final = "drift"
"""Why a run stops early for which no export is to be had, or no room to compare it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one run."""

    drift: Drift
    row: PlanRow
    run_id: int
    view: AppView
    stops: Stops
    offload: Offload

    async def steps(self) -> AsyncGenerator[Progress, None]:
        """Yield why it waits, at last Checked; or Ended, where the run must stop before.

        Where no export is to be had the run stops early, and the same command goes on. Raises
        whatever else the view, the exporter and the journal raise.
        """
        phase, found = ["asking for an export"], list[ExportFile]()

        def tell(now: str, done: int, _total: int | None) -> None:
            phase[0] = f"{now} {done:,}" if done else now

        asking = heeding(
            self._ask(found, tell), self.stops, lambda: f"drift check: {phase[0]}", AWAY
        )
        try:
            async with aclosing(asking) as waits:
                async for one in waits:
                    yield one
            if found:
                take_out = partial(self.drift.take_out, self.row, found[0], self.run_id, tell)
                yield Checked(await self.offload(take_out))
        except UnreachableError as error:
            yield Ended(Exit.STOPPED_EARLY, AWAY, error.findings[0])

    async def _ask(self, into: list[ExportFile], tell: Tell) -> None:
        into.append(await self.drift.ask(self.row, await self.view.look(), tell))


def still_to_go(
    again: Sequence[Claimed], journal: Journal, plan_id: int, drift: Drift | None
) -> Sequence[Claimed]:
    """Leave out whom a check has taken out since, or has found active and in doubt."""
    held = drift.held_back if drift is not None else frozenset[int]()
    free = [one for one in again if one.item.position not in held]
    asked = {one.item.position for one in free if not one.doubtful}
    last = max(asked, default=-1)
    rows = takewhile(lambda row: row.position <= last, journal.items(plan_id, (State.PENDING,)))
    pending = asked.intersection(row.position for row in rows)
    return [one for one in free if one.doubtful or one.item.position in pending]
