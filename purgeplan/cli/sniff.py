"""What a list of ids looks like: its columns, and which of them hold which kind of id."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID, UUID_PATTERN

SAMPLE_ROWS: Final = 200
MOSTLY: Final = 0.9

_KINDS: Final[dict[str, str]] = {
    "player_id": SUBSCRIPTION_ID,
    "subscription_id": SUBSCRIPTION_ID,
    "id": SUBSCRIPTION_ID,
    "onesignal_id": ONESIGNAL_ID,
    "external_id": EXTERNAL_ID,
    "external_user_id": EXTERNAL_ID,
}
"""What columns are called, most specific kind of deletion first."""

_UUID = re.compile(UUID_PATTERN, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column that looks like ids; ``by_default`` where a plan need not name it."""

    name: str
    kind: str
    by_default: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as found: ``lines`` without the header, ``columns`` those that look like ids."""

    lines: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    is_export: bool = False


def sniff(path: Path) -> Listing:
    """Read a list from end to end; raises InvalidError where it is not text or can't be read."""
    from purgeplan.sources.reading.columns import shown  # noqa: PLC0415 - the room is heavy

    try:
        with path.open("rb") as file:
            units = _units(path, file)
            first = next(units, b"")
            lines = first.count(b"\n") + sum(unit.count(b"\n") for unit in units)
    except OSError as error:
        problem = f"can't read the list: {error.strerror}"
        raise InvalidError(
            Finding("PP092", problem, "is the path right?", Place(str(path)))
        ) from error
    listing = looks(path.name, first.decode(), lines)
    if not listing.columns:
        named = ", ".join(shown(one) for one in listing.names)
        mend = "say which one with --column and what it holds with --by"
        problem = f"no column looks like ids; there are: {named}"
        raise InvalidError(Finding("PP092", problem, mend, Place(str(path), 1)))
    return listing


def looks(name: str, head: str, lines: int) -> Listing:
    """Judge a list by its first rows and its number of lines."""
    rows = _rows(head)
    header = rows[0] if rows else ()
    bare = name.removesuffix(".gz").removesuffix(".zst")
    if len(header) == 1 and _UUID.fullmatch(header[0]):
        if PurePath(bare).suffix == ".txt":
            return Listing(lines, ("id",), (Column("id", SUBSCRIPTION_ID, by_default=True),))
        mend = "write player_id as its first line, or call the file .txt"
        finding = Finding("PP092", "the list has no header line", mend, Place(name, 1))
        raise InvalidError(finding)
    columns = tuple(_columns(header, rows[1:]))
    return Listing(max(0, lines - 1), header, columns, {"id", "device_type"} <= set(header))


def _units(path: Path, file: BinaryIO) -> Iterator[bytes]:
    from purgeplan.sources.reading.decode import lines  # noqa: PLC0415
    from purgeplan.sources.reading.files import Opened  # noqa: PLC0415
    from purgeplan.sources.reading.reach import quiet  # noqa: PLC0415 - as above
    from purgeplan.sources.reading.unpack import unpacked  # noqa: PLC0415

    return lines(path.name, unpacked(Opened(path.name, file, None, quiet)), None)


def _rows(head: str) -> list[tuple[str, ...]]:
    """Cut the first rows into cells, by the delimiter that gives the header most of them."""
    sample = [line for line in head.split("\n")[: SAMPLE_ROWS + 1] if line]
    if not sample:
        return []
    mark = max(",;\t", key=sample[0].count)
    return [tuple(cell.strip() for cell in row) for row in csv.reader(sample, delimiter=mark)]


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Column]:
    """Give columns that are called like ids, then others that are full of UUIDs."""
    for known, kind in _KINDS.items():
        if known in names and (kind == EXTERNAL_ID or _holds_uuids(names.index(known), rows)):
            yield Column(known, kind, by_default=True)
    for index, name in enumerate(names):
        if name not in _KINDS and rows and _holds_uuids(index, rows):
            yield Column(name, SUBSCRIPTION_ID, by_default=False)


def _holds_uuids(index: int, rows: Sequence[Sequence[str]]) -> bool:
    cells = [row[index] for row in rows if len(row) > index and row[index]]
    return sum(bool(_UUID.fullmatch(cell)) for cell in cells) >= MOSTLY * len(cells)
