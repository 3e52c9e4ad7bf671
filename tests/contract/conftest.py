"""The journals that keep one contract: the one on SQLite, and the fake that other tests use."""

import sqlite3
from contextlib import closing

import pytest
from support.journal import FakeJournal
from support.journal_world import World

from purgeplan.journal import journal_on, open_journal


def in_memory(clock):
    """Give a journal on SQLite without a file."""
    return journal_on(sqlite3.connect(":memory:", isolation_level=None), clock)


@pytest.fixture(params=["fake", "memory", "file"])
def world(request, tmp_path):
    """Give each kind of journal in turn."""
    count = iter(range(9))
    kinds = {
        "fake": FakeJournal,
        "memory": in_memory,
        "file": lambda clock: open_journal(tmp_path / f"{next(count)}.db", clock),
    }
    made = World(kinds[request.param])
    with closing(made.journal):
        yield made
        if not made.dead:
            assert made.journal.check() == []
