"""How files appear: whole under their name or not at all, and what a killed process left goes."""

import fcntl
import os

import pytest
from support.files import names

from purgeplan.errors import InvalidError
from purgeplan.journal.files import appearing


def test_leaves_the_journal_that_somebody_else_made_first(tmp_path):
    """Of two that make a journal at the same time the first one's stays."""
    path = tmp_path / "app.db"
    with appearing(path, may_exist=True) as late:
        late.write_bytes(b"late")
        path.write_bytes(b"first")

    assert (path.read_bytes(), names(tmp_path)) == (b"first", ["app.db"])


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_takes_away_nothing_of_somebody_else(tmp_path):
    """In a folder that many write to it is theirs to tidy up."""
    path = tmp_path / "people.csv.gz"
    one = left(path)
    os.chown(lock_of(one), 65_534, -1)

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
