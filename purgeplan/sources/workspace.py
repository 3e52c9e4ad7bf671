"""The workspace: one DuckDB database in a private folder that is gone afterwards."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from operator import itemgetter
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, Final, NamedTuple, Self

from purgeplan.sources.reading.private import PrivateFolder
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.working.base import connected, placed, room
from purgeplan.sources.working.names import checked, named, sql_text
from purgeplan.sources.working.texts import MisreadError, Shape, text_of, typed, write_rows

FETCH: Final = 2_000
"""Rows taken from the database at once: so few that Python is done with them while they are in the
processor's cache (measured: a fifth quicker than with five times as many)."""

TELL_S: Final = 0.1
"""How often it is told how far a statement is."""


class Digest(NamedTuple):
    """The sha256 of a table's distinct ids, in hex, and whether each of its rows has another."""

    hex: str
    unique: bool


class Workspace:
    """Holds tables of text; a context manager that leaves nothing on the disk.

    Files are 0600 in a folder of 0700, below TMPDIR; what a killed process left there is swept
    by the next workspace. The database uses ``memory`` and spills
    beyond it; it reaches no file outside the folder. Raises UnreachableError where disk or
    memory is full.
    """

    def __init__(self, memory: str = "512MB", threads: int = 2) -> None:
        self._settings = (memory, threads)
        self._numbers = count(1)

    def __enter__(self) -> Self:
        with placed():
            self._private = PrivateFolder()
        self._folder = self._private.path
        try:
            with placed():
                self._base = connected(self._folder, *self._settings)
        except BaseException:
            self._private.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
        self._private.remove()

    def new(self, stem: str) -> str:
        """Give a name, for a table or a file, that nothing has yet."""
        return f"{stem}_{next(self._numbers)}"

    @contextmanager
    def spool(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Open a new 0600 file for writing; it is removed with the context."""
        path = self._folder / self.new("spool")
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with room(), os.fdopen(fd, "wb") as file:
                yield path, file
        finally:
            path.unlink()

    def run(self, sql: str, **names: str) -> None:
        """Run one statement; ``$name`` in it stands for a table or column."""
        with room():
            self._base.execute(named(sql, names))

    def number(self, sql: str, **names: str) -> int:
        """Give the one number that a query finds."""
        with room():
            (found,) = self._base.execute(named(sql, names)).fetchall()
        return int(found[0])

    @contextmanager
    def telling(self, phase: str, total: int, progress: Progress, steps: int = 1) -> Iterator[None]:
        """Tell how far the statements are that run in this context, as so many of ``total`` rows.

        ``steps`` are how many long ones there will be, or more; what is told never goes back.
        A thread asks for it: this one waits for the database.
        """
        over = Event()

        def watch() -> None:
            ended, before, done = 0, 0.0, 0
            while not over.wait(TELL_S):
                percent = self._base.query_progress()
                if percent >= 0:  # it is below where no statement runs
                    ended, before = ended + (percent < before), percent
                    share = min(1.0, (ended + percent / 100) / steps)
                    done = max(done, round(total * share))
                    progress(phase, done, total)

        progress(phase, 0, total)
        with ThreadPoolExecutor(1) as pool:
            watching = pool.submit(watch)
            try:
                yield
            finally:
                over.set()
                watching.result()

    def pick(self, table: str, condition: str, view: str) -> str:
        """Make a view of the rows of a table for which a condition holds; give what type it has.

        It is parsed as one expression, never pasted into a query. Raises duckdb.Error where it
        can't be bound to the table's columns.
        """
        import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

        expression = duckdb.SQLExpression(condition)
        with room():
            rows = self._base.table(checked(table))
            rows.filter(expression).create_view(checked(view))
            return str(rows.select(expression).types[0])

    def rows(self, sql: str, *values: str, **names: str) -> Iterator[tuple[Any, ...]]:
        """Stream the rows that a query finds, with ``values`` for each ``?`` in it.

        Other queries may run meanwhile.
        """
        for chunk in self._chunks(sql, values, names):
            yield from chunk

    def column(self, sql: str, **names: str) -> Iterator[str]:
        """Stream the first column that a query finds."""
        for chunk in self._chunks(sql, (), names):
            yield from [row[0] for row in chunk]

    def digest(
        self, table: str, *others: "hashlib._Hash", tell: Callable[[int], None] = lambda _: None
    ) -> Digest:
        """Give the sha256 over the distinct ids of a table, in order of their UTF-8, one a line.

        The ``others`` are fed the same lines: what else they cover comes before or after. It is
        told how many rows are done.
        """
        digest, last, done, unique = hashlib.sha256(), None, 0, True
        # Those that are alike are neighbors: to find them first would be a second spill.
        for chunk in self._chunks("SELECT id FROM $table ORDER BY id", (), {"table": table}):
            fresh = dict.fromkeys(map(itemgetter(0), chunk))
            (end,) = chunk[-1]
            fresh.pop(last, None)
            unique = unique and len(fresh) == len(chunk)
            lines = "\n".join([*fresh, ""]).encode()
            for each in (digest, *others):
                each.update(lines)
            last = end
            done += len(chunk)
            tell(done)
        return Digest(digest.hexdigest(), unique)

    def read(self, path: Path, shape: Shape, select: str, into: str) -> int:
        """Insert rows of a spool into a table and give how many; it has columns c0, c1, ...

        Raises MisreadError where the database can't read it in this shape.
        """
        rows = self.tell(
            f"INSERT INTO {checked(into)} SELECT {select} FROM {text_of(path, shape)}"  # noqa: S608 - made of our own
        )
        return int(rows[0])

    def tell(self, statement: str) -> tuple[Any, ...]:
        """Run a statement over spools, as it is, and give its one row.

        Raises MisreadError where a spool is not in the shape that is named.
        """
        import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

        try:
            with room():
                (found,) = self._base.execute(statement).fetchall()
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise MisreadError(type(error).__name__) from None
        row: tuple[Any, ...] = found
        return row

    @contextmanager
    def written(self, query: str, form: str) -> Iterator[tuple[Path, int]]:
        """Write what a query over spools finds to a file that is gone with the context.

        ``form`` are the options of COPY. Gives the file, and how many rows are in it.
        """
        path = self._folder / self.new("written")
        try:
            (rows,) = self.tell(f"COPY ({query}) TO {sql_text(str(path))} ({form})")
            yield path, int(rows)
        finally:
            path.unlink(missing_ok=True)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> int:
        """Create a table of text from rows made in Python; None and "" are NULL. Gives how many.

        Texts are free of NUL and surrogates. Raises whatever ``rows`` raises.
        """
        self.run(f"CREATE TABLE $table ({typed(columns)})", table=table)
        with self.spool() as (path, file):
            written = write_rows(file, rows)
            loaded = self.read(path, Shape(len(columns), header=False), "*", table)
        if loaded != written:
            raise MisreadError(table)
        return loaded

    def fill(self, table: str, column: str, doubt: str, value: Callable[[str], str | None]) -> None:
        """Fill a column where it is NULL and ``doubt`` is not, by a function of Python's."""
        doubtful = "FROM $table WHERE $column IS NULL AND $doubt IS NOT NULL"
        names = {"table": table, "column": column, "doubt": doubt}
        if not self.number(f"SELECT count(*) {doubtful}", **names):
            return
        found = self.rows(f"SELECT CAST(rowid AS VARCHAR), $doubt {doubtful}", **names)
        answers = self.new("answers")
        self.load(answers, ("place", "value"), ((row, value(text)) for row, text in found))
        self.run(
            "UPDATE $table SET $column = $answers.value FROM $answers"
            " WHERE $table.rowid = CAST($answers.place AS BIGINT)",
            answers=answers,
            **names,
        )
        self.run("DROP TABLE $answers", answers=answers)

    def blocks(self, sql: str, most: int) -> Generator[list[tuple[Any, ...]], None, None]:
        """Stream the rows that a query finds, so many at once; any thread may ask for the next."""
        yield from self._chunks(sql, (), {}, most)

    def _chunks(
        self, sql: str, values: tuple[str, ...], names: dict[str, str], most: int = FETCH
    ) -> Iterator[list[tuple[Any, ...]]]:
        with room(), self._base.cursor() as cursor:
            cursor.execute(named(sql, names), values)
            while chunk := cursor.fetchmany(most):
                yield chunk
