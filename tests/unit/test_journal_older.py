"""Journals of older versions: read as they are, and brought up by whoever writes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from support.files import by_hand
from support.journal import ANN, T0, HandClock, draft

from purgeplan.errors import JournalError
from purgeplan.journal import open_journal, open_reader
from purgeplan.journal.schema import EVIDENCE, MIGRATIONS
from purgeplan.model.outcome import Skip
from purgeplan.model.records import PlannedItem

TOLD = "UPDATE items SET evidence_at = 5 - position"
OF_VERSION_1 = Path(__file__).parents[1] / "support" / "journal_v1.sql"


def older(path, version):
    """Make a journal of an older version, and give its chain's head."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OF_VERSION_1.read_text("utf-8"))
        connection.executescript("PRAGMA application_id = 0x70677031; PRAGMA user_version = 1")
        if version > 1:
            MIGRATIONS.apply(Database(connection), stop_before="0003_reasons")
            connection.executescript(f"DROP TRIGGER items_frozen; {TOLD}; {EVIDENCE[2]}")
        (head,) = connection.execute("SELECT link FROM events ORDER BY seq DESC").fetchone()
    path.chmod(0o600)
    return head


@pytest.mark.parametrize(("version", "known"), [(1, [None] * 6), (2, [5, 4, 3, 2, 1, 0])])
def test_goes_on_with_an_older_journal(tmp_path, version, known):
    """Reading leaves it as it is, writing brings it up; version 1 has no evidence of its items."""
    path = tmp_path / "old.db"
    head = older(path, version)

    before = path.read_bytes()
    with closing(open_reader(path)) as journal:
        assert journal.check() == []
        assert journal.tally(1).total == len(list(journal.items(1))) == 6
        assert [row.evidence_ms for row in journal.items(1)] == known
    assert path.read_bytes() == before
    with closing(open_journal(path, HandClock())) as journal:
        states = [row.state for row in journal.items(1)]
        again = journal.start_run(1, "apply", ANN, T0)
        fresh = journal.turn(again, [], [], 9)
        journal.save(draft(), [PlannedItem("a", evidence_ms=1)], T0)
        journal.skip(2, [0], Skip.NO_BACKUP, T0)

        assert states == ["accepted", "failed", "sent", "pending", "skipped", "pending"]
        assert [one.position for one in fresh] == [3, 5]
        assert [row.evidence_ms for row in journal.items(1)] == known
        assert [(row.skip, row.evidence_ms) for row in journal.items(2)] == [(Skip.NO_BACKUP, 1)]
        assert head in {event.link for event in journal.events()}
        assert journal.check() == []
    with closing(open_reader(path)) as journal:
        assert journal.plan(1).state == "superseded"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER more AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM plans; END",
        "CREATE VIEW more AS SELECT * FROM items",
        "DROP TRIGGER plans_kept",
    ],
)
def test_brings_up_no_older_journal_with_other_tables(tmp_path, version, sql):
    """It is held against the form of its version first: nothing in it runs, no byte of it changes.

    Brought up, a trigger of somebody's own would have run before it was seen.
    """
    path = tmp_path / "old.db"
    older(path, version)
    by_hand(path, sql)
    before = path.read_bytes()

    with pytest.raises(JournalError, match="its tables are not those of purgeplan"):
        open_journal(path, HandClock())
    assert path.read_bytes() == before
