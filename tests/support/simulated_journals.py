"""Journals that leave an image behind: what the next process finds, whenever this one dies."""

import sqlite3

from support.journal import FakeJournal, _Row

from purgeplan.journal import journal_on
from purgeplan.journal.sqlite import SqliteJournal
from purgeplan.journal.store import WRITING, Store, settle
from purgeplan.model.records import Event


class _Cheap(_Row):
    """A row that is quick to copy, since what it holds is frozen."""

    def __deepcopy__(self, memo):
        return _Cheap(self.item, self.last_claim)


class _QuickJournal(FakeJournal):
    """The fake, with images that cost microseconds, and a chain of events that is not hashed."""

    def _frozen(self, items, at):
        return [_Cheap(one.item, one.last_claim) for one in super()._frozen(items, at)]

    def _event(self, kind, at, plan_id, run_id=None, data=None):
        seq = len(self._events) + 1
        self._events.append(Event(seq, at, kind, plan_id, run_id, dict(data or {}), ""))

    def check(self):
        """Find nothing wrong."""
        return []

    def image(self):
        """Give what is durable, sharing only what is frozen."""
        items = {
            plan_id: [_Cheap(one.item, one.last_claim) for one in rows]
            for plan_id, rows in self._items.items()
        }
        return dict(self._plans), items, dict(self._runs), list(self._events), dict(self._seen)

    def restore(self, image):
        """Take over an image."""
        self._plans, self._items, self._runs, self._events, self._seen = image


class FakeMemory:
    """Journals in plain Python."""

    def open(self, image, clock):
        """Open what an image holds; None is a new journal."""
        journal = _QuickJournal(clock)
        if image is not None:
            journal.restore(image)
            journal.restore(journal.image())  # an image may be opened again
        return journal

    def image(self, journal):
        """Give what is durable."""
        return journal.image()

    def close(self):
        """Close nothing."""


class SqliteMemory:
    """The real journal in memory, of which one is open at a time."""

    def __init__(self):
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        journal_on(self._connection, None)
        self._new = self._connection.serialize()

    def open(self, image, clock):
        """Open what an image holds; None is a new journal."""
        self._connection.close()
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.deserialize(image or self._new)
        settle(self._connection, {**WRITING, "journal_mode": "memory"})
        return SqliteJournal(Store(self._connection, ":memory:"), clock)

    def image(self, journal):
        """Give what is durable: nothing of a transaction that is open."""
        assert not self._connection.in_transaction
        return self._connection.serialize()

    def close(self):
        """Close the last one."""
        self._connection.close()
