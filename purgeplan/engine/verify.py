"""What became of accepted ids: gone, returned as somebody new, or still there.

Few are asked for one by one, at a request a second; many are looked up in one fresh export.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from purgeplan.engine.held import held
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, UUID_KINDS
from purgeplan.model.outcome import State, Verdict
from purgeplan.model.ports import (
    AppFacts,
    AppView,
    Clock,
    ExportAsk,
    Exporter,
    ExportFile,
    Journal,
)
from purgeplan.model.records import ItemRow, PlanRow
from purgeplan.model.spec import Resource

FEW: Final = 100
"""Up to so many ids are asked for one by one, which takes a second each."""

VERIFIED: Final = "items.verified"
ASK: Final = ExportAsk(("external_user_id", "onesignal_id"))

_EXPORTED: Final = UUID_KINDS | {EXTERNAL_ID}
_RECORDED_TOGETHER: Final = 10
_JOINED_TOGETHER: Final = 100_000

Tell = Callable[[str, int, int | None], None]
"""Is told phase, done and total (None where it is unknown)."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Judges accepted ids that were not judged yet, or were still there the last time.

    ``exporter`` makes what gets an export, given what the app says of itself.
    """

    journal: Journal
    view: AppView
    exporter: Callable[[AppFacts], Exporter]
    clock: Clock
    tell: Tell

    async def verify(self, row: PlanRow) -> None:
        """Judge what is open of a plan and record it as it goes; what is cut short goes on.

        An alias of the customer's own is in no export, so such ids are asked for one by one,
        however many. Raises what the view and the exporter raise.
        """
        few = len(list(islice(self._open(row), FEW + 1))) <= FEW
        app = await self.view.look()  # a wrong key or app would find everybody gone
        if few or row.draft.by not in _EXPORTED:
            await self._one_by_one(row)
        else:
            await self._by_export(row, app)

    def _open(self, row: PlanRow) -> Iterator[ItemRow]:
        accepted = self.journal.items(row.plan_id, (State.ACCEPTED,))
        return (one for one in accepted if one.verdict in (None, Verdict.STILL_THERE))

    async def _one_by_one(self, row: PlanRow) -> None:
        found: list[tuple[int, Verdict]] = []
        left = list(self._open(row))
        for done, item in enumerate(left, 1):
            verdict = await self._look(row, item)
            if verdict is not None:
                found.append((item.position, verdict))
            if len(found) == _RECORDED_TOGETHER or done == len(left):
                self._record(row, found)
                found = []
            self.tell("looking at ids, one a second", done, len(left))

    async def _look(self, row: PlanRow, item: ItemRow) -> Verdict | None:
        """Judge one; None where nothing tells, as of an alias that named nobody we know of."""
        by = row.draft.by
        if row.draft.resource != Resource.USER or by == ONESIGNAL_ID:
            there = await self.view.holds(by, item.id)
            return None if there is None else Verdict.STILL_THERE if there else Verdict.GONE
        named = await self.view.onesignal_id(by, item.id)
        if named is None:
            return Verdict.GONE
        if item.onesignal_id is None:
            return None
        return Verdict.STILL_THERE if named == item.onesignal_id else Verdict.RETURNED

    async def _by_export(self, row: PlanRow, app: AppFacts) -> None:
        age_s = (self.clock.now() - self._since(row)).total_seconds()
        exporter = self.exporter(app)
        try:
            export = await exporter.fetch(ASK, age_s, self.tell)
        finally:
            await exporter.close()
        self._compare(row, export)

    def _compare(self, row: PlanRow, export: ExportFile) -> None:
        verdicts = held(export, row.draft.by, self._open(row), self.tell)
        while found := list(islice(verdicts, _JOINED_TOGETHER)):
            self._record(row, [(position, what) for position, what in found if what is not None])
        Path(
            export.path
        ).unlink()  # personal data, and no later verify may believe an export of now

    def _since(self, row: PlanRow) -> datetime:
        """Give the last change of what an export is to tell: the last 202, the last verdicts."""
        times = [one.settled_at for one in self._open(row) if one.settled_at is not None]
        times += [event.at for event in self.journal.events(row.plan_id, VERIFIED)]
        return max(times)

    def _record(self, row: PlanRow, found: list[tuple[int, Verdict]]) -> None:
        if found:
            self.journal.record_verdicts(row.plan_id, found, self.clock.now())
