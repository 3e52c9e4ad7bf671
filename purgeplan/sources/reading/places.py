"""Finds the exact places of what is wrong in a spooled text: slowly, and only when asked."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import TextIOWrapper
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final, NamedTuple

from purgeplan.errors import Finding, Place
from purgeplan.model import ids
from purgeplan.sources.reading.fit import quick, sure_rows
from purgeplan.sources.reading.layout import Layout

SHOWN: Final = 20
"""Places told of one file; whoever mends twenty sees the rest next time."""

_MAX_LINES: Final = 1_000
"""Lines that one row may go over; beyond them a quote was left open."""

_BLOCK: Final = 1 << 20

_SLOWLY: Final = 1_000
"""Rows that are looked at one by one where the next is not surely fit."""

_LOOKED_THROUGH: Final = 200_000
"""Rows looked through for more after the first that is broken: who waits wants to know of one."""


class Begin(NamedTuple):
    """Where a line begins: bytes of the spool and lines of the file before it."""

    offset: int
    line: int


START: Final = Begin(0, 0)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A text in the workspace: where, of which file, how cut, which blank lines were left out.

    ``block`` is how many bytes of rows are looked at together, if their ids are surely fit.
    """

    path: Path
    name: str
    layout: Layout
    dropped: Sequence[int]
    block: int = _BLOCK

    def broken_rows(self, since: Begin = START) -> tuple[Finding, ...]:
        """Give the first rows that are not cut as they must be: quotes, line ends, cells.

        None must be before ``since``. After the first it looks through so many more.
        """
        found, left = list[Finding](), _LOOKED_THROUGH
        for line, record in self._records(since):
            if finding := self._broken(line, record):
                found.append(finding)
            left -= bool(found)
            if len(found) == SHOWN or not left:
                break
        return tuple(found)

    def unfit_ids(self, kind: str, most: int = SHOWN) -> tuple[Finding, ...]:
        """Give the first rows whose id can't be sent, where there are ``most``.

        All rows must be cut well.
        """
        return tuple(islice(self._unfit(kind), min(most, SHOWN)))

    def _unfit(self, kind: str) -> Iterator[Finding]:
        column, fit = self.layout.names[self.layout.chosen], quick(kind)
        for line, record in self._doubtful(kind):
            raw = self._chosen(record)
            if fit(raw) is None:
                problem = ids.unfit(kind, ids.canonical(kind, raw))
                yield unfit(column, f"{problem}", Place(self.name, line))

    def _doubtful(self, kind: str) -> Iterator[tuple[int, str]]:
        """Give those records, header left out, of which a quick look does not tell that they fit.

        A long run of rows that do costs a fifth of what it takes to look at each by itself.
        """
        sure = sure_rows(kind, self.layout.delimiter, self.layout.chosen)
        at = self._behind(START, next(self._records())[1]) if self.layout.header else START
        with self.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
            while at.offset < len(text):
                found = sure.match(text, at.offset, at.offset + self.block)
                end = found.end() if found else at.offset
                del found  # it holds the map open
                if end > at.offset:
                    at = self._behind(at, text[at.offset : end - 1].decode())
                    continue
                slowly = list(islice(self._records(at), _SLOWLY))
                yield from slowly
                at = self._behind(at, "\n".join(record for _, record in slowly))

    def _behind(self, at: Begin, passed: str) -> Begin:
        """Give where the line begins that follows these whole ones, whose last LF is left out."""
        line = at.line + passed.count("\n") + 1
        for blank in islice(self.dropped, bisect_left(self.dropped, at.line), None):
            if blank >= line:
                break
            line += 1
        return Begin(at.offset + len(passed.encode()) + 1, line)

    def _broken(self, line: int, record: str) -> Finding | None:
        place, again = Place(self.name, line), "correct the row, or export the file again"
        if not self._well_quoted(record):
            problem = "a quote or a carriage return is out of place in this row"
            return Finding("PP211", problem, again, place)
        cells, width = self._number_of_cells(record), self.layout.width
        if cells != width:
            problem = f"the row has {cells} {'cell' if cells == 1 else 'cells'}, the header {width}"
            return Finding("PP210", problem, again, place)
        return None

    def _well_quoted(self, record: str) -> bool:
        if not self.layout.quoted or '"' not in record:
            return "\r" not in record
        return _row(self.layout.delimiter).fullmatch(record) is not None

    def _number_of_cells(self, record: str) -> int:
        if self.layout.quoted and '"' in record:
            return len(_cell(self.layout.delimiter).findall(record))
        return record.count(self.layout.delimiter) + 1

    def _chosen(self, record: str) -> str:
        """Give the cell with the id, of a row that is cut well; what is behind it is not cut."""
        at, mark = self.layout.chosen, self.layout.delimiter
        if not self.layout.quoted or '"' not in record:
            return record.split(mark, at + 1)[at]
        found = _cell_at(mark, at).match(record)
        cell = found[1] if found else record
        return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell

    def _records(self, since: Begin = START) -> Iterator[tuple[int, str]]:
        """Give each record with the line it starts on; one with an open quote ends at a limit."""
        start, record = 0, list[str]()
        for line, text in self._lines(since):
            if not record and not text:  # the scan stops leaving blank lines out at what is odd
                continue
            start = start or line
            record.append(text)
            whole = "\n".join(record) if len(record) > 1 else text
            open_quote = self.layout.quoted and whole.count('"') % 2 == 1
            if not open_quote or len(record) >= _MAX_LINES:
                yield start, whole
                start, record = 0, list[str]()
        if record:
            yield start, "\n".join(record)

    def _lines(self, since: Begin) -> Iterator[tuple[int, str]]:
        """Give lines with their numbers in the file, blank ones counted in."""
        offset, number = since
        dropped = (blank for blank in self.dropped if blank >= since.line)
        blank = next(dropped, None)
        with TextIOWrapper(self.path.open("rb"), "utf-8", newline="\n") as text:
            text.buffer.seek(offset)
            for line in text:
                while blank == number:
                    number += 1
                    blank = next(dropped, None)
                number += 1
                yield number, line[:-1]


@cache
def _row(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    cell = f'(?:"(?:[^"]|"")*+"|[^"\\r\\n{mark}]*+)'
    return re.compile(f"{cell}(?:{mark}{cell})*+")


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(f'(?:^|{mark})("(?:[^"]|"")*+"|[^"{mark}]*+)')


@cache
def _cell_at(delimiter: str, at: int) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    cell = f'"(?:[^"]|"")*+"|[^"{mark}]*+'
    return re.compile(f"(?:(?:{cell}){mark}){{{at}}}({cell})")


def unfit(column: str, problem: str, place: Place) -> Finding:
    """Say that one id can't be sent, without it."""
    return Finding("PP214", f"{column} {problem}", "correct the row", place)
