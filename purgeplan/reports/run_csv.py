"""The CSV form of a plan's report: one line for every id."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import Final

from purgeplan.model.records import ItemRow
from purgeplan.reports.escape import cell

HEADER: Final = (
    "id",
    "state",
    "reason",
    "code",
    "status",
    "attempts",
    "claimed_at",
    "settled_at",
    "onesignal_id",
    "verdict",
    "run",
)


def run_csv(items: Iterable[ItemRow]) -> Iterator[str]:
    """Give the lines, header first, one at a time: however many ids, memory stays flat.

    It is a source by design: column ``id``, told apart by column ``state``. Ids that a
    spreadsheet would run as a formula, or that begin with an apostrophe, come with an apostrophe
    before them; whoever reads the file as a source takes that one away.
    """
    yield _line(HEADER)
    yield from (_line(_row(item)) for item in items)


def _row(item: ItemRow) -> Iterator[str]:
    columns = (
        item.id,
        item.state,
        item.skip,
        item.code,
        item.status,
        item.attempts,
        _iso(item.claimed_at),
        _iso(item.settled_at),
        item.onesignal_id,
        item.verdict,
        item.run_id,
    )
    return (cell("" if column is None else str(column)) for column in columns)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _line(columns: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue()
