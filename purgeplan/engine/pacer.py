"""The pacer: when the next request may start. Arithmetic on a monotonic clock, no waiting."""

from typing import Final

from purgeplan.model.spec import Pace

HEADROOM: Final = 0.99
GRACE_S: Final = 0.010
"""A rate r is kept by starts 1/(0.99 r) apart, of which lateness up to 10 ms is made up for:
0.99 r x 1.01 s is less than r, so no sliding second ever has more than r starts."""

BOUND: Final = 512
"""Requests in flight at most: 1,000/s at half a second of latency (Little's law)."""

SLOWER: Final = 0.5
CLIMB_S: Final = 30.0
"""After a 429 the rate halves, and climbs back to the plan's over half a minute."""


class Pacer:
    """Even spacing of starts with one shared pause; times are monotonic seconds.

    A plan with a delay has one request in flight at a time; one with a rate as many as its
    latency needs, up to BOUND.
    """

    def __init__(self, pace: Pace) -> None:
        self._one_at_a_time = pace.rate_per_s is None
        self._interval_s = (
            pace.delay_s or 0.0 if pace.rate_per_s is None else 1 / (HEADROOM * pace.rate_per_s)
        )
        self._grace_s = 0.0 if self._one_at_a_time else GRACE_S
        self._next_at = float("-inf")
        self._paused_until = float("-inf")
        self._slowed_at: float | None = None
        self._slowed_to = 1.0

    @property
    def most_in_flight(self) -> int:
        """Give how many requests may be under way at once."""
        return 1 if self._one_at_a_time else BOUND

    def due_at(self, now: float) -> float:
        """Give when the next request may start; ``now`` or earlier is at once."""
        return max(self._next_at, self._paused_until, now - self._grace_s)

    def started(self, now: float) -> None:
        """Count one start, made at or after ``due_at``."""
        due = min(self.due_at(now), now)
        self._next_at = due + self._interval_s / self._share(now)

    def starts_within(self, now: float, horizon_s: float) -> int:
        """Give how many requests may start within the horizon: at least one unless paused."""
        if self.paused_s(now) > horizon_s:
            return 0
        if not self._interval_s:
            return self.most_in_flight
        spacing = self._interval_s / self._share(now)
        room = now + horizon_s - max(self.due_at(now), now)
        return max(1, min(int(room / spacing) + 1, self.most_in_flight))

    def paused_s(self, now: float) -> float:
        """Give the seconds for which nobody may start."""
        return max(0.0, self._paused_until - now)

    def throttled(self, now: float, pause_s: float) -> None:
        """Take a 429: everyone waits, and goes on at half the rate, which climbs back."""
        fresh = now >= self._paused_until
        self._paused_until = max(self._paused_until, now + pause_s)
        if fresh:
            self._slowed_to = self._share(now) * SLOWER
        self._slowed_at = self._paused_until

    def _share(self, now: float) -> float:
        """Give the share of the plan's rate that holds now."""
        if self._slowed_at is None:
            return 1.0
        climbed = max(0.0, now - self._slowed_at) / CLIMB_S
        share = self._slowed_to + (1.0 - self._slowed_to) * climbed
        if share >= 1.0:
            self._slowed_at = None
            return 1.0
        return max(share, 1 / 64)
