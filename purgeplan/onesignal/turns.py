"""The one limiter of looks at an app, shared by all that ask its API in this process."""

from dataclasses import dataclass
from typing import Final

SPACING_S: Final = 1.05
"""Views are limited to 1/s per app, judged on arrival (onesignal.md 2)."""


@dataclass(slots=True)
class Turns:
    """Gives turns apart from one another; ``next_at`` (monotonic) is that of the next."""

    next_at: float = float("-inf")

    def take(self, now: float, wait_s: float = 0.0) -> float:
        """Take a turn, in ``wait_s`` seconds at the earliest; give the seconds until it."""
        at = max(now + wait_s, self.next_at)
        self.next_at = at + SPACING_S
        return at - now
