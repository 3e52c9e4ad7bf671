"""Finds the exact places of what is wrong in a spooled text: slowly, and only when asked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, Place
from purgeplan.model import ids
from purgeplan.sources.reading.layout import Layout

SHOWN: Final = 20
"""Places told of one file; whoever mends twenty sees the rest next time."""

_MAX_LINES: Final = 1_000
"""Lines that one row may go over; beyond them a quote was left open."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A text in the workspace: where, of which file, how cut, which blank lines were left out."""

    path: Path
    name: str
    layout: Layout
    dropped: Iterable[int]

    def broken_rows(self) -> tuple[Finding, ...]:
        """Give the first rows that are not cut as they must be: quotes, line ends, cells."""
        found = (self._broken(line, record) for line, record in self._records())
        return tuple(islice((finding for finding in found if finding), SHOWN))

    def unfit_ids(self, kind: str) -> tuple[Finding, ...]:
        """Give the first rows whose id can't be sent; all rows must be cut well."""
        return tuple(islice(self._unfit(kind), SHOWN))

    def _unfit(self, kind: str) -> Iterator[Finding]:
        column = self.layout.names[self.layout.chosen]
        rows = islice(self._records(), 1 if self.layout.header else 0, None)
        for line, record in rows:
            raw = self._cells(record)[self.layout.chosen]
            problem = ids.unfit(kind, ids.canonical(kind, raw))
            if problem:
                yield unfit(column, problem, Place(self.name, line))

    def _broken(self, line: int, record: str) -> Finding | None:
        place, again = Place(self.name, line), "correct the row, or export the file again"
        if not self._well_quoted(record):
            problem = "a quote or a carriage return is out of place in this row"
            return Finding("PP211", problem, again, place)
        cells, width = len(self._cells(record)), self.layout.width
        if cells != width:
            problem = f"the row has {cells} {'cell' if cells == 1 else 'cells'}, the header {width}"
            return Finding("PP210", problem, again, place)
        return None

    def _well_quoted(self, record: str) -> bool:
        if not self.layout.quoted:
            return "\r" not in record
        mark = re.escape(self.layout.delimiter)
        cell = f'(?:"(?:[^"]|"")*+"|[^"\\r\\n{mark}]*+)'
        return re.fullmatch(f"{cell}(?:{mark}{cell})*+", record) is not None

    def _cells(self, record: str) -> list[str]:
        if not self.layout.quoted:
            return record.split(self.layout.delimiter)
        mark = re.escape(self.layout.delimiter)
        found = re.findall(f'(?:^|{mark})("(?:[^"]|"")*+"|[^"{mark}]*+)', record)
        return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in found]

    def _records(self) -> Iterator[tuple[int, str]]:
        """Give each record with the line it starts on; one with an open quote ends at a limit."""
        start, record = 0, list[str]()
        for line, text in self._lines():
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

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Give lines with their numbers in the file, blank ones counted in."""
        dropped, number = iter(self.dropped), 0
        blank = next(dropped, None)
        with self.path.open(encoding="utf-8", newline="\n") as text:
            for line in text:
                while blank == number:
                    number += 1
                    blank = next(dropped, None)
                number += 1
                yield number, line[:-1]


def unfit(column: str, problem: str, place: Place) -> Finding:
    """Say that one id can't be sent, without it."""
    return Finding("PP214", f"{column} {problem}", "correct the row", place)
