"""What the parts of the fake share: its rows, plans by number, runs, and the chain of events."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from purgeplan.errors import Finding, JournalError, StaleError
from purgeplan.journal.chain import genesis, linked
from purgeplan.journal.times import ms, utc
from purgeplan.model.records import Event, ItemRow, PlanState


@lru_cache(1_000)
def floor(at):
    """Give a time as the journal keeps it: to the millisecond."""
    return utc(ms(at))


@dataclass
class Row:
    """One item, as it is now."""

    item: ItemRow
    last_claim: datetime | None = None

    def to(self, **changes):
        """Change some of it."""
        self.item = replace(self.item, **changes)


class Part:
    """A part of the fake; all parts are over the same rows."""

    def __init__(self, clock):
        self.clock = clock
        self.breaks = None
        self._plans = {}
        self._items = {}
        self._runs = {}
        self._events = []
        self._seen = {}
        self._cursors = {}
        self._dead = None

    @property
    def where(self):
        """Say that it is nowhere."""
        return ":memory:"

    @property
    def identity(self):
        """Give the one name that all fakes have."""
        return "fake"

    def _alive(self):
        if self._dead is not None:
            raise self._dead

    def _die(self, code, problem):
        self._dead = JournalError(Finding(code, problem))
        raise self._dead

    def plan(self, plan_id):
        """Give a plan."""
        self._alive()
        return self._plans[plan_id]

    def plans(self, app_id=None, name=None):
        """Give plans, the newest first."""
        self._alive()
        return [
            row
            for row in reversed(self._plans.values())
            if app_id in (None, row.draft.app_id) and name in (None, row.draft.name)
        ]

    def _open(self, app_id, name):
        rows = self.plans(app_id, name)
        return next((row for row in rows if row.state is PlanState.OPEN), None)

    def _open_plan(self, plan_id):
        row = self.plan(plan_id)
        if row.state is not PlanState.OPEN:
            raise StaleError(Finding("PP304", f"plan is {row.state}"))
        return row

    def runs(self, plan_id=None):
        """Give runs, the newest first."""
        self._alive()
        return [run for run in reversed(self._runs.values()) if plan_id in (None, run.plan_id)]

    def head(self):
        """Give the last link."""
        self._alive()
        return self._events[-1].link if self._events else genesis(self.identity)

    def _event(self, kind, at, plan_id, run_id=None, data=None):
        event = Event(len(self._events) + 1, floor(at), kind, plan_id, run_id, dict(data or {}), "")
        self._events.append(linked(self.head(), event))
