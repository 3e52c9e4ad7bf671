"""Drift: who was active since the evidence is taken out, by a fresh export of the recently active.

The set only shrinks: whom an export shows is skipped, and nobody is ever selected by one.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from purgeplan.engine.exported import read_export
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import AppFacts, Clock, ExportAsk, Exporter, ExportFile, Journal
from purgeplan.model.records import ItemRow, PlanRow
from purgeplan.model.spec import Resource
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.workspace import Workspace

SLACK: Final = timedelta(minutes=15)
"""So much earlier than the evidence is asked from: clocks differ, sessions are written late."""

MAX_AGE_S: Final = 600.0
"""An export that an interrupted check has asked for is taken up again up to this age."""

LEAST_EVERY_S: Final = 1.0
"""A run deletes for so long between two checks at least, or it would never come to its end."""

CHECKED: Final = "drift.checked"

_COLUMNS: Final = frozenset({"id", "external_user_id", "onesignal_id", "last_active"})
_EXTRA: Final = ("external_user_id", "onesignal_id")
_ITEMS: Final = ("position", "state", "evidence", "subscription_id", "onesignal_id", "external_id")

# Whose row it is that has no onesignal_id nobody knows, so the external_id decides.
_ACTIVE: Final = """
CREATE TABLE active AS
WITH found AS (
    SELECT position, state, evidence, last_active
    FROM items JOIN $seen AS seen ON seen.id = items.subscription_id
    UNION ALL
    SELECT position, state, evidence, last_active
    FROM items JOIN $seen AS seen ON seen.onesignal_id = items.onesignal_id
    UNION ALL
    SELECT position, state, evidence, last_active
    FROM items JOIN $seen AS seen ON seen.external_user_id = items.external_id
    WHERE items.onesignal_id IS NULL OR seen.onesignal_id IS NULL
)
SELECT DISTINCT position, state FROM found
WHERE evidence IS NULL OR last_active IS NULL OR epoch_ms(last_active) > CAST(evidence AS BIGINT)
"""
_POSITIONS: Final = "SELECT position FROM active WHERE state = '{}'"


@dataclass(frozen=True, slots=True)
class Active:
    """Positions of items whose people an export shows to be active since, by the items' state."""

    pending: Iterable[int]
    sent: frozenset[int]


@contextmanager
def compared(
    row: PlanRow, items: Iterator[ItemRow], file: ExportFile, tell: Progress
) -> Iterator[Active]:
    """Give who of the items is active, to be read before the end of the block."""
    with Workspace() as work:
        seen = read_export(work, file, _COLUMNS, tell)
        tell("comparing with the export", 0, None)
        work.load("items", _ITEMS, _known(row, items))
        work.run(_ACTIVE, seen=seen)
        sent = work.column(_POSITIONS.format(State.SENT))
        pending = (int(one) for one in work.column(_POSITIONS.format(State.PENDING)))
        yield Active(pending, frozenset(int(position) for position in sent))


Compare = Callable[
    [PlanRow, Iterator[ItemRow], ExportFile, Progress], AbstractContextManager[Active]
]


@dataclass(slots=True)
class Drift:
    """Checks one plan again and again; ``every_s`` is how often a run must.

    ``exporter`` makes what gets an export, given what the app says of itself. ``held_back`` are
    positions of unresolved items whose people are active: nobody knows whether an earlier request
    has reached them, so they stay unknown, and are not sent again.
    """

    journal: Journal
    clock: Clock
    exporter: Callable[[AppFacts], Exporter]
    every_s: float
    held_back: frozenset[int] = frozenset()
    compare: Compare = compared
    _checked_at: datetime | None = field(default=None, init=False)
    _checked_s: float = field(default=0.0, init=False)

    def due(self) -> bool:
        """Tell whether a check must come before anybody is deleted; a clock put back is no excuse.

        Counted from the end of the last one: an export may take longer than ``every_s``. By the
        time of day and by the machine's own count: that one may stand still while it sleeps.
        """
        if self._checked_at is None:
            return True
        every_s = max(self.every_s, LEAST_EVERY_S)
        age_s = (self.clock.now() - self._checked_at).total_seconds()
        return not 0 <= age_s < every_s or self.clock.monotonic() - self._checked_s >= every_s

    async def ask(self, row: PlanRow, app: AppFacts, tell: Progress) -> ExportFile:
        """Get an export of who was active since; raises what ``Exporter.fetch`` does.

        One that a check of any plan was made by is never taken again. One that was asked for by a
        check which did not come to its end is, while it is young: the account has no other until
        it is done.
        """
        asked = [event.data["asked_at"] for event in self.journal.events(kind=CHECKED)]
        unused_s = MAX_AGE_S
        if asked:
            unused_s = (self.clock.now() - datetime.fromisoformat(asked[-1])).total_seconds()
        exporter = self.exporter(app)
        try:
            return await exporter.fetch(_ask(row), min(MAX_AGE_S, self.every_s, unused_s), tell)
        finally:
            await exporter.close()

    def take_out(self, row: PlanRow, file: ExportFile, run_id: int | None, tell: Progress) -> int:
        """Skip the pending whom the export shows to be active; give how many, delete the file.

        Raises AttentionError for a file that is no export, UnreachableError where disk or memory
        is full; nobody is skipped then.
        """
        left = self.journal.items(row.plan_id, (State.PENDING, State.SENT))
        with self.compare(row, left, file, tell) as active:
            self.held_back = active.sent
            number = self.journal.skip(row.plan_id, active.pending, Skip.DRIFT, self.clock.now())
        self._checked_at, self._checked_s = self.clock.now(), self.clock.monotonic()
        data = {
            "asked_at": file.asked_at.isoformat(),
            "sha256": file.sha256,
            "skipped": number,
            "held_back": len(self.held_back),
        }
        self.journal.note(CHECKED, row.plan_id, run_id, self._checked_at, data)
        Path(file.path).unlink(missing_ok=True)  # personal data, and no later check may believe it
        return number


def _ask(row: PlanRow) -> ExportAsk:
    """Give what is asked for: the same at each start, so that an export can be taken up again."""
    known = row.draft.evidence.values()
    return ExportAsk(_EXTRA, active_since=min(known) - SLACK if known else None)


def _known(row: PlanRow, items: Iterator[ItemRow]) -> Iterator[tuple[str | None, ...]]:
    """Give items by what their rows in an export are found by."""
    users, by = row.draft.resource == Resource.USER, row.draft.by
    for one in items:
        at = None if one.evidence_ms is None else str(one.evidence_ms)
        who = one.id if by == ONESIGNAL_ID else one.onesignal_id
        name = one.id if by == EXTERNAL_ID else None
        ids = (None, who, name) if users else (one.id, None, None)
        yield str(one.position), one.state, at, *ids
