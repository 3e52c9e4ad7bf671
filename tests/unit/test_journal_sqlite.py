"""What SQLite itself refuses, whoever writes: backward moves, lost history, wrong states."""

import sqlite3

import pytest
from support.journal import ANN, T0, draft, planned
from support.journal_world import KEY
from support.raw_journal import on_connection, with_item_in

from purgeplan.model.outcome import MOVES, Code, Outcome, Skip, State, Verdict
from purgeplan.model.records import PlanState


def move(connection, state):
    """Move the first item by hand, with all that belongs to the new state."""
    settled = None if state in (State.PENDING, State.SENT) else 1
    skip = Skip.DRIFT if state is State.SKIPPED else None
    connection.execute(
        "UPDATE items SET state = ?, settled_at = ?, skip = ?, verdict = NULL,"
        " claimed_at = coalesce(claimed_at, 1) WHERE position = 0",
        (state, settled, skip),
    )


FREE = {(old, new) for old in State for new in MOVES[old]} - {
    (State.ACCEPTED, State.PENDING),  # only if it is still there
    (State.SENT, State.SKIPPED),  # only if it was recreated
}


@pytest.mark.parametrize("new", State)
@pytest.mark.parametrize("old", State)
def test_refuses_every_move_that_is_not_in_the_table(old, new):
    """By raw SQL, too, an item goes where MOVES says and nowhere else."""
    _, connection = with_item_in(old)

    if old is new or (old, new) in FREE:
        move(connection, new)
    else:
        with pytest.raises(sqlite3.IntegrityError, match="illegal move"):
            move(connection, new)


@pytest.mark.parametrize(
    ("verdict", "goes"), [(Verdict.STILL_THERE, True), (Verdict.GONE, False), (None, False)]
)
def test_takes_back_accepted_items_only_if_still_there(verdict, goes):
    """Accepted goes back to pending where it was verified as still there."""
    _, connection = with_item_in(State.ACCEPTED)
    connection.execute("UPDATE items SET verdict = ? WHERE position = 0", (verdict,))

    if goes:
        move(connection, State.PENDING)
    else:
        with pytest.raises(sqlite3.IntegrityError, match="illegal move"):
            move(connection, State.PENDING)


def test_skips_unresolved_items_only_if_recreated():
    """Sent goes to skipped where the alias names somebody new."""
    _, connection = with_item_in(State.SENT)
    skip = "UPDATE items SET state = 'skipped', settled_at = 1, skip = ? WHERE position = 0"

    with pytest.raises(sqlite3.IntegrityError, match="illegal move"):
        connection.execute(skip, (Skip.DRIFT,))
    connection.execute(skip, (Skip.RECREATED,))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE items SET id = 'x'",
        "UPDATE items SET evidence_at = 7",
        "UPDATE items SET position = 7 WHERE position = 0",
        "UPDATE items SET claimed_at = NULL WHERE position = 0",
        "UPDATE items SET claimed_at = 5 WHERE position = 0",
        "UPDATE items SET attempts = 0 WHERE position = 0",
        "UPDATE items SET code = 'thanks'",
        "UPDATE items SET verdict = 'gone' WHERE position = 1",
        "UPDATE items SET skip = 'drift'",
        "DELETE FROM items",
        "INSERT OR REPLACE INTO items (plan_id, position, id, state) VALUES (1, 0, 'a', 'pending')",
        "INSERT INTO items (plan_id, position, id, state) VALUES (1, 9, 'c', 'sent')",
        "INSERT INTO items (plan_id, position, id, state) VALUES (9, 0, 'c', 'pending')",
        "UPDATE items SET settled_at = NULL WHERE position = 0",
        "UPDATE items SET settled_at = 1 WHERE position = 1",
        "UPDATE plans SET fingerprint = 'x'",
        "UPDATE plans SET name = 'x'",
        "UPDATE plans SET app_id = 'x'",
        "UPDATE plans SET app_name = 'x'",
        "UPDATE plans SET resource = 'x'",
        "UPDATE plans SET by_kind = 'x'",
        "UPDATE plans SET planned_at = 1",
        "UPDATE plans SET total = 1",
        "UPDATE plans SET lineage = 2",
        "UPDATE plans SET state = 'closed'",
        "UPDATE plans SET state = 'done'",
        "UPDATE plans SET sealed_at = 1",
        "DELETE FROM plans",
        "UPDATE runs SET started_at = 1",
        "UPDATE runs SET command = 'retry'",
        "UPDATE runs SET operator = '{}'",
        "UPDATE runs SET ended_at = 1",
        "DELETE FROM runs",
        "INSERT INTO runs (plan_id, command, operator, started_at) VALUES (1, 'apply', '{}', 1)",
        "UPDATE evidence SET as_of = as_of + 1",
        "DELETE FROM evidence",
        "UPDATE events SET at = 1",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events (seq, at, kind, data, link) VALUES (1, 1, 'x', '{}', 'y')",
        "INSERT INTO events (seq, at, kind, data, link) VALUES (9, 1, 'x', '{}', 'y')",
        "UPDATE journal SET identity = 'x'",
        "DELETE FROM journal",
        "INSERT INTO journal (only, identity) VALUES (2, 'x')",
        "UPDATE items SET attempts = 'many'",
    ],
)
def test_refuses_to_lose_or_forge_history(sql):
    """History can't be taken back, nor a row made that could not have come about."""
    journal, connection = on_connection()
    journal.save(draft(evidence={"d": T0}), planned("a", "b"), T0)
    run_id = journal.start_run(1, "apply", ANN, T0)
    (item,) = journal.turn(run_id, [], [], 1)
    journal.turn(run_id, [Outcome(item, State.FAILED, Code.REJECTED, T0)], [], 0)

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(sql)


def test_keeps_what_was_forgotten_closed():
    """A sealed plan has no ids any more: it is never unsealed, nor opened again."""
    journal, connection = on_connection()
    journal.save(draft(), planned("a"), T0)
    journal.conclude(1, PlanState.CANCELLED, T0)

    with pytest.raises(sqlite3.IntegrityError, match="illegal move"):
        connection.execute("UPDATE plans SET state = 'open', closed_at = NULL")
    journal.seal(1, KEY, T0)
    with pytest.raises(sqlite3.IntegrityError, match="frozen"):
        connection.execute("UPDATE plans SET sealed_at = NULL")
    with pytest.raises(sqlite3.IntegrityError, match="frozen"):
        connection.execute("UPDATE plans SET state = 'done'")


def test_has_one_open_plan_of_a_name():
    """Of two each could be applied, within a cap of its own."""
    journal, connection = on_connection()
    journal.save(draft(), planned("a"), T0)
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(plans)")]
    others = ", ".join(columns[1:])

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(f"INSERT INTO plans (plan_id, {others}) SELECT 2, {others} FROM plans")


def test_keeps_an_ended_run_as_it_ended():
    """A run that has ended can't be given another end."""
    journal, connection = with_item_in(State.ACCEPTED)
    journal.end_run(1, "breaker", 11, T0)

    with pytest.raises(sqlite3.IntegrityError, match="frozen"):
        connection.execute("UPDATE runs SET exit_code = 0")
