"""The journal as a file: who may read it, what is refused, how files appear, what is dumped."""

import fcntl
import hashlib
import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest
from sqlite_utils import Database
from support.journal import ANN, T0, FakeJournal, HandClock, behind_its_back, draft, planned

from purgeplan.errors import InvalidError, JournalError, RefusedError
from purgeplan.journal import (
    dump_outcomes,
    dumped_outcomes,
    is_plan_file,
    journal_path,
    known_journals,
    open_journal,
    open_reader,
    passing_journal,
    save_plan_file,
)
from purgeplan.journal.files import appearing
from purgeplan.journal.schema import EVIDENCE, MIGRATIONS
from purgeplan.journal.store import WRITING, settle
from purgeplan.model.codes import CODES
from purgeplan.model.codes.journal import CODES as OURS
from purgeplan.model.outcome import Code, Item, Outcome, Skip, State
from purgeplan.model.records import PlannedItem

TOLD = "UPDATE items SET evidence_at = 5 - position"
OF_VERSION_1 = Path(__file__).parents[1] / "support" / "journal_v1.sql"


@pytest.fixture
def path(tmp_path):
    """Give the path of a journal with one plan, closed."""
    path = tmp_path / "app.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.save(draft(), planned("a", "b"), T0)
    return path


def mode(path):
    """Give the permission bits of a file."""
    return stat.S_IMODE(path.lstat().st_mode)


def names(folder):
    """Give the names in a folder."""
    return sorted(file.name for file in folder.iterdir())


def by_hand(path, sql):
    """Change a file with SQLite alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql).fetchall()


def test_is_for_its_owner_only(tmp_path):
    """Folders that were missing are 0700; the file, its log and its index are 0600."""
    path = tmp_path / "state" / "purgeplan" / "app.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.save(draft(), planned("a"), T0)

        assert names(path.parent) == ["app.db", "app.db-shm", "app.db-wal"]
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}
        assert (mode(path.parent), mode(path.parent.parent)) == (0o700, 0o700)
    assert names(path.parent) == ["app.db"]


def test_opens_what_it_has_made(path):
    """A journal opened again is the same one, with the same name and head."""
    with closing(open_journal(path, HandClock())) as journal:
        identity, head = journal.identity, journal.head()
        assert journal.where == str(path)
    with closing(open_reader(path)) as reader:
        assert (reader.identity, reader.head()) == (identity, head)


def test_gives_each_journal_a_name_of_its_own(tmp_path):
    """Two journals have two names."""
    found = set()
    for name in ("one.db", "two.db"):
        with closing(open_journal(tmp_path / name, HandClock())) as journal:
            found.add(journal.identity)

    assert len(found) == 2


def test_is_durable_before_anything_is_written(path):
    """Opened for writing it is in WAL mode with full synchronization, each setting read back."""
    with closing(open_journal(path, HandClock())) as journal:
        for name, wanted in WRITING.items():
            assert journal._store.read(f"PRAGMA {name}") == [(wanted,)]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("secure_delete", 1),
        ("fullfsync", 1),
    ],
)
def test_is_durable_by_these_very_settings(path, name, wanted):
    """WAL with FULL survives power cuts; with NORMAL (1) the whole journal was lost in 30 of 30."""
    with closing(open_journal(path, HandClock())) as journal:
        assert journal._store.read(f"PRAGMA {name}") == [(wanted,)]


def test_refuses_a_setting_that_does_not_hold():
    """A setting that reads back as another one is an error, not a hope."""
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(JournalError, match="journal_mode is 'memory' and not 'wal'"),
    ):
        settle(connection, WRITING)


def test_makes_nothing_where_it_may_not(tmp_path):
    """Opening what is not there is refused unless it is to be made, and leaves nothing."""
    path = tmp_path / "folder" / "app.db"
    for attempt in (
        lambda: open_reader(path),
        lambda: open_journal(path, HandClock(), create=False),
    ):
        with pytest.raises(InvalidError, match="no journal at"):
            attempt()
    assert names(tmp_path) == []


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_refuses_a_journal_that_others_may_read(path, bits):
    """A journal open to others is refused with the command that closes it."""
    path.chmod(bits)
    for attempt in (lambda: open_reader(path), lambda: open_journal(path, HandClock())):
        with pytest.raises(InvalidError, match=f"chmod 600 {path}"):
            attempt()


def test_follows_no_link(path):
    """A link is refused, whether or not there is something at its end."""
    link, dangling = path.with_name("link.db"), path.with_name("dangling.db")
    link.symlink_to(path)
    dangling.symlink_to(path.with_name("nowhere"))

    for one in (link, dangling):
        for attempt in (lambda one=one: open_reader(one), lambda one=one: open_journal(one, None)):
            with pytest.raises(InvalidError, match="not a plain file"):
                attempt()
    assert not path.with_name("nowhere").exists()


@pytest.mark.parametrize("content", [b"", b"id\na\nb\n" * 200], ids=["empty", "text"])
def test_refuses_what_is_no_database(tmp_path, content):
    """A file of something else is refused and left as it is."""
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(InvalidError, match="not a journal of purgeplan"):
        open_journal(path, HandClock())
    assert path.read_bytes() == content


def test_refuses_the_database_of_another_program(tmp_path):
    """A database without our application id is refused, and its journal mode stays."""
    path = tmp_path / "other.db"
    by_hand(path, "CREATE TABLE t (x)")
    path.chmod(0o600)
    before = path.read_bytes()

    with pytest.raises(InvalidError, match="not a journal of purgeplan"):
        open_journal(path, HandClock())
    assert path.read_bytes() == before


def test_refuses_a_journal_of_a_newer_purgeplan(path):
    """A newer version is refused with what to do."""
    by_hand(path, "PRAGMA user_version = 99")

    for attempt in (lambda: open_reader(path), lambda: open_journal(path, HandClock())):
        with pytest.raises(InvalidError, match=r"version 99.*update purgeplan"):
            attempt()


def test_refuses_a_database_without_a_version(tmp_path):
    """A journal gets its name once it is made: what has our mark and no version is not ours."""
    path = tmp_path / "old.db"
    by_hand(path, "PRAGMA application_id = 0x70677031")
    path.chmod(0o600)
    before = path.read_bytes()

    for attempt in (lambda: open_reader(path), lambda: open_journal(path, HandClock())):
        with pytest.raises(InvalidError, match="not a journal of purgeplan"):
            attempt()
    assert path.read_bytes() == before


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


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events SET link = 'x' WHERE seq = 2",
        "UPDATE events SET kind = 'y' WHERE seq = 2",
        "DELETE FROM events WHERE seq = 1",
        "DELETE FROM journal",
    ],
)
def test_refuses_a_journal_whose_last_link_is_wrong(path, sql):
    """Each opening looks whether the last event follows from the one before."""
    with closing(open_journal(path, HandClock())) as journal:
        journal.note("x", None, None, T0, {})
    behind_its_back(path, sql)

    with pytest.raises(JournalError, match=r"not sound: (?!its tables)"):
        open_reader(path)


def test_says_that_a_file_is_broken(path):
    """A file that SQLite can't read is a journal error, and opening leaves no connection."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 4096 * 2)

    with pytest.raises(JournalError, match="malformed"):
        open_reader(path)


def test_reads_without_changing_a_byte(path):
    """A reader leaves the file as it was, and nothing beside it."""
    before = hashlib.sha256(path.read_bytes()).digest()
    with closing(open_reader(path)) as reader:
        assert len(list(reader.items(1))) == 2
        assert reader.check() == []

    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_recovers_what_a_killed_writer_left(path, tmp_path):
    """A log left beside the file is read too: a copy of both is a journal after a kill."""
    with closing(open_journal(path, HandClock())) as journal:
        journal.start_run(1, "apply", ANN, T0)
        for suffix in ("", "-wal"):  # by path: harmless here, since the writer writes no more
            copyfile(f"{path}{suffix}", tmp_path / f"copy.db{suffix}")
            (tmp_path / f"copy.db{suffix}").chmod(0o600)

    with closing(open_reader(tmp_path / "copy.db")) as reader:
        assert len(reader.runs()) == 1


def test_saves_a_plan_in_one_file(tmp_path):
    """A saved plan is a 0600 file with one plan, no run and no log, that a reader takes."""
    source = FakeJournal()
    source.save(draft("other"), planned("x"), T0)
    items = [PlannedItem("a", "o", evidence_ms=1), PlannedItem("b", skip=Skip.PROTECTED)]
    source.save(draft(), items, T0)
    out = tmp_path / "q3.plan"

    save_plan_file(out, source, 2)

    assert (names(tmp_path), mode(out)) == (["q3.plan"], 0o600)
    with closing(open_reader(out)) as saved:
        (row,) = saved.plans()
        assert (row.plan_id, row.draft, row.planned_at) == (1, source.plan(2).draft, T0)
        assert list(saved.items(1)) == list(source.items(2))
        assert (saved.runs(), saved.check()) == ([], [])
    assert names(tmp_path) == ["q3.plan"]


def test_saves_no_plan_that_has_begun(tmp_path):
    """A plan of which something was claimed would start from its beginning elsewhere."""
    source = FakeJournal()
    source.save(draft(), planned("a", "b"), T0)
    source.turn(source.start_run(1, "apply", ANN, T0), [], [], 1)

    with pytest.raises(RefusedError, match="has begun"):
        save_plan_file(tmp_path / "q3.plan", source, 1)
    assert names(tmp_path) == []


def test_saves_whom_a_killed_apply_has_found_as_nobody(tmp_path):
    """Who is addressed is part of what was reviewed: the copy is the plan, without what came of it.

    Where some were addressed when planned, nobody can tell which, and nothing is saved.
    """
    source = FakeJournal()
    source.save(draft("none"), planned("a", "b"), T0)
    source.save(
        draft("some", summary={"addressed": "0" * 64}), [PlannedItem("c", "o"), *planned("d")], T0
    )
    for plan_id in (1, 2):
        source.address(plan_id, [(1, "found")], T0)

    save_plan_file(tmp_path / "none.plan", source, 1)
    with pytest.raises(RefusedError, match="has begun"):
        save_plan_file(tmp_path / "some.plan", source, 2)

    assert names(tmp_path) == ["none.plan"]
    with closing(open_reader(tmp_path / "none.plan")) as saved:
        assert [(one.id, one.onesignal_id) for one in saved.items(1)] == [("a", None), ("b", None)]


def test_saves_over_no_file(path):
    """A file in the way stays as it is, and nothing half-made stays beside it."""
    taken = path.with_name("taken")
    taken.write_text("mine")
    with closing(open_journal(path, HandClock())) as journal:
        with pytest.raises(InvalidError, match="exists"):
            save_plan_file(taken, journal, 1)
        with pytest.raises(InvalidError, match="exists"):
            journal.backup_to(taken)
    assert (taken.read_text(), names(path.parent)) == ("mine", ["app.db", "taken"])


def test_leaves_the_journal_that_somebody_else_made_first(tmp_path):
    """Of two that make a journal at the same time the first one's stays."""
    path = tmp_path / "app.db"
    with appearing(path, may_exist=True) as late:
        late.write_bytes(b"late")
        path.write_bytes(b"first")

    assert (path.read_bytes(), names(tmp_path)) == (b"first", ["app.db"])


def test_says_that_a_folder_can_not_be_written(tmp_path):
    """A folder that is no folder is a journal error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="failed"):
        save_plan_file(tmp_path / "file" / "q3.plan", _one_plan(), 1)


def _one_plan():
    source = FakeJournal()
    source.save(draft(), planned("a"), T0)
    return source


def test_copies_an_open_journal_whole(path, tmp_path):
    """A copy is the journal as it is at one moment, 0600, with the same name and head."""
    copy = tmp_path / "copy.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.backup_to(copy)
        head, identity = journal.head(), journal.identity

    assert mode(copy) == 0o600
    with closing(open_reader(copy)) as reader:
        assert (reader.head(), reader.identity, reader.check()) == (head, identity, [])


def test_recognizes_its_own_files(path, tmp_path):
    """A journal and a saved plan are recognized by their first bytes, other files are not."""
    plain, other = tmp_path / "plan.yaml", tmp_path / "other.db"
    plain.write_text("version: 1\n" * 40)
    by_hand(other, "CREATE TABLE t (x)")

    assert is_plan_file(path)
    assert [is_plan_file(one) for one in (plain, other, tmp_path, tmp_path / "no")] == [False] * 4


def test_dumps_outcomes_for_their_owner_only(tmp_path):
    """Outcomes that the journal could not take are lines of JSON, appended, in a 0600 file."""
    path = tmp_path / "errored-3.jsonl"
    first = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0, 202, "o-a")
    second = Outcome(Item(1, "b"), State.SENT, Code.TIMEOUT, T0)

    dump_outcomes(path, [first])
    dump_outcomes(path, [second])

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert mode(path) == 0o600
    assert lines[0] == {
        "position": 0,
        "id": "a",
        "state": "accepted",
        "code": "accepted",
        "status": 202,
        "onesignal_id": "o-a",
        "at": T0.isoformat(),
    }
    assert (lines[1]["id"], lines[1]["state"], lines[1]["status"]) == ("b", "sent", None)


def test_gives_back_what_was_dumped(tmp_path):
    """What was written whole; a line that was cut, or is of another hand, says nothing."""
    path = tmp_path / "errored-3.jsonl"
    who = "10000000-0000-4000-8000-000000000009"
    first = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0, 202, who)
    second = Outcome(Item(1, "b"), State.PENDING, Code.THROTTLED, T0, 429)
    evil = first._replace(onesignal_id="../x")

    assert dumped_outcomes(path) == []
    dump_outcomes(path, [])
    assert dumped_outcomes(path) == []
    dump_outcomes(path, [first, evil, second])
    line = json.loads(path.read_text("utf-8").splitlines()[0])
    with path.open("a", encoding="utf-8") as file:
        for odd in ({"position": [0]}, {"position": True}, {"id": 7}, {"at": "2026-01-01"}):
            file.write(f"{json.dumps(line | odd)}\n")
        file.write('[]\n{"position": 2, "id": "c", "onesignal_id": null, "sta')

    assert dumped_outcomes(path) == [first, second]


def test_gives_back_nothing_that_others_may_have_written(tmp_path):
    """A file that is open to others, or a link, is refused."""
    path = tmp_path / "errored-3.jsonl"
    path.write_text("")
    path.chmod(0o644)

    with pytest.raises(InvalidError):
        dumped_outcomes(path)


def test_says_that_outcomes_could_not_be_dumped(tmp_path):
    """A dump that fails, on a full disk or through a link, is a journal error as well."""
    link = tmp_path / "link"
    link.symlink_to("/dev/full")
    outcome = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0)

    for path in (link, tmp_path / "no" / "folder"):
        with pytest.raises(JournalError, match="could not be written"):
            dump_outcomes(path, [outcome])
    if os.path.exists("/dev/full"):  # noqa: PTH110 - Linux has it, macOS has not
        with pytest.raises(JournalError, match="could not be written"):
            dump_outcomes(_Full(), [outcome])


class _Full:
    """A path whose disk is full."""

    def __fspath__(self):
        return "/dev/full"


def test_places_a_journal_by_app_or_where_it_is_told(tmp_path):
    """The default is one a app in the state folder; an explicit path is taken as it is."""
    assert journal_path(None, "6f1c", tmp_path) == tmp_path / "6f1c.db"
    assert str(journal_path("a/b.db", "6f1c", tmp_path)) == "a/b.db"


def test_knows_the_journals_of_a_state_folder(tmp_path):
    """Journals are listed by name; locks, logs and folders that are not there are none."""
    for name in ("b.db", "a.db", "a.db-wal", "a.db.lock"):
        (tmp_path / name).touch()

    assert known_journals(tmp_path) == [tmp_path / "a.db", tmp_path / "b.db"]
    assert known_journals(tmp_path / "no") == []


def test_explains_every_code_of_its_own():
    """The codes of lock and journal are in the book of codes, with something to do."""
    assert all(code.startswith("PP4") and CODES[code] is text for code, text in OURS.items())
    assert all(text.mend for text in OURS.values())


def test_a_passing_journal_is_on_no_disk(tmp_path, monkeypatch):
    """What somebody unknown has planned is judged, and kept nowhere."""
    monkeypatch.chdir(tmp_path)
    with closing(passing_journal(HandClock())) as journal:
        journal.save(draft(), planned("10000000-0000-4000-8000-000000000001"), T0)
        assert journal.tally(1).total == 1

    assert names(tmp_path) == []


def left(path, digits="0123456789abcdef"):
    """Leave an unfinished file with its lock as a process that was killed does."""
    one = path.with_name(f".{path.name}.{digits}")
    one.write_text("everybody's data", "utf-8")
    lock_of(one).touch(0o600)
    return one


def lock_of(unfinished):
    """Give the path of the lock that is held as long as a file is unfinished."""
    return unfinished.with_name(f"{unfinished.name}.lock")


def test_takes_away_what_a_killed_process_left_unfinished(tmp_path):
    """It may hold everybody's data, in a file that nobody looks for; of that name alone."""
    path = tmp_path / "people.csv.gz"
    dead = left(path)
    log = dead.with_name(f"{dead.name}-wal")
    log.touch()
    lock_of(left(path, digits="f" * 16)).with_suffix("").unlink()  # killed before the file was made
    others = [
        left(tmp_path / "other.csv.gz"),
        left(path, digits="0123"),
        left(path, digits="x" * 16),
    ]

    with appearing(path):
        pass

    stay = [one.name for file in others for one in (file, lock_of(file))]
    assert names(tmp_path) == sorted([path.name, *stay])


def test_a_file_that_was_finished_keeps_its_name(tmp_path):
    """Killed right after it was named, a process leaves a second name: that one goes."""
    path = tmp_path / "people.csv.gz"
    dead = left(path)
    os.link(dead, path)

    with pytest.raises(InvalidError), appearing(path):
        pass

    assert names(tmp_path) == [path.name]
    assert path.read_text("utf-8") == "everybody's data"


@pytest.mark.parametrize("kept", ["locked", "without a lock", "a link", "a folder", "a pipe"])
def test_takes_away_nothing_that_may_be_in_use(tmp_path, kept):
    """A living process holds its lock; what has none of that form is nobody's of ours."""
    path, elsewhere = tmp_path / "people.csv.gz", tmp_path / "elsewhere"
    one = left(path)
    lock = lock_of(one)
    if kept != "locked":
        lock.unlink()
        elsewhere.touch()
    if kept == "a link":
        lock.symlink_to(elsewhere)
    if kept == "a pipe":
        os.mkfifo(lock, 0o600)
    if kept == "a folder":
        lock.mkdir()
    with (lock if kept == "locked" else one).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        with appearing(path):
            pass

    assert one.exists()


def test_the_lock_is_held_until_the_file_has_its_name(tmp_path):
    """So that nobody takes it for one that was left."""
    path = tmp_path / "people.csv.gz"

    with (
        appearing(path) as unfinished,
        lock_of(unfinished).open() as file,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    assert names(tmp_path) == [path.name]


def test_the_file_itself_is_free_to_be_locked_by_whoever_writes_it(tmp_path):
    """On macOS and NFS all kinds of locks see each other: ours would keep SQLite's out."""
    with appearing(tmp_path / "app.db") as unfinished, unfinished.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_file_whose_lock_another_has_taken_away_is_finished(tmp_path):
    """Found between its making and its locking it looks like one that was left."""
    path = tmp_path / "people.csv.gz"

    with appearing(path) as unfinished:
        lock_of(unfinished).unlink()

    assert names(tmp_path) == [path.name]
