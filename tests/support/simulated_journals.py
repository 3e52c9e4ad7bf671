"""Journals that leave an image behind: what the next process finds, whenever this one dies."""

import sqlite3
from collections import deque
from dataclasses import fields
from operator import attrgetter

from support.fake_journal.part import Row
from support.journal import FakeJournal

from purgeplan.journal import journal_on
from purgeplan.journal.sqlite import SqliteJournal
from purgeplan.journal.store import WRITING, Store, settle
from purgeplan.model.records import Event, ItemRow

AT_ONCE = 8


_NAMES = tuple(field.name for field in fields(ItemRow))
_VALUES = attrgetter(*_NAMES)


class _Quick(Row):
    """A row that is quick to change."""

    def to(self, **changes):
        """Change some of it."""
        self.item = ItemRow(*map(changes.get, _NAMES, _VALUES(self.item)))


class _QuickJournal(FakeJournal):
    """The fake, with images that cost microseconds, and a chain of events that is not hashed."""

    def _frozen(self, items, at):
        return self._copied(super()._frozen(items, at))

    def _copied(self, rows):
        return [_Quick(one.item, one.last_claim) for one in rows]

    def _outcomes(self, outcomes):
        return {"count": len(outcomes)}

    def _event(self, kind, at, plan_id, run_id=None, data=None):
        seq = len(self._events) + 1
        self._events.append(Event(seq, at, kind, plan_id, run_id, dict(data or {}), ""))

    def items(self, plan_id, states=()):
        """Give items as they are now."""
        rows = self._items.get(plan_id, ())
        return iter([one.item for one in rows if not states or one.item.state in states])

    def check(self):
        """Find nothing wrong."""
        return []

    def image(self):
        """Give what is durable, sharing only what is frozen."""
        items = {
            plan_id: [(one.item, one.last_claim) for one in rows]
            for plan_id, rows in self._items.items()
        }
        return dict(self._plans), items, dict(self._runs), list(self._events), dict(self._seen)

    def restore(self, image):
        """Take over an image, which may be taken over again."""
        plans, items, runs, events, seen = image
        self._plans, self._runs = dict(plans), dict(runs)
        self._events, self._seen = list(events), dict(seen)
        self._items = {plan_id: [_Quick(*one) for one in rows] for plan_id, rows in items.items()}


class FakeMemory:
    """Journals in plain Python."""

    def open(self, image, clock):
        """Open what an image holds; None is a new journal."""
        journal = _QuickJournal(clock)
        if image is not None:
            journal.restore(image)
        return journal

    def image(self, journal):
        """Give what is durable."""
        return journal.image()

    def close(self):
        """Close nothing."""


class SqliteMemory:
    """The real journal in memory; the last few that were opened stay open."""

    def __init__(self):
        self._opened = deque()
        first = self._connect()
        journal_on(first, None)
        self._new = first.serialize()

    def _connect(self):
        if len(self._opened) > AT_ONCE:
            self._opened.popleft().close()
        self._opened.append(sqlite3.connect(":memory:", isolation_level=None))
        return self._opened[-1]

    def open(self, image, clock):
        """Open what an image holds; None is a new journal."""
        connection = self._connect()
        connection.deserialize(image or self._new)
        settle(connection, {**WRITING, "journal_mode": "memory"})
        return SqliteJournal(Store(connection, ":memory:"), clock)

    def image(self, journal):
        """Give what is durable: nothing of a transaction that is open."""
        connection = journal._store._connection
        assert not connection.in_transaction
        return connection.serialize()

    def close(self):
        """Close all that is open."""
        while self._opened:
            self._opened.pop().close()
