"""What the parts of the journal share: store, clock, plans by number, and the chain of events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from purgeplan.journal import refusals
from purgeplan.journal.chain import IdsDigest, canonical, genesis, linked
from purgeplan.journal.rows import PLANS, RUNS, plan_row, run_row
from purgeplan.journal.store import Row, Store
from purgeplan.journal.times import ms, utc
from purgeplan.model.ports import Clock
from purgeplan.model.records import Event, PlanRow, PlanState, RunRow

Value = TypeVar("Value")

PAGE: Final = 2_000
"""Rows read at once, so that no query stays open while somebody writes."""

_APPEND: Final = (
    "INSERT INTO events (seq, at, kind, plan_id, run_id, data, link) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


_OUTCOMES: Final = """
    SELECT position, position || ' ' || state || ' ' || coalesce(skip, '') || ' '
        || coalesce(code, '') || ' ' || coalesce(status, '') || ' ' || attempts || ' '
        || coalesce(claimed_at, '') || ' ' || coalesce(settled_at, '') || ' '
        || coalesce(run_id, '')
    FROM items WHERE plan_id = ? AND position >= ? ORDER BY position"""


class Part:
    """A part of the journal over one store; without a clock it is one for reading."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock
        self._cursors: dict[int, int] = {}
        row = store.one("SELECT identity FROM journal")
        if row is None:
            raise refusals.unsound(store.where, "it has no identity")
        self._identity = str(row[0])

    @property
    def where(self) -> str:
        """Say which journal this is, for people."""
        return self._store.where

    @property
    def identity(self) -> str:
        """Give the journal's own random name."""
        return self._identity

    def plan(self, plan_id: int) -> PlanRow:
        """Give a plan; raises KeyError where there is none."""
        row = self._store.one(f"{PLANS} WHERE plan_id = ?", plan_id)
        if row is None:
            raise KeyError(plan_id)
        return self._read(plan_row, row)

    def plans(self, app_id: str | None = None, name: str | None = None) -> list[PlanRow]:
        """Give plans, the newest first."""
        rows = self._store.read(
            f"{PLANS} WHERE app_id = coalesce(?, app_id) AND name = coalesce(?, name)"
            " ORDER BY plan_id DESC",
            app_id,
            name,
        )
        return [self._read(plan_row, row) for row in rows]

    def runs(self, plan_id: int | None = None) -> list[RunRow]:
        """Give runs, the newest first."""
        rows = self._store.read(
            f"{RUNS} WHERE plan_id = coalesce(?, plan_id) ORDER BY run_id DESC", plan_id
        )
        return [self._read(run_row, row) for row in rows]

    def _read(self, make: Callable[[Row], Value], row: Row) -> Value:
        """Make a value of a row; raises JournalError where it is none that we have written."""
        try:
            return make(row)
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            flaw = f"a row of it can't be read ({type(error).__name__})"
            raise refusals.unsound(self.where, flaw) from error

    def _now(self) -> datetime:
        if self._clock is None:
            raise refusals.read_only(self.where)
        return self._clock.now()

    def head(self) -> str:
        """Give the chain's last link, or what stands before the first."""
        return self._last()[1]

    def _last(self) -> tuple[int, str]:
        row = self._store.one("SELECT seq, link FROM events ORDER BY seq DESC LIMIT 1")
        return (0, genesis(self._identity)) if row is None else (row[0], row[1])

    def _open_plan(self, plan_id: int) -> PlanRow:
        row = self.plan(plan_id)
        if row.state is not PlanState.OPEN:
            raise refusals.closed(row)
        return row

    def _open_rival(self, app_id: str, name: str) -> PlanRow | None:
        """Give the open plan of that name, of which there is at most one."""
        rows = self.plans(app_id, name)
        return next((row for row in rows if row.state is PlanState.OPEN), None)

    def _event(
        self,
        kind: str,
        at: datetime,
        about: tuple[int | None, int | None],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an event about a plan and a run, within the caller's transaction."""
        seq, before = self._last()
        event = linked(before, Event(seq + 1, utc(ms(at)), kind, *about, data or {}, ""))
        self._store.execute(
            _APPEND,
            event.seq,
            ms(event.at),
            kind,
            *about,
            canonical(event.data),
            event.link,
        )

    def _paged(self, sql: str, plan_id: int, *parameters: object) -> Iterator[Row]:
        since = 0
        while True:
            rows = self._store.read(f"{sql} LIMIT {PAGE}", plan_id, since, *parameters)
            yield from rows
            if len(rows) < PAGE:
                return
            since = rows[-1][0] + 1

    def _counts(self, plan_id: int) -> dict[str, int]:
        rows = self._store.read(
            "SELECT state, count(*) FROM items WHERE plan_id = ? GROUP BY state", plan_id
        )
        return dict(rows)

    def _outcomes_digest(self, plan_id: int) -> str:
        """Commit to what became of every item and when; ids are committed to by themselves."""
        lines = IdsDigest()
        lines.take(line for _, line in self._paged(_OUTCOMES, plan_id))
        return lines.hex()

    def _moved(self, sql: str, rows: Sequence[Row], verb: str) -> None:
        all_moved(self._store.execute_many(sql, rows), len(rows), verb)


def all_moved(moved: int, asked: int, verb: str) -> None:
    """Raise JournalError where not every item was in a state from which it could go on."""
    if moved != asked:
        raise refusals.unmoved(moved, asked, verb)
