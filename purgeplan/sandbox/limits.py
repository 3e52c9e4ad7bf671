"""The documented rate limits, counted over a sliding second."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

DELETES_A_SECOND: Final = 1_000
VIEWS_A_SECOND: Final = 1

PER_DEVICE: Final = "Subscription/User Update Per Device"
PER_APP: Final = "Subscription/User Update Per App"
VIEWS: Final = "View User Per App"
VIEW_APP: Final = "View App Per App"


@dataclass(slots=True)
class Window:
    """So many requests within any second; with ``stubborn`` the refused ones count too.

    OneSignal says that early retries "can extend throttling" (onesignal.md part 2).
    """

    per_s: int
    stubborn: bool = False
    _hits: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float:
        """Count one request at ``now`` and give 0, or the seconds until one would pass."""
        hits = self._hits
        while hits and hits[0] <= now - 1.0:
            hits.popleft()
        if len(hits) < self.per_s:
            hits.append(now)
            return 0.0
        if self.stubborn:
            hits.append(now)
        return hits[-self.per_s] + 1.0 - now


class PerDevice:
    """One request a second for each user or subscription; forgets whoever was quiet for two."""

    __slots__ = ("_before", "_now", "_since")

    def __init__(self) -> None:
        self._now: dict[object, float] = {}
        self._before: dict[object, float] = {}
        self._since = 0.0

    def wait_s(self, who: object, now: float) -> float:
        """Count one request for ``who`` and give 0, or the seconds until one would pass."""
        if now - self._since > 1.0:
            self._before, self._now, self._since = self._now, {}, now
        last = self._now.get(who, self._before.get(who))
        if last is not None and now - last < 1.0:
            return last + 1.0 - now
        self._now[who] = now
        return 0.0


class Limits:
    """Every bucket of one app; ``enforced`` false lets everything pass."""

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._deletes = Window(DELETES_A_SECOND, stubborn=True)
        self._devices = PerDevice()
        self._views = {VIEWS: Window(VIEWS_A_SECOND), VIEW_APP: Window(VIEWS_A_SECOND)}

    def delete(self, who: object, now: float) -> tuple[str, int] | None:
        """Count a DELETE; give the exhausted bucket and Retry-After in seconds, or None."""
        if not self._enforced:
            return None
        wait_s = self._deletes.wait_s(now)
        if wait_s > 0:
            return PER_APP, math.ceil(wait_s)
        wait_s = self._devices.wait_s(who, now)
        return (PER_DEVICE, math.ceil(wait_s)) if wait_s > 0 else None

    def view(self, bucket: str, now: float) -> tuple[str, int] | None:
        """Count a view; give the exhausted bucket and Retry-After in seconds, or None."""
        wait_s = self._views[bucket].wait_s(now) if self._enforced else 0.0
        return (bucket, math.ceil(wait_s)) if wait_s > 0 else None
