"""The layout of one text file: delimiter, quotes, header, and which column is what."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading import beginnings, columns
from purgeplan.sources.working.texts import Shape

DELIMITERS: Final = {",": ",", ";": ";", "tab": "\t"}
"""What ``delimiter`` may say, and the character that it means."""

MAX_COLUMNS: Final = 16_384
"""Columns that a text may have: as many as a sheet, and each costs the database memory."""

_NONE: Final = "\x1f"
"""Delimiter of a text without columns: a control character, which no id may hold."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the plan says about the file, as far as it does."""

    kind: str
    column: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut into cells; ``others`` maps staged columns to their indexes."""

    names: tuple[str, ...]
    chosen: int
    delimiter: str = ","
    quoted: bool = True
    header: bool = True
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Give how many cells a row must have."""
        return len(self.names)

    @property
    def taken(self) -> tuple[str, ...]:
        """Give the name of the column with the ids, fit to be shown; none where no header has."""
        return (columns.shown(self.names[self.chosen]),) if self.header else ()

    @property
    def shape(self) -> Shape:
        """Give what the database is told."""
        return Shape(self.width, self.delimiter, self.quoted, self.header)


def layout_of(name: str, unit: bytes, wanted: Wanted) -> Layout:
    """Give the layout by the first lines of a file, and raise InvalidError where it is unclear.

    A ``.txt`` has one id a line and needs no header; a first line that is the name of such a
    column is one all the same.
    """
    line, record = _first_record(unit)
    place = Place(name, line)
    if PurePath(name.removesuffix(".gz").removesuffix(".zst")).suffix == ".txt":
        return _list_of_ids(record, wanted, place)
    if not record:
        mend = f"write its column, such as {columns.names_of(wanted.kind)[0]}, as the first line"
        raise InvalidError(Finding("PP209", "the file is empty", mend, Place(name)))
    return _table(record, wanted, _delimiter(name, record, wanted, place), place)


def _list_of_ids(record: str, wanted: Wanted, place: Place) -> Layout:
    known = (wanted.column,) if wanted.column else columns.names_of(wanted.kind)
    header = record.strip() in known
    if wanted.column and not header:
        problem = f"the first line is not the column {wanted.column}"
        mend = "leave `column` out: a .txt needs none"
        raise InvalidError(Finding("PP212", problem, mend, place))
    table = None if header else beginnings.list_that_is_a_table(record, wanted.kind, place)
    if table is not None:
        raise InvalidError(table)
    return Layout((wanted.kind,), 0, _NONE, quoted=False, header=header)


def _table(record: str, wanted: Wanted, delimiter: str, place: Place) -> Layout:
    names = _cells(record, delimiter)
    if not names:
        problem = "a quote or a carriage return is out of place in the header"
        raise InvalidError(Finding("PP211", problem, "save it with LF or CRLF line ends", place))
    if len(names) > MAX_COLUMNS:
        problem = f"the header has more than {MAX_COLUMNS:,} columns"
        raise InvalidError(Finding("PP208", problem, "export the ids alone", place))
    chosen = _chosen(record, names, wanted, delimiter, place)
    return Layout(names, chosen, delimiter, others=columns.others(names, wanted.kind))


def _chosen(
    record: str, names: tuple[str, ...], wanted: Wanted, delimiter: str, place: Place
) -> int:
    try:
        return columns.choose(names, wanted.column, wanted.kind, place)
    except InvalidError:
        better = beginnings.no_header(record, wanted.kind, delimiter, place)
        if better is None:
            raise
        raise InvalidError(better) from None


def _delimiter(name: str, record: str, wanted: Wanted, place: Place) -> str:
    """Give the delimiter: the one that is said, or the only one by which the header makes sense."""
    if wanted.delimiter:
        return DELIMITERS[wanted.delimiter]
    bare = name.removesuffix(".gz").removesuffix(".zst")
    if PurePath(bare).suffix == ".tsv":
        return "\t"
    there = [mark for mark in DELIMITERS.values() if len(_cells(record, mark)) > 1]
    if len(there) > 1:
        there = [mark for mark in there if _makes_sense(record, mark, wanted, place)]
        if len(there) != 1:
            problem = "the header holds several delimiters"
            raise InvalidError(Finding("PP213", problem, "say which with `delimiter`", place))
    return there[0] if there else ","


def _makes_sense(record: str, delimiter: str, wanted: Wanted, place: Place) -> bool:
    try:
        _table(record, wanted, delimiter, place)
    except InvalidError:
        return False
    return True


def _cells(record: str, delimiter: str) -> tuple[str, ...]:
    """Give the cells of a header; none where it can't be cut so."""
    try:
        (cells,) = csv.reader([record], delimiter=delimiter)
    except csv.Error:
        return ()
    return tuple(cell.strip() for cell in cells)


def _first_record(unit: bytes) -> tuple[int, str]:
    """Give the first line that is not blank, with its number; a quoted cell may go on below."""
    record = ""
    start = 0
    for number, line in enumerate(unit.decode().split("\n"), 1):
        if not record and not line:
            continue
        start = start or number
        record += line if not record else f"\n{line}"
        if record.count('"') % 2 == 0:
            break
    return start, record
