"""What SQLite itself refuses, whoever writes: backward moves, lost history, wrong states."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta, timezone

import pytest
from support.journal import ANN, T0, HandClock, draft, planned

from purgeplan.errors import JournalError, RefusedError
from purgeplan.journal import journal_on, open_journal, open_reader
from purgeplan.journal.store import FETCH, Store
from purgeplan.model.outcome import MOVES, Code, Outcome, Skip, State, Verdict
from purgeplan.model.records import PlannedItem, PlanState

KEY = b"k" * 32


def on_connection():
    """Give a journal in memory, and the connection below it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    return journal_on(connection, HandClock()), connection


def with_item_in(state):
    """Give a connection to a journal whose first item is in that state, by legal moves."""
    journal, connection = on_connection()
    skip = Skip.PROTECTED if state is State.SKIPPED else None
    journal.save(draft(), [PlannedItem("a", skip=skip), PlannedItem("b")], T0)
    if state not in (State.PENDING, State.SKIPPED):
        run_id = journal.start_run(1, "apply", ANN, T0)
        (item,) = journal.turn(run_id, [], [], 1)
        if state is not State.SENT:
            journal.turn(run_id, [Outcome(item, state, Code.ABSENT, T0)], [], 0)
    return journal, connection


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


def test_stops_where_a_question_fails_in_the_middle_of_writing():
    """An error of a query within a transaction is the last one, and nothing is rolled back."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    store = Store(connection, "here")

    with pytest.raises(JournalError, match="no such table") as first, store.write():
        store.read("SELECT * FROM nowhere")
    with pytest.raises(JournalError) as second:
        store.read("SELECT 1")

    assert second.value is first.value
    assert connection.in_transaction
    store.close()
    assert connection.in_transaction, "closing would write the log back, and sync again"


def test_works_in_whichever_thread(tmp_path):
    """A journal opened in one thread is written in another."""
    with closing(open_journal(tmp_path / "j.db", HandClock())) as journal:
        journal.save(draft(), planned("a"), T0)
        run_id = journal.start_run(1, "apply", ANN, T0)
        claimed = []
        thread = threading.Thread(target=lambda: claimed.extend(journal.turn(run_id, [], [], 1)))
        thread.start()
        thread.join()

    assert [item.id for item in claimed] == ["a"]


def test_reads_what_was_committed_while_another_writes(tmp_path):
    """A reader sees each commit, and its being open makes no commit fail."""
    path = tmp_path / "j.db"
    with closing(open_journal(path, HandClock())) as writer, closing(open_reader(path)) as reader:
        writer.save(draft(), planned("a", "b"), T0)
        ids = reader.sorted_ids(1)
        assert next(ids) == "a"
        run_id = writer.start_run(1, "apply", ANN, T0)
        writer.turn(run_id, [], [], 2)

        assert next(ids) == "b"
        assert reader.tally(1)[State.SENT] == 2
        assert reader.head() == writer.head()


def test_lets_a_reader_write_nothing(tmp_path):
    """A journal opened for reading refuses to be written, and is done for after that."""
    path = tmp_path / "j.db"
    with closing(open_journal(path, HandClock())) as writer:
        writer.save(draft(), planned("a"), T0)
        run_id = writer.start_run(1, "apply", ANN, T0)
    for attempt in (
        lambda journal: journal.note("x", None, None, T0, {}),
        lambda journal: journal.turn(run_id, [], [], 1),
    ):
        with pytest.raises(JournalError):
            attempt(open_reader(path))


def test_overwrites_what_was_sealed(tmp_path):
    """After sealing no trace of the ids is in the file or beside it."""
    path = tmp_path / "j.db"
    secret = [f"person-{number:05}@acme.example" for number in range(3_000)]
    with closing(open_journal(path, HandClock())) as journal:
        text = f"ids: [{secret[0]}]" * 400
        journal.save(draft(text=text), [PlannedItem(one, f"o-{one}") for one in secret], T0)
        journal.renew(1, draft(text="version: 1"), T0)
        run_id = journal.start_run(1, "apply", ANN, T0)
        items = journal.turn(run_id, [], [], 3_000)
        outcomes = [Outcome(item, State.ACCEPTED, Code.ACCEPTED, T0, 202) for item in items]
        journal.turn(run_id, outcomes, [], 0)
        journal.end_run(run_id, "done", 0, T0)
        journal.conclude(1, PlanState.DONE, T0)
        assert any(b"person-" in file.read_bytes() for file in tmp_path.iterdir())

        journal.seal(1, KEY, T0)
        journal.overwrite()

        assert [file.name for file in tmp_path.iterdir() if b"person-" in file.read_bytes()] == []
        assert journal.check() == []


def test_says_that_a_reader_keeps_traces_alive(tmp_path):
    """A reader with an open query keeps old pages; without it they are overwritten."""
    path = tmp_path / "j.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.save(draft(), planned(*(f"person-{n}" for n in range(FETCH + 1))), T0)
        journal.conclude(1, PlanState.CANCELLED, T0)
        with closing(open_reader(path)) as reader:
            ids = reader.sorted_ids(1)
            next(ids)
            journal.seal(1, KEY, T0)
            with pytest.raises(RefusedError, match="is being read"):
                journal.overwrite()
            del ids

        journal.overwrite()
    assert b"person-" not in path.read_bytes()


def test_keeps_instants_of_other_zones():
    """A time in another zone is the same instant in UTC."""
    journal, _ = on_connection()
    eastern = T0.astimezone(timezone(timedelta(hours=2)))

    assert journal.save(draft(), planned("a"), eastern).planned_at == T0
