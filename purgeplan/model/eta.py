"""How long a plan will take, and what another pace would do."""

from datetime import datetime
from typing import Final

from purgeplan.model.review import Eta
from purgeplan.model.spec import Pace
from purgeplan.model.window import after_open_time

API_STARTS_PER_S: Final = 1000.0
"""Deletes of an app a second at most (onesignal.md 2)."""

EXPORT_ROWS_PER_S: Final = 2_000.0
"""Rows of a CSV export that OneSignal writes in a second (onesignal.md 1.6)."""

LOOK_S: Final = 1.05
"""Between two looks at an app: views are limited to one a second (onesignal.md 2)."""

FASTER: Final = 100.0
WORTH_A_HINT_S: Final = 600.0
FOREVER_S: Final = 10 * 365 * 86_400.0


def estimate(count: int, looks: int, pace: Pace, start: datetime, expires_at: datetime) -> Eta:
    """Estimate a run of ``count`` ids from ``start``: starts at the pace, within the windows.

    ``looks`` is how many of them are looked at as the canary, one after the other. Answers are
    taken to come quicker than the pace, and deletions to be carried out by the first look; what
    an API slows is not foreseen.
    """
    per_s = min(pace.starts_per_s or API_STARTS_PER_S, API_STARTS_PER_S)
    seconds = count / per_s + looks * LOOK_S
    hint = _hint(count, per_s, seconds)
    if seconds > FOREVER_S:
        return Eta(seconds, None, passes_expiry=True, hint=hint)
    ends_at = after_open_time(pace.window, start, seconds)
    return Eta(seconds, ends_at, passes_expiry=start + (ends_at - start) > expires_at, hint=hint)


def _hint(count: int, per_s: float, seconds: float) -> str | None:
    if seconds < WORTH_A_HINT_S or per_s >= FASTER:
        return None
    minutes = max(1, round(count / FASTER / 60))
    return (
        f"`rate: {FASTER:.0f}/s` would take about {minutes:,} min instead; the API allows 1,000/s"
    )
