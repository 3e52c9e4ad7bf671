"""A Journal in plain Python, held to the contract suite of the real one; what is put into it."""

import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from support.fake_journal.items import Items
from support.fake_journal.plans import Plans
from support.fake_journal.record import Record
from support.fake_journal.runs import Runs

from purgeplan.model.records import Draft, Operator, PlannedItem

T0 = datetime(2026, 6, 1, tzinfo=UTC)
APP = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
ANN = Operator("ann", "build-7", 4711, "0.1.0", "abc1234")


class HandClock:
    """A Clock that moves only when told to."""

    def __init__(self, at=T0):
        self.at = at

    def now(self):
        """Give the time it was set to."""
        return self.at

    def monotonic(self):
        """Give seconds since T0."""
        return (self.at - T0).total_seconds()

    async def sleep(self, seconds):
        """Move on at once."""
        self.tick(seconds)

    def tick(self, seconds=1.0):
        """Move on, and give the new time."""
        self.at += timedelta(seconds=seconds)
        return self.at


def behind_its_back(path, *statements):
    """Change a journal as somebody does who leaves its tables and triggers as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        triggers = base.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = dict(triggers.fetchall())
        base.execute("PRAGMA ignore_check_constraints = ON")
        for name in kept:
            base.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *kept.values()):
            sql, *values = (statement,) if isinstance(statement, str) else statement
            base.execute(sql, values)


def draft(name="inactive", **changes):
    """Give a draft of a plan for subscriptions of one app."""
    base = Draft(
        name=name,
        app_id=APP,
        app_name="Acme Prod",
        fingerprint="f" * 64,
        resource="subscription",
        by="subscription_id",
        path="plans/inactive.yaml",
        text="version: 1\n",
        expires_at=T0 + timedelta(days=7),
        not_before=T0,
        summary={"counts": {"planned": 3}, "sample": ["first@acme.example"]},
    )
    return replace(base, **changes)


def planned(*ids):
    """Give items to plan, from plain ids."""
    return [PlannedItem(one) for one in ids]


class FakeJournal(Plans, Items, Runs, Record):
    """Keeps the Journal's promises in memory; ``reopened`` is what a crash and a restart leave.

    Set ``breaks`` to "before" or "after" and the next turn fails like a disk: before its commit,
    or after it, as an ambiguous commit does.
    """

    def __init__(self, clock=None):
        super().__init__(clock or HandClock())

    def close(self):
        """Do nothing."""

    def reopened(self):
        """Give the journal as the next process finds it: a copy without what was in memory."""
        other = FakeJournal(self.clock)
        kept = deepcopy((self._plans, self._items, self._runs, self._events, self._seen))
        other._plans, other._items, other._runs, other._events, other._seen = kept
        return other
