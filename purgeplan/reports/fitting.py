"""Markdown within a bound: ever shorter versions, until one fits."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from purgeplan.reports.escape import clean

MAX_BYTES: Final = 60_000
"""A comment at GitHub holds 65,536 characters, and other text may stand beside this one."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much a version may show: so many entries of any list, so many characters of a text."""

    entries: int
    width: int


_ROOMS: Final = (Room(200, 300), Room(50, 120), Room(10, 80), Room(3, 40), Room(0, 24))


def fitting(render: Callable[[Room], str], bare: str, max_bytes: int) -> str:
    """Give the fullest version of at most so many bytes of UTF-8.

    ``bare`` is plain text for where not even the shortest fits; it is cut to any bound.
    """
    for room in _ROOMS:
        text = render(room)
        if len(text.encode()) <= max_bytes:
            return text
    safe = re.sub(r"[^\w ,.=+()%-]", " ", clean(bare))
    return safe.encode()[: max(0, max_bytes)].decode(errors="ignore")


def first(rows: Sequence[str], room: Room) -> Iterator[str]:
    """Give as many rows as there is room for, and say how many were cut."""
    yield from rows[: room.entries]
    if len(rows) > room.entries:
        yield f"- … and {len(rows) - room.entries:,} more, cut to fit"


def marker(kind: str, *names: str) -> str:
    """Give the hidden comment by which a later version finds this one and takes its place."""
    digest = hashlib.sha256("\n".join(names).encode(errors="replace")).hexdigest()[:16]
    return f"<!-- purgeplan:{kind}:{digest} -->"
