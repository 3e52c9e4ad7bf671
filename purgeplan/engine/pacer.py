"""The pacer: when the next request may start. Arithmetic on a monotonic clock, no waiting."""

from collections import deque
from typing import Final

from purgeplan.model.spec import Pace

HEADROOM: Final = 0.99
GRACE_S: Final = 0.010
"""A rate r is kept by starts 1/(0.99 r) apart, of which lateness up to 10 ms is made up at once:
timers and the machine are no better than that."""

STEP_S: Final = 0.004
"""Whoever waits for a start of a rate above 250/s waits until the starts of 4 ms are due, and these
begin together: a wake of the process for every one of them costs a third of its CPU."""

REMEMBERED: Final = 1_000
"""Starts remembered at most: as many as OneSignal takes in a second. Of a greater rate they are
those of a part of a second, which is kept as well."""

CATCH_UP: Final = 1.25
MADE_UP_S: Final = 0.5
"""Greater lateness, a slow disk's say, is made up for by starts a little closer, half a second of
it at most. Yet no span of about a second ever holds more starts than even spacing would put there:
1 % is left for requests that arrive less evenly than they left."""

BOUND: Final = 512
"""Requests in flight at most: 1,000/s at half a second of latency (Little's law)."""

SLOWER: Final = 0.5
CLIMB_S: Final = 30.0
"""After a 429 the rate halves, and climbs back to the plan's over half a minute."""


class Pacer:
    """Even spacing of starts, but for steps, with one shared pause; times are monotonic seconds.

    A plan with a delay has one request in flight at a time; one with a rate as many as its
    latency needs (Little's law: rate times latency), up to BOUND.
    """

    def __init__(self, pace: Pace) -> None:
        rate = pace.rate_per_s
        self.most_in_flight: Final = 1 if rate is None else BOUND
        """How many requests may be under way at once."""
        self._interval_s = pace.delay_s or 0.0 if rate is None else 1 / (HEADROOM * rate)
        self._grace_s = 0.0 if rate is None else GRACE_S
        a_second = max(1, min(int(rate or 1), REMEMBERED))
        self._recent: deque[float] = deque(maxlen=a_second)
        self._span_s = a_second * self._interval_s
        self._next_at = float("-inf")
        self._late_s = 0.0
        self._paused_until = float("-inf")
        self._slowed_at: float | None = None
        self._slowed_to = 1.0

    def due_at(self, now: float) -> float:
        """Give when the next request may start; ``now`` or earlier is at once."""
        due = max(self._next_at, self._paused_until, now - self._grace_s)
        if len(self._recent) == self._recent.maxlen:
            return max(due, self._recent[0] + self._span_s)
        return due

    def step_at(self, now: float) -> float:
        """Give when as many may start together as a step holds: later than ``due_at``, if at all.

        Whoever waits for it begins late by less than a step, which is made up for at once.
        """
        spacing = self._spacing(now)
        ahead = min(int(STEP_S / spacing), len(self._recent) - 1) if self._grace_s else 0
        if ahead < 1:
            return self.due_at(now)
        due = max(self._next_at + ahead * spacing, self._paused_until)
        if len(self._recent) == self._recent.maxlen:
            return max(due, self._recent[ahead] + self._span_s)
        return due

    def started(self, now: float) -> None:
        """Count one start, made at or after ``due_at``."""
        due = min(self.due_at(now), now)
        if self._grace_s and self._recent:
            self._late_s = min(MADE_UP_S, self._late_s + max(0.0, due - self._next_at))
        spacing = self._spacing(now)
        made_up = min(self._late_s, spacing * (1 - 1 / CATCH_UP))
        self._late_s -= made_up
        self._next_at = due + spacing - made_up
        self._recent.append(now)

    def starts_within(self, now: float, horizon_s: float) -> int:
        """Give how many requests may start within the horizon: at least one unless paused."""
        if self.paused_s(now) > horizon_s:
            return 0
        if not self._interval_s:
            return self.most_in_flight
        spacing = self._spacing(now) / (CATCH_UP if self._late_s else 1.0)
        room = now + horizon_s - max(self.due_at(now), now)
        return max(1, min(int(room / spacing) + 1, self.most_in_flight))

    def due_now(self, now: float) -> int:
        """Give how many may start right now: one where it is time, more where it is late."""
        late_s = now - self.due_at(now)
        if late_s < 0:
            return 0
        return int(late_s / self._spacing(now)) + 1 if self._interval_s else self.most_in_flight

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
        self._next_at, self._late_s = max(self._next_at, self._paused_until), 0.0

    def _spacing(self, now: float) -> float:
        """Give the seconds between two starts at the rate that holds now."""
        return self._interval_s if self._slowed_at is None else self._interval_s / self._share(now)

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
