"""A journal in somebody's hands: what was changed in it is found, and it can be read."""

import sqlite3

import pytest
from support.journal import T0, HandClock, draft, planned
from support.raw_journal import on_connection, with_item_in

from purgeplan.journal import journal_on
from purgeplan.model.outcome import Skip, State
from purgeplan.model.records import PlanState


@pytest.mark.parametrize(
    ("sql", "flaw"),
    [
        ("UPDATE items SET id = 'z' WHERE position = 0", "its ids"),
        ("DELETE FROM items WHERE position = 1", "1 items in all states"),
        ("UPDATE plans SET total = 9", "were planned"),
        ("UPDATE plans SET text = 'limits: {}'", "its text"),
        ("UPDATE plans SET fingerprint = 'e'", "its text, times or fingerprint"),
        ("UPDATE plans SET expires_at = 1", "its text, times"),
        ("UPDATE plans SET state = 'cancelled'", "it is cancelled"),
        ("UPDATE items SET state = 'failed' WHERE position = 0", "its counts"),
        ("UPDATE items SET status = 404 WHERE position = 0", "its outcomes"),
        ("UPDATE items SET settled_at = 1 WHERE position = 0", "its outcomes"),
        ("UPDATE runs SET exit_code = 0", "run 1"),
        ("UPDATE runs SET why = 'done'", "run 1"),
        ("UPDATE items SET run_id = 7", "no counterpart in runs"),
        ("UPDATE plans SET summary = 'no JSON'", "unreadable"),
        ("UPDATE plans SET planned_at = 1 << 62", "unreadable"),
        ("UPDATE events SET data = 'no JSON' WHERE seq = 2", "number 2 or one before"),
        ("UPDATE events SET data = '[1]' WHERE seq = 2", "number 2 or one before"),
        ("UPDATE journal SET identity = 'other'", "was changed"),
    ],
)
def test_finds_what_was_changed_by_hand(sql, flaw):
    """Where somebody drops the triggers and edits, the check says what does not fit."""
    journal, connection = with_item_in(State.ACCEPTED)
    journal.skip(1, [1], Skip.DRIFT, T0)
    journal.end_run(1, "breaker", 11, T0)
    journal.conclude(1, PlanState.DONE, T0)
    assert journal.check() == []
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(sql)

    found = journal_on(connection, HandClock()).check()

    assert any(flaw in one for one in found), found


def test_finds_a_broken_index(tmp_path):
    """What SQLite's own check finds is passed on."""
    journal, connection = on_connection()
    journal.save(draft(), planned("a"), T0)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'app_id, name', 'name, app_id')"
    )
    image = connection.serialize()
    other = sqlite3.connect(":memory:", isolation_level=None)
    other.deserialize(image)

    assert any("integrity" in one for one in journal_on(other, HandClock()).check())


def test_shows_readable_rows_to_people():
    """The views give names beside numbers and times that one can read."""
    _, connection = with_item_in(State.ACCEPTED)

    item = connection.execute("SELECT plan, id, state, claimed_at FROM readable_items").fetchone()
    run = connection.execute("SELECT plan, command, started_at FROM readable_runs").fetchone()
    plan = connection.execute("SELECT name, planned_at FROM readable_plans").fetchone()
    event = connection.execute("SELECT kind, at FROM readable_events").fetchone()

    when = "2026-06-01 00:00:00"
    assert item == ("inactive", "a", "accepted", when)
    assert run == ("inactive", "apply", when)
    assert (plan, event) == (("inactive", when), ("plan.saved", when))
