"""When requests may start: arithmetic on a plan's window, daylight saving included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from purgeplan.model.spec import Window

_A_WEEK_AND_A_DAY = 8


def spans(window: Window, around: datetime) -> list[tuple[datetime, datetime]]:
    """Give the spans (opens, closes), aware UTC, from the day before ``around`` for eight days."""
    zone = ZoneInfo(window.tz)
    first = around.astimezone(zone).date() - timedelta(days=1)
    found = []
    for offset in range(_A_WEEK_AND_A_DAY + 1):
        day = first + timedelta(days=offset)
        if day.weekday() not in window.days:
            continue
        last = day if window.until > window.since else day + timedelta(days=1)
        opens = datetime.combine(day, window.since, zone).astimezone(UTC)
        closes = datetime.combine(last, window.until, zone).astimezone(UTC)
        found.append((opens, closes))
    return found


def is_open(window: Window | None, at: datetime) -> bool:
    """Tell whether requests may start; always, where there is no window."""
    return window is None or any(opens <= at < closes for opens, closes in spans(window, at))


def next_opening(window: Window, at: datetime) -> datetime:
    """Give when it is open next: ``at`` itself where it is open."""
    if is_open(window, at):
        return at
    return min(opens for opens, _ in spans(window, at) if opens > at)


def after_open_time(window: Window | None, start: datetime, seconds: float) -> datetime:
    """Give when so many seconds of open window have passed since ``start``."""
    if window is None:
        return start + timedelta(seconds=seconds)
    at, left = start, seconds
    while True:
        at = next_opening(window, at)
        closes = max(closes for opens, closes in spans(window, at) if opens <= at < closes)
        open_s = (closes - at).total_seconds()
        if left <= open_s:
            return at + timedelta(seconds=left)
        left -= open_s
        at = closes
