"""Copies of an export for people: its columns, or some of them, as Parquet or as CSV."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place, UnreachableError
from purgeplan.model.ports import ExportFile
from purgeplan.sources.audience.fields import FIELDS
from purgeplan.sources.audience.load import spooled
from purgeplan.sources.reading.cutting import agreed
from purgeplan.sources.reading.files import CHUNK
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.working.texts import text_of
from purgeplan.sources.workspace import Workspace

PARQUET: Final = "FORMAT parquet, COMPRESSION zstd"
FORMS: Final = {
    ".csv.gz": "FORMAT csv, HEADER true, COMPRESSION gzip",
    ".parquet": PARQUET,
}
"""How a file is written, by the end of its name; only Parquet has types."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a copy is to be: a form of FORMS, and the columns; None is every one that there is."""

    form: str
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A file with the rows of an export.

    ``unread`` counts, by column, the texts that are no value of its type: in Parquet their cells
    are empty.
    """

    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str
    unread: Mapping[str, int]


def form_of(name: str) -> str | None:
    """Give the end of a file's name if it is one of FORMS."""
    return next((end for end in FORMS if name.endswith(end)), None)


def copied(work: Workspace, export: ExportFile, wish: Wish, into: Path, progress: Progress) -> Copy:
    """Write the rows of an export to an empty file of the caller's.

    Raises InvalidError where the export can't be read whole or lacks a column, UnreachableError
    where there is no room.
    """
    with spooled(work, export, progress) as (scan, text), agreed(scan, text) as counted:
        chosen, table = _chosen(text, wish.columns), text_of(text.path, text.layout.shape)
        progress("writing", 0, None)
        typed = wish.form == ".parquet"
        unread = _unread(work, chosen, table, counted) if typed else {}
        cells = ", ".join(_cell(name, at, typed=typed) for name, at in chosen.items())
        with work.written(f"SELECT {cells} FROM {table}", FORMS[wish.form]) as (path, rows):  # noqa: S608 - names are quoted
            size, sha256 = poured(path, into)
            return Copy(tuple(chosen), counted(rows), size, sha256, unread)


def quoted(name: str) -> str:
    """Give a column's name as SQL takes any."""
    return '"' + name.replace('"', '""') + '"'


def columns_of(text: Spooled) -> dict[str, int]:
    """Give where each column of an export is; raises InvalidError where two have one name."""
    names = text.layout.names
    if len({name.casefold() for name in names}) != len(names):
        problem = "two columns of the export have the same name"
        raise InvalidError(Finding("PP231", problem, "repeat the command", Place(text.name, 1)))
    return {name: at for at, name in enumerate(names)}


def poured(path: Path, into: Path) -> tuple[int, str]:
    """Copy a file of the workspace into one that exists; give its size and sha256."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, into.open("wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += target.write(chunk)
    except OSError as error:
        problem = f"{into.parent} does not take the file: {error.strerror}"
        raise UnreachableError(Finding("PP616", problem, "make room, then repeat")) from error
    return size, digest.hexdigest()


def _chosen(text: Spooled, columns: Sequence[str] | None) -> dict[str, int]:
    there = columns_of(text)
    if columns is None:
        return there
    missing = [name for name in columns if name not in there]
    if missing:
        problem = f"the export has no column {', '.join(missing)}"
        raise InvalidError(Finding("PP231", problem, "leave it out", Place(text.name, 1)))
    return {name: there[name] for name in columns}


def _cell(name: str, at: int, *, typed: bool) -> str:
    known = FIELDS.get(name) if typed else None
    cell = f"c{at}" if known is None else known.read(f"c{at}")
    return f"{cell} AS {quoted(name)}"


def _unread(
    work: Workspace, chosen: Mapping[str, int], table: str, counted: Callable[[int], int]
) -> dict[str, int]:
    doubted = [name for name in chosen if name in FIELDS and FIELDS[name].doubted]
    tests = [f"count(*) FILTER ({FIELDS[name].unread(f'c{chosen[name]}')})" for name in doubted]
    rows, *found = work.tell(f"SELECT {', '.join(['count(*)', *tests])} FROM {table}")  # noqa: S608 - made of our own
    counted(rows)
    return {name: many for name, many in zip(doubted, found, strict=True) if many}
