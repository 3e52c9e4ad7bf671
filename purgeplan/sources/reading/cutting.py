"""Has the database cut a spooled text into a table, and holds its count against our own."""

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.workspace import MisreadError, Workspace


def cut(work: Workspace, scan: Scan, text: Spooled, select: str, table: str) -> int:
    """Insert what ``select`` makes of each row (c0, c1, ...) into a table; give how many.

    Raises InvalidError with the places of the rows that are not as they must be.
    """
    rows = scan.records - text.layout.header
    try:
        found = -1 if scan.broken else work.read(text.path, text.layout.shape, select, table)
    except MisreadError:
        found = -1
    if found != rows:
        raise InvalidError(*(text.broken_rows() or [_two_readings(text.name)]))
    return rows


def _two_readings(name: str) -> Finding:
    problem = "the rows are counted differently by two readers"
    return Finding("PP216", problem, "write the file anew, with plain quoting", Place(name))
