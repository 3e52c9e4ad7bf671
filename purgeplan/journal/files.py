"""Files and folders of the journal: for their owner only, whole or not at all, no links."""

import fcntl
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from purgeplan.journal import refusals
from purgeplan.journal.store import APPLICATION_ID, connect

_MAGIC: Final = b"SQLite format 3\0"
_ID_AT: Final = 68
_HEADER: Final = 100
NEW: Final = os.O_CREAT | os.O_NOFOLLOW | os.O_WRONLY
_LOOK: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hang
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

YOUNG_S: Final = 60.0
"""A file that was written to within a minute is left alone, whoever has made it."""


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, each 0700."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def plain(path: Path) -> None:
    """Raise InvalidError where there is no plain file for its owner only.

    The file is not opened: closing any descriptor of a file that SQLite has open in the same
    process drops SQLite's locks on it.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError as error:
        raise refusals.missing(path) from error
    if not stat.S_ISREG(mode):
        raise refusals.not_plain(path)
    if mode & _OTHERS:
        raise refusals.readable_by_others(path, stat.S_IMODE(mode))


@contextmanager
def appearing(path: Path, *, may_exist: bool = False) -> Iterator[Path]:
    """Give the path of an empty 0600 file that gets its name, durably, after the block.

    Nothing is ever overwritten: another file that has the name raises InvalidError, or stays as
    it is where it may exist. What a process that was killed has left unfinished under that name is
    taken away: it may hold everybody's data.
    """
    unfinished = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        descriptor = os.open(unfinished, NEW | os.O_EXCL, 0o600)
        try:
            with suppress(OSError):  # where nothing can be locked, nothing is taken away either
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            _tidy(path, os.fstat(descriptor))
            yield unfinished
            _name(unfinished, path, may_exist=may_exist)
        finally:
            os.close(descriptor)  # not before SQLite has closed the file: its locks would be gone
            unfinished.unlink()
    except (OSError, sqlite3.Error) as error:
        raise refusals.failed(str(path), error) from error


def _tidy(path: Path, ours: os.stat_result) -> None:
    form = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}")
    with suppress(OSError):  # a folder that can't be listed can be written to
        for one in path.parent.iterdir():
            if form.fullmatch(one.name):
                _drop(one, ours)


def _drop(one: Path, ours: os.stat_result) -> None:
    with suppress(OSError):  # it is locked, a link, or somebody else was quicker
        if _is_left(one, ours):
            for beside in ("", "-wal", "-shm", "-journal"):
                one.with_name(one.name + beside).unlink(missing_ok=True)


def _is_left(one: Path, ours: os.stat_result) -> bool:
    """Tell whether nobody finishes a file any more: a living process holds a lock on its own.

    Raises BlockingIOError where one does.
    """
    descriptor = os.open(one, _LOOK)
    try:
        found = os.fstat(descriptor)
        alone = stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == ours.st_uid
        if not alone or ours.st_mtime - found.st_mtime < YOUNG_S:  # it may not be locked yet
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)
    return True


def _name(unfinished: Path, path: Path, *, may_exist: bool) -> None:
    _sync(unfinished)
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        if not may_exist:
            raise refusals.in_the_way(path) from error
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to an unfinished file, closed after the block.

    It syncs nothing: ``appearing`` syncs the file as a whole before it gets its name.
    """
    with closing(connect(path, "rw")) as connection:
        connection.execute("PRAGMA synchronous=off")
        yield connection


def is_plan_file(path: Path) -> bool:
    """Tell whether a file is a saved plan or a journal of ours, by its first bytes.

    To be asked before the file is opened, for the reason given at ``plain``.
    """
    try:
        descriptor = os.open(path, _LOOK)
    except OSError:
        return False
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        header = os.read(descriptor, _HEADER) if regular else b""
    finally:
        os.close(descriptor)
    ours = int.from_bytes(header[_ID_AT : _ID_AT + 4]) == APPLICATION_ID
    return header.startswith(_MAGIC) and ours
