"""Claimed items that are to be sent again, each not before its time."""

import heapq
from dataclasses import dataclass, field

from purgeplan.engine.waiting import Claimed


@dataclass(order=True, slots=True)
class _Due:
    """An item to be sent again, not before ``at`` (monotonic)."""

    at: float
    position: int
    claimed: Claimed = field(compare=False)


class Again:
    """Items by when they are due, then in the order of sending; times are monotonic seconds."""

    def __init__(self) -> None:
        self._due: list[_Due] = []

    def __len__(self) -> int:
        return len(self._due)

    def put(self, claimed: Claimed, at: float = 0.0) -> None:
        """Keep one until then; at once by default."""
        heapq.heappush(self._due, _Due(at, claimed.item.position, claimed))

    def take(self, now: float, most: int) -> list[Claimed]:
        """Take those that are due, so many at most; whose look is overdue is left unresolved."""
        taken: list[Claimed] = []
        while self._due and self._due[0].at <= now and len(taken) < most:
            claimed = heapq.heappop(self._due).claimed
            if now < claimed.until:  # else it stays unresolved, and the next run looks
                taken.append(claimed)
        return taken

    def wait_s(self, now: float) -> float | None:
        """Give the seconds until the next is due, not above none where it is; None for nobody."""
        return self._due[0].at - now if self._due else None
