"""The journal as a file: who may read it, what is refused, how it is read and copied."""

import hashlib
import sqlite3
from contextlib import closing
from shutil import copyfile

import pytest
from support.files import by_hand, mode, names
from support.journal import ANN, T0, HandClock, behind_its_back, draft, planned

from purgeplan.errors import InvalidError, JournalError
from purgeplan.journal import is_plan_file, open_journal, open_reader, save_plan_file
from purgeplan.journal.store import LONGEST, WRITING, settle


@pytest.fixture
def path(tmp_path):
    """Give the path of a journal with one plan, closed."""
    path = tmp_path / "app.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.save(draft(), planned("a", "b"), T0)
    return path


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
        ("checkpoint_fullfsync", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ],
)
def test_is_durable_by_these_very_settings(path, name, wanted):
    """WAL with FULL survives power cuts; with NORMAL (1) the whole journal was lost in 30 of 30."""
    with closing(open_journal(path, HandClock())) as journal:
        assert journal._store.read(f"PRAGMA {name}") == [(wanted,)]


@pytest.mark.parametrize(
    ("name", "wanted"), [("query_only", 1), ("trusted_schema", 0), ("cell_size_check", 1)]
)
def test_is_read_by_these_very_settings(path, name, wanted):
    """What comes from elsewhere runs nothing and writes nothing."""
    open_journal(path, HandClock()).close()

    with closing(open_reader(path)) as journal:
        assert journal._store.read(f"PRAGMA {name}") == [(wanted,)]


def test_reads_no_value_that_would_take_all_memory(path):
    """A saved plan comes from elsewhere, and may name any length."""
    open_journal(path, HandClock()).close()

    for opened in (open_journal(path, HandClock()), open_reader(path)):
        with closing(opened) as journal:
            most = journal._store._connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
            assert most == LONGEST == 64 << 20


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
