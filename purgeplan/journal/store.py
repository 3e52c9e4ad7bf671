"""One SQLite file, opened: the only place where transactions begin and end."""

import ctypes
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

from purgeplan.errors import JournalError
from purgeplan.journal import refusals

APPLICATION_ID: Final = 0x70677031
"""The letters ``pgp1``, at byte 68 of every journal and saved plan."""

LONGEST: Final = 64 << 20
"""Bytes of one value or row at most: a file from elsewhere could ask for all memory."""

FETCH: Final = 2_000
"""Rows taken from a query at once: quick, and flat in memory."""

BUSY_S: Final = 30.0
"""How long a statement waits for another process; writers keep each other out by locks."""

READING: Final[Mapping[str, int | str]] = {
    "query_only": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
WRITING: Final[Mapping[str, int | str]] = {
    "journal_mode": "wal",  # in the other modes an open reader makes a run's COMMIT fail
    "synchronous": 2,  # FULL: a commit is on the disk when it returns
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "recursive_triggers": 1,  # so that INSERT OR REPLACE can't delete behind a trigger's back
    "secure_delete": 1,  # what `forget` seals is overwritten
    "fullfsync": 1,  # macOS: fsync alone does not reach the platter; elsewhere without effect
    "checkpoint_fullfsync": 1,
}

Row = tuple[Any, ...]


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open an existing file, ``rw`` or ``ro``; it is never made here."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    return connection


def settle(connection: sqlite3.Connection, settings: Mapping[str, int | str]) -> None:
    """Set pragmas, such as make a connection durable; raises JournalError where one does not hold.

    Every pragma is read back: a misspelt one, or one that the file system can't do, is silent.
    """
    for name, wanted in settings.items():
        connection.execute(f"PRAGMA {name}={wanted}").fetchall()
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            raise refusals.not_durable(name, wanted, found)


class Store:
    """A connection with its fate: after the first error nothing touches the file any more."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self.where = where
        self._connection = connection
        self._failure: JournalError | None = None

    def read(self, sql: str, *parameters: object) -> list[Row]:
        """Give all rows of a query."""
        with self._heeded():
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: object) -> Row | None:
        """Give the first row of a query."""
        with self._heeded():
            rows = self._connection.execute(sql, parameters).fetchmany(1)
        return rows[0] if rows else None

    def stream(self, sql: str, *parameters: object) -> Iterator[Row]:
        """Give the rows of a query one by one; nothing else may write meanwhile."""
        return chain.from_iterable(self._blocks(sql, *parameters))

    def _blocks(self, sql: str, *parameters: object) -> Iterator[list[Row]]:
        with self._heeded():
            cursor = self._connection.execute(sql, parameters)
            while rows := cursor.fetchmany(FETCH):
                yield rows

    @contextmanager
    def write(self) -> Iterator[None]:
        """Open a transaction that is durable after the block, or leaves nothing behind.

        Whatever the block raises passes, with nothing kept. An error of SQLite's, or an illegal
        move, is the last thing that this store does: a failed COMMIT is ambiguous, and a second
        fsync would report success for what the first one has lost.
        """
        with self._heeded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except sqlite3.Error:
                raise
            except BaseException:
                if self._failure is None:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def execute(self, sql: str, *parameters: object) -> int:
        """Execute a statement of an open transaction, and give how many rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, rows: Iterable[Row]) -> int:
        """Execute a statement once for each row as it comes, and give how many rows changed."""
        return self._connection.executemany(sql, rows).rowcount

    def alone(self, sql: str) -> list[Row]:
        """Execute a statement that may be in no transaction, such as VACUUM."""
        with self._heeded():
            return self._connection.execute(sql).fetchall()

    def close(self) -> None:
        """Close, unless something failed: closing would write the log back and sync again."""
        if self._failure is None:
            self._connection.close()

    def define(self, name: str, function: Callable[[str | None], str | None]) -> None:
        """Give SQL a function of one text."""
        self._connection.create_function(name, 1, function, deterministic=True)

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy all into another database, as it is at one moment."""
        with self._heeded():
            self._connection.backup(other)

    @contextmanager
    def _heeded(self) -> Iterator[None]:
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except sqlite3.Error as error:
            raise self._abandon(refusals.failed(self.where, error)) from error
        except JournalError as error:
            self._abandon(error)
            raise

    def _abandon(self, failure: JournalError) -> JournalError:
        """Let nobody close the connection, the interpreter's own end included."""
        if self._failure is None:
            self._failure = failure
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))
        return self._failure
