"""Spools the text of a file: unpacked, hashed and decoded, counted on its way by our own scan."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading.ahead import ahead
from purgeplan.sources.reading.decode import lines
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.layout import Wanted, layout_of
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.reading.unpack import unpacked
from purgeplan.sources.workspace import Workspace

MAX_BLANK: Final = 1_000_000
"""Blank lines that a text may have: the number of each is kept, to name the lines after it."""

_MOST: Final = 2
"""Blocks unpacked and not yet scanned, at most: those of a bomb are large."""


@contextmanager
def spooled(
    work: Workspace, source: Opened, wanted: Wanted, encoding: str | None = None
) -> Iterator[tuple[Scan, Spooled]]:
    """Give the text of a file for the time of the context, and what was counted on its way.

    It is unpacked and hashed in a thread of its own, scanned in another, and at its end when this
    one gives; but for standard input, since no signal ends a thread that waits for it. Raises
    InvalidError where it can't be read whole, or begins as no text does that is ``wanted``.
    """
    blocks = unpacked(source)
    units = lines(source.name, blocks if source.waits else ahead(blocks, _MOST), encoding)
    first = next(units, b"")
    layout = layout_of(source.name, first, wanted)
    scan = Scan(layout)
    scanned = (scan.feed(unit) for unit in chain((first,), units))
    with work.spool() as (path, file):
        for unit in scanned if source.waits else ahead(scanned, _MOST):
            file.write(unit)
            if len(scan.dropped) > MAX_BLANK:
                raise InvalidError(_blank(source.name))
        file.flush()
        yield scan, Spooled(path, source.name, layout, scan.dropped)


def _blank(name: str) -> Finding:
    problem = f"the file has more than {MAX_BLANK:,} blank lines"
    return Finding("PP208", problem, "export the ids again, one row a line", Place(name))
