"""Has the database cut a spooled text into rows, and holds its count against our own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading.places import START, Begin, Spooled
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.working.texts import MisreadError
from purgeplan.sources.workspace import Workspace


def cut(work: Workspace, scan: Scan, text: Spooled, select: str, table: str) -> int:
    """Insert what ``select`` makes of each row (c0, c1, ...) into a table; give how many.

    Raises InvalidError with the places of the rows that are not as they must be.
    """
    with agreed(scan, text) as counted:
        return counted(work.read(text.path, text.layout.shape, select, table))


@contextmanager
def agreed(scan: Scan, text: Spooled) -> Iterator[Callable[[int], int]]:
    """Give what takes the database's count of all rows and gives it back, if it is our own.

    Raises InvalidError with the places of the rows that are not as they must be.
    """
    rows = scan.records - text.layout.header
    if scan.broken:
        raise _told(text, scan.sound)

    def counted(found: int) -> int:
        if found != rows:
            raise _told(text)
        return found

    try:
        yield counted
    except MisreadError:
        raise _told(text) from None


def _told(text: Spooled, since: Begin = START) -> InvalidError:
    return InvalidError(*(text.broken_rows(since) or [_two_readings(text.name)]))


def _two_readings(name: str) -> Finding:
    problem = "the rows are counted differently by two readers"
    return Finding("PP216", problem, "write the file anew, with plain quoting", Place(name))
