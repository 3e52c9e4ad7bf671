"""Counts the records of a text by itself while it is spooled, to be held against the database's."""

from array import array
from typing import BinaryIO

from purgeplan.sources.reading.layout import Layout


class Scan:
    """Writes units of lines to a spool, without blank lines, and counts what went through.

    Quotes are told apart by parity, whole units at once; no row is looked at by itself. What it
    can't vouch for sets ``broken``: stray quotes or carriage returns, an open quote at the end,
    a number of delimiters that does not fit the records.
    """

    def __init__(self, layout: Layout, spool: BinaryIO) -> None:
        self._layout = layout
        self._spool = spool
        self._delimiter = layout.delimiter.encode()
        self._quoted = False
        self._odd = False
        self._line = 0
        self._delimiters = 0
        self.records = 0
        self.dropped = array("Q")
        """Numbers of the blank lines left out, from 0: at most eight bytes for each."""

    def feed(self, unit: bytes) -> None:
        """Take whole lines, each ended by LF."""
        physical = unit.count(b"\n")
        if unit.startswith(b"\n") or b"\n\n" in unit:
            unit = self._without_blanks(unit)
        self._line += physical
        outside = self._outside(unit)
        self.records += outside.count(b"\n")
        self._delimiters += outside.count(self._delimiter)
        self._odd = self._odd or b"\r" in outside
        self._spool.write(unit)

    @property
    def broken(self) -> bool:
        """Tell whether the text can't be what the layout says, so far."""
        fits = self._delimiters == self.records * (self._layout.width - 1)
        return self._odd or self._quoted or not fits

    def _outside(self, unit: bytes) -> bytes:
        """Give what is not within quotes, with one quote for each quoted cell."""
        if not self._layout.quoted or (b'"' not in unit and not self._quoted):
            return unit
        parts = unit.split(b'"')
        begins = self._quoted
        self._quoted ^= len(parts) % 2 == 0
        # An empty part is a doubled quote within a cell. A line feed stands for what is before
        # and after the unit, so that every quote has neighbors to be judged by.
        pieces = [b"\n" if begins else b"\n" + parts[0], *parts[1 if begins else 2 :: 2]]
        pieces += [b"\n"] if self._quoted else []
        text = b'"'.join(filter(None, pieces))
        self._odd = self._odd or self._stray(text)
        return text[1:-1] if self._quoted else text[1:]

    def _stray(self, text: bytes) -> bool:
        """Tell whether a quoted cell does not begin and end where a cell does."""
        quotes, mark = text.count(b'"'), self._delimiter
        begin = text.count(mark + b'"') + text.count(b'\n"')
        end = text.count(b'"' + mark) + text.count(b'"\n')
        return begin != quotes or end != quotes

    def _without_blanks(self, unit: bytes) -> bytes:
        quoted, kept = self._quoted, []
        for number, line in enumerate(unit[:-1].split(b"\n"), self._line):
            if line or quoted:
                quoted ^= self._layout.quoted and line.count(b'"') % 2 == 1
                kept.append(line + b"\n")
            else:
                self.dropped.append(number)
        return b"".join(kept)
