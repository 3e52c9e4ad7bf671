"""Looks into a workbook before it is read: whole, of bounded size, nothing in it hidden or failed.

python-calamine gives a failed formula and an empty cell alike, tells nothing of hidden rows, and
takes memory for every cell up to the last one: one stray cell is enough to end the process.
"""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from xml.parsers import expat

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading.files import CHUNK
from purgeplan.sources.typed.cells import damaged

MAX_BYTES: Final = 2 << 30
"""Of all parts unpacked; a full sheet of a dozen columns has half of it."""
MAX_CELLS: Final = 20_000_000
"""Of the smallest rectangle around a sheet's cells; each takes 32 bytes."""

_UNICODE_PATH: Final = b"up"
"""The tag of the extra field 0x7075 of a zip archive."""

_PARTS: Final = "xl/"
_BOOK: Final = f"{_PARTS}workbook.xml"
_LINKS: Final = f"{_PARTS}_rels/workbook.xml.rels"
_AGAIN: Final = "save it as .xlsx again, without a password"
_SMALLER: Final = "save the sheet as CSV"

_Tag = Callable[[str, dict[str, str]], None]


@dataclass(slots=True)
class Sheet:
    """A sheet as its part says: rows and columns count from 1.

    ``hidden`` is the first row with cells that is hidden; ``failed`` gives, by column, the rows
    whose formula failed or was never computed.
    """

    name: str
    hidden: int | None = None
    failed: dict[int, list[int]] = field(default_factory=dict)
    rows: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (0, 0)

    def place(self, row: int, column: int) -> str:
        """Give the name of a cell, as a spreadsheet writes it."""
        return f"{_quoted(self.name)}!{letters(column)}{row}"

    @property
    def cells(self) -> int:
        """Give how many cells the smallest rectangle around all of them has."""
        height, width = (last - first + 1 for first, last in (self.rows, self.columns))
        return height * width


def sheet_of(path: Path, name: str, wanted: str | None, place: Place) -> Sheet:
    """Give the sheet of that name, or the first visible one, of a workbook that is whole.

    ``name`` is what the file is called. Raises InvalidError where it is no workbook, is damaged or
    too large, where there is no such sheet, and where rows of it are hidden.
    """
    with _opened(path, name) as book:
        parts = _sheets(book, name)
        title = _title(parts, wanted, place)
        sheet = _scan(book, parts[title][0], title)
    if sheet.cells > MAX_CELLS:
        last = letters(sheet.columns[1])
        what = f"has cells as far as {last}{sheet.rows[1]} on {_quoted(title)}"
        raise damaged(name, what, f"delete what is beyond the list, or {_SMALLER}")
    if sheet.hidden is not None:
        problem = f"row {sheet.hidden} of {_quoted(title)} is hidden, by hand or by a filter"
        mend = "show all rows, or copy the visible ones to a sheet of their own"
        raise InvalidError(Finding("PP226", problem, mend, Place(name)))
    return sheet


def letters(column: int) -> str:
    """Give the letters of a column, counted from 1."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


@contextmanager
def _opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as book:
            if sum(part.file_size for part in book.infolist()) > MAX_BYTES:
                raise damaged(name, "is too large for a workbook", _SMALLER)
            if not _told_apart(book):
                raise damaged(name, "has a part twice, or by two names", _AGAIN)
            if book.testzip() is not None:
                raise damaged(name, "fails its checks", _AGAIN)
            yield book
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        # What zipfile raises for another format, an unknown compression, a password, a cut part.
        raise damaged(name, "is no whole .xlsx workbook", _AGAIN) from error
    except (expat.ExpatError, KeyError, ValueError) as error:
        raise damaged(name, "is not as a workbook must be", _AGAIN) from error


def _told_apart(book: zipfile.ZipFile) -> bool:
    """Tell whether no part can be taken for another one.

    python-calamine finds parts whatever the case of their names, with either slash, and by the
    Unicode path beside one: it would read another sheet than the one that was looked into here.
    """
    names = [part.filename.replace("\\", "/").lower() for part in book.infolist()]
    beside = any(_UNICODE_PATH in part.extra for part in book.infolist())
    return len(names) == len(set(names)) and not beside


def _sheets(book: zipfile.ZipFile, name: str) -> dict[str, tuple[str, bool]]:
    """Give the part of each worksheet by the sheet's title, and whether it is visible."""
    targets: dict[str, str] = {}
    listed: list[tuple[str, str, bool]] = []

    def link(tag: str, told: dict[str, str]) -> None:
        if tag == "Relationship" and told["Type"].endswith("/worksheet"):
            targets[told["Id"]] = told["Target"]

    def sheet(tag: str, told: dict[str, str]) -> None:
        if tag == "sheet":
            (linked,) = (value for key, value in told.items() if key.endswith(" id"))
            listed.append((told["name"], linked, told.get("state", "visible") == "visible"))

    _parse(book, _LINKS, link)
    _parse(book, _BOOK, sheet)
    found = {
        title: (_part(targets[linked]), visible)
        for title, linked, visible in listed
        if linked in targets
    }
    if not found:
        raise damaged(name, "has no worksheet", _AGAIN)
    return found


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"{_PARTS}{target}"


def _title(parts: dict[str, tuple[str, bool]], wanted: str | None, place: Place) -> str:
    if wanted is None:
        return next((title for title, (_, visible) in parts.items() if visible), next(iter(parts)))
    if wanted in parts:
        return wanted
    close = get_close_matches(wanted, parts, 1)
    problem = f"no sheet {wanted}; there are: {', '.join(parts)}"
    mend = f"did you mean {close[0]}?" if close else "say which one with `sheet`"
    raise InvalidError(Finding("PP226", problem, mend, place))


def _scan(book: zipfile.ZipFile, part: str, title: str) -> Sheet:
    scan = _Scan(Sheet(title))
    _parse(book, part, scan.start, scan.end, scan.text)
    return scan.sheet


class _Scan:
    """Follows the cells of one sheet as they come."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._row = self._column = 0
        self._cell: dict[str, str] = {}
        self._formula = self._reading = False
        self._value = self._hidden = False

    def start(self, tag: str, told: dict[str, str]) -> None:
        """Take an element's start."""
        if tag == "row":
            self._row, self._column = int(told.get("r", self._row + 1)), 0
            self._hidden = told.get("hidden") in ("1", "true")
        elif tag == "c":
            self._column = _column(told["r"]) if "r" in told else self._column + 1
            self._cell, self._formula, self._value = told, False, False
        elif tag in ("f", "v", "is"):
            self._formula = self._formula or tag == "f"
            self._fill()
        self._reading = tag in ("v", "t")

    def end(self, tag: str) -> None:
        """Take an element's end."""
        self._reading = False
        if tag != "c":
            return
        kind = self._cell.get("t")
        if kind == "e" or (self._formula and not self._value and kind != "str"):
            self.sheet.failed.setdefault(self._column, []).append(self._row)

    def text(self, text: str) -> None:
        """Take text, of which only a cell's value counts."""
        self._value = self._value or (self._reading and bool(text))

    def _fill(self) -> None:
        """Take note of where the cell is, which is not empty as far as python-calamine goes."""
        self.sheet.rows = _wider(self.sheet.rows, self._row)
        self.sheet.columns = _wider(self.sheet.columns, self._column)
        if self._hidden and self.sheet.hidden is None:
            self.sheet.hidden = self._row


def _wider(bounds: tuple[int, int], number: int) -> tuple[int, int]:
    first, last = bounds
    return (min(first, number) if first else number), max(last, number)


def _column(cell: str) -> int:
    """Give the number of the column in a cell's name."""
    found = 0
    for letter in cell.rstrip("0123456789"):
        found = found * 26 + ord(letter.upper()) - ord("A") + 1
    return found


def _parse(
    book: zipfile.ZipFile,
    part: str,
    start: _Tag,
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    """Walk through the XML of a part, names without their namespaces; attributes keep theirs."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = lambda tag, told: start(tag.rpartition(" ")[2], told)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    with book.open(part) as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _no_doctype(*_: object) -> None:
    """Refuse what no workbook has, and what XML's bombs are made of."""
    raise ValueError


def _quoted(title: str) -> str:
    return title if title.isalnum() else "'" + title.replace("'", "''") + "'"
