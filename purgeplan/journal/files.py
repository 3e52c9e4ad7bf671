"""Files and folders of the journal: for their owner only, whole or not at all, no links."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
    it is where it may exist.
    """
    unfinished = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        os.close(os.open(unfinished, NEW | os.O_EXCL, 0o600))
        try:
            yield unfinished
            _name(unfinished, path, may_exist=may_exist)
        finally:
            unfinished.unlink()
    except (OSError, sqlite3.Error) as error:
        raise refusals.failed(str(path), error) from error


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
