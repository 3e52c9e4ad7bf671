"""Claimed items that wait for their start: in order, and no user twice within a second."""

import heapq
from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Final, NamedTuple

from purgeplan.model.answer import MAY_HAVE_WORKED
from purgeplan.model.outcome import Code, Item

USER_S: Final = 1.05
"""OneSignal takes one change a second of each user, whichever of their subscriptions it is about
(onesignal.md 2); a little more, since requests arrive less evenly than they left."""


class Claimed(NamedTuple):
    """An item claimed durably; ``doubtful`` where an earlier attempt of it may have worked.

    ``until`` (monotonic) is when a doubtful one may no longer be sent without a look: an alias may
    name somebody new by then. ``at`` (monotonic) is when it may be sent: at once by default.
    """

    item: Item
    attempt: int = 1
    doubtful: bool = False
    until: float = inf
    at: float = 0.0

    def next_try(self, code: Code, at: float, until: float) -> "Claimed":
        """Give it as it is tried again after such an answer; the first doubt's bound holds."""
        doubtful = self.doubtful or code in MAY_HAVE_WORKED
        bound = until if doubtful and not self.doubtful else self.until
        return Claimed(self.item, self.attempt + (code is not Code.THROTTLED), doubtful, bound, at)


class Waiting:
    """Items in the order of their launch; one whose user had a start just now lets others pass.

    An item whose user the plan does not know is taken for nobody's neighbour.
    """

    def __init__(self) -> None:
        self._line: deque[Claimed] = deque()
        self._held: list[tuple[float, int, Claimed]] = []
        self._free_at: dict[str, float] = {}  # by user, the earliest first

    def __len__(self) -> int:
        return len(self._line) + len(self._held)

    def extend(self, items: Iterable[Claimed]) -> None:
        """Put items at the end of the line."""
        self._line.extend(items)

    def ready_at(self, now: float) -> float:
        """Give when one may start, as far as users go (monotonic); never where none waits."""
        while self._held and self._held[0][0] <= now:
            self._line.appendleft(heapq.heappop(self._held)[2])
        while self._line and (free_at := self._user_free_at(self._line[0])) > now:
            one = self._line.popleft()
            heapq.heappush(self._held, (free_at, one.item.position, one))
        if self._line:
            return now
        return self._held[0][0] if self._held else inf

    def take(self, now: float) -> Claimed:
        """Take the one that is ready, right after ``ready_at`` said so."""
        one = self._line.popleft()
        user = one.item.onesignal_id
        if user is not None:
            self._free_at.pop(user, None)
            self._free_at[user] = now + USER_S
            self._forget(now)
        return one

    def clear(self) -> list[Claimed]:
        """Take all of them back."""
        back = [*self._line, *(one for _, _, one in self._held)]
        self._line.clear()
        self._held.clear()
        return back

    def _user_free_at(self, one: Claimed) -> float:
        user = one.item.onesignal_id
        return -inf if user is None else self._free_at.get(user, -inf)

    def _forget(self, now: float) -> None:
        while self._free_at and self._free_at[first := next(iter(self._free_at))] <= now:
            del self._free_at[first]
