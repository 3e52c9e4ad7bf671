"""CSV exports as values: what was asked for, when it is ready, and its bytes."""

import asyncio
import csv
import io
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Final

from purgeplan.sandbox.filters import Test
from purgeplan.sandbox.ids import Ids
from purgeplan.sandbox.rows import DEFAULT_COLUMNS, EXTRA_COLUMNS, cells
from purgeplan.sandbox.state import Snapshot

UNCLAIMED_S: Final = 30.0
"""How long a finished file that nobody fetches still blocks the next export; ours."""

_FILTERED_SPEEDUP: Final = 10
_ROWS_A_STEP: Final = 500
_GZIP: Final = 31


@dataclass(slots=True)
class Export:
    """One export: the audience at the moment it was asked for, and which rows of it.

    ``ready_at`` is in monotonic seconds; ``downloaded`` once its file was fetched to the end.
    """

    name: str
    snapshot: Snapshot
    extra: tuple[str, ...]
    test: Test | None
    ready_at: float
    downloaded: bool = False

    async def gzip(self) -> AsyncIterator[bytes]:
        """Give the file piece by piece; the same bytes every time."""
        deflate = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
        async for piece in text(self.snapshot, self.extra, self.test):
            yield deflate.compress(piece)
        yield deflate.flush()
        self.downloaded = True


class Exports:
    """The exports of the account: one at a time, whichever app it is of.

    The next one is refused until the last is ready and was fetched ("download it before starting
    another, or the new request fails"), or lay there for ``UNCLAIMED_S``. A filtered export takes
    a tenth of the time of a whole one, since how many rows it has is not known beforehand.
    """

    def __init__(self, rows_per_s: float, seed: int) -> None:
        self._rows_per_s = rows_per_s
        self._ids = Ids("export", seed)
        self._files: dict[str, Export] = {}
        self._last: Export | None = None

    def busy(self, now: float) -> bool:
        """Tell whether the account's one export is still under way."""
        last = self._last
        if last is None or now >= last.ready_at + UNCLAIMED_S:
            return False
        return now < last.ready_at or not last.downloaded

    def start(
        self, snapshot: Snapshot, extra: tuple[str, ...], test: Test | None, now: float
    ) -> Export:
        """Start an export; its file is there once it is ready."""
        rows = len(snapshot.fates)
        lasts_s = rows / self._rows_per_s / (_FILTERED_SPEEDUP if test else 1)
        name = self._ids.text(len(self._files))
        self._last = Export(f"users_{name}.csv.gz", snapshot, extra, test, now + lasts_s)
        self._files[self._last.name] = self._last
        return self._last

    def ready(self, name: str, now: float) -> Export | None:
        """Give an export by the name of its file, or None while there is no such file."""
        found = self._files.get(name)
        return found if found is not None and now >= found.ready_at else None


async def text(
    snapshot: Snapshot, extra: tuple[str, ...], test: Test | None
) -> AsyncIterator[bytes]:
    """Give the CSV of a snapshot in steps, letting other requests in between."""
    columns = (*DEFAULT_COLUMNS, *EXTRA_COLUMNS)
    pick = itemgetter(*map(columns.index, (*DEFAULT_COLUMNS, *extra)))
    yield _encoded([pick(columns)])
    rows: Iterator[tuple[object, ...]] = (
        pick(cells(owner, row))
        for owner, row in snapshot.rows()
        if test is None or test((owner, row))
    )
    while step := list(islice(rows, _ROWS_A_STEP)):
        yield _encoded(step)
        await asyncio.sleep(0)


def _encoded(rows: list[tuple[object, ...]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()
