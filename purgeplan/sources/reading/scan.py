"""Counts the records of a text by itself while it is spooled, to be held against the database's."""

import re
from array import array
from typing import Final

from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.places import START, Begin

_CELL: Final = b"\0"
"""Stands for a quoted cell, whatever is in it: no text that is fed holds a NUL byte."""

_REST: Final = rb'[^"]*+(?:""[^"]*+)*+(?:"(?=[%b\n])|\Z)'
"""A quoted cell after its quote: to the one that ends it, at a delimiter or line end, or open."""


class Scan:
    """Gives units of lines back without blank lines, and counts what went through.

    Whole units are looked at at once, no row by itself. What it can't vouch for sets ``broken``:
    stray quotes or carriage returns, an open quote at the end, a number of delimiters that does
    not fit the records. From there on nothing is counted any more.
    """

    def __init__(self, layout: Layout) -> None:
        mark = re.escape(layout.delimiter.encode())
        self._layout = layout
        self._delimiter = layout.delimiter.encode()
        self._rest = re.compile(_REST % mark)
        self._cell = re.compile(rb'"(?<![^%b\n]")' % mark + self._rest.pattern)
        self._quoted = False
        self._odd = False
        self._line = 0
        self._delimiters = 0
        self._given = 0
        self.records = 0
        self.sound = START
        """How far nothing was broken: whatever is, lies behind it."""
        self.dropped = array("Q")
        """Numbers of the blank lines left out, from 0: at most eight bytes for each."""

    def feed(self, unit: bytes) -> bytes:
        """Take whole lines, each ended by LF; give what of them goes into the spool."""
        outside = self._outside(unit)
        self._odd = self._odd or b"\r" in outside or (self._layout.quoted and b'"' in outside)
        given = unit if self._odd else self._counted(unit, outside)
        self._given += len(given)
        if not self.broken:
            self.sound = Begin(self._given, self._line)
        return given

    @property
    def broken(self) -> bool:
        """Tell whether the text can't be what the layout says, so far."""
        fits = self._delimiters == self.records * (self._layout.width - 1)
        return self._odd or self._quoted or not fits

    def _outside(self, unit: bytes) -> bytes:
        """Give what is not within quotes, with a mark for each quoted cell.

        A quote that does not begin or end a cell stays in it.
        """
        if not self._layout.quoted or self._odd or (b'"' not in unit and not self._quoted):
            return unit
        start, begun = 0, b""
        if self._quoted:
            found = self._rest.match(unit)
            start, begun = (found.end(), _CELL) if found else (0, b'"')
        return begun + self._cell.sub(_CELL, unit[start:])

    def _counted(self, unit: bytes, outside: bytes) -> bytes:
        """Count what is in a unit, and give it without blank lines."""
        records = outside.split(b"\n")
        open_at_its_end = records.pop() != b""
        physical = len(records) if outside is unit else unit.count(b"\n")
        blank = records.count(b"")
        if blank:
            unit = self._without_blanks(unit)
        self._quoted = open_at_its_end
        self._line += physical
        self.records += len(records) - blank
        self._delimiters += outside.count(self._delimiter)
        return unit

    def _without_blanks(self, unit: bytes) -> bytes:
        quoted, kept = self._quoted, []
        for number, line in enumerate(unit[:-1].split(b"\n"), self._line):
            if line or quoted:
                quoted ^= self._layout.quoted and line.count(b'"') % 2 == 1
                kept.append(line + b"\n")
            else:
                self.dropped.append(number)
        return b"".join(kept)
