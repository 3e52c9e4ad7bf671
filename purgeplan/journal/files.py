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

_LOCK: Final = ".lock"


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, each 0700, durably: a journal is as safe as they.

    Raises OSError.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
        with suppress(PermissionError):  # a home may be made in a folder that can't be read
            _sync(missing.parent)


def folder_beside(folder: Path) -> None:
    """Make the journal's folder, or one beside it; raises JournalError where it can't be made."""
    try:
        make_folder(folder)
    except OSError as error:
        raise refusals.no_folder(folder, error) from error


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
        with _locked(unfinished.with_name(f"{unfinished.name}{_LOCK}")):
            _tidy(path)
            os.close(os.open(unfinished, NEW | os.O_EXCL, 0o600))
            try:
                yield unfinished
                _name(unfinished, path, may_exist=may_exist)
            finally:
                unfinished.unlink()
    except (OSError, sqlite3.Error) as error:
        raise refusals.failed(str(path), error) from error


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock on a file of its own, which is there as long as the unfinished one beside it.

    On macOS, NFS and SMB a lock on that one itself would keep SQLite's out, or every writer.
    """
    descriptor = os.open(lock, NEW | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):  # where nothing can be locked, nothing is taken away either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        lock.unlink(missing_ok=True)  # gone where somebody was quicker than the line above
        os.close(descriptor)


def _tidy(path: Path) -> None:
    form = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}{re.escape(_LOCK)}")
    with suppress(OSError):  # a folder that can't be listed can be written to
        for lock in path.parent.iterdir():
            if form.fullmatch(lock.name):
                _drop(lock)


def _drop(lock: Path) -> None:
    """Delete an unfinished file with its lock, where nobody holds that: no living process has it.

    The lock goes last, so that a kill in between leaves nothing that is not found again.
    """
    with suppress(OSError):  # it is held, a link, another's, or somebody else was quicker
        descriptor = os.open(lock, _LOOK | os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                for beside in ("-wal", "-shm", "-journal", "", _LOCK):
                    name = lock.name.removesuffix(_LOCK) + beside
                    lock.with_name(name).unlink(missing_ok=True)
        finally:
            os.close(descriptor)


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
