"""Claimed items that are to be sent again, each not before its time."""

import heapq
from collections.abc import Iterable

from purgeplan.engine.waiting import Claimed


class Again:
    """Items by when they are due, then in the order of sending; times are monotonic seconds."""

    def __init__(self, claimed: Iterable[Claimed]) -> None:
        self._due = [(one.at, one.item.position, one) for one in claimed]
        heapq.heapify(self._due)

    def __len__(self) -> int:
        return len(self._due)

    def put(self, claimed: Claimed) -> None:
        """Keep one until its time has come."""
        heapq.heappush(self._due, (claimed.at, claimed.item.position, claimed))

    def take(self, now: float, starts_at: float, most: int) -> list[Claimed]:
        """Take those that are due, so many at most.

        Whose look is overdue when they start is left unresolved, and the next run looks.
        """
        taken: list[Claimed] = []
        while self.is_due(now) and len(taken) < most:
            claimed = heapq.heappop(self._due)[2]
            if starts_at < claimed.until:
                taken.append(claimed)
        return taken

    def clear(self) -> list[Claimed]:
        """Take all of them, due or not."""
        taken = [claimed for _, _, claimed in sorted(self._due)]
        self._due.clear()
        return taken

    def is_due(self, now: float) -> bool:
        """Tell whether somebody may be taken."""
        return bool(self._due) and self._due[0][0] <= now

    def wait_s(self, now: float) -> float | None:
        """Give the seconds until the next is due, not above none where it is; None for nobody."""
        return self._due[0][0] - now if self._due else None
