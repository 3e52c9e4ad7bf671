"""A journal that is open: in other threads, beside readers, after an error, once sealed."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta, timezone

import pytest
from support.journal import ANN, T0, HandClock, draft, planned
from support.journal_world import KEY
from support.raw_journal import on_connection

from purgeplan.errors import JournalError, RefusedError
from purgeplan.journal import open_journal, open_reader
from purgeplan.journal.store import FETCH, Store
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.records import PlannedItem, PlanState


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
