"""Numbers, times, paces and commands as people read them."""

import re
import shlex
from datetime import datetime
from typing import Final

from purgeplan.model.facts import SourceFacts
from purgeplan.model.spec import Drift, DriftCheck, Pace, Window

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
SLOWEST_SHOWN: Final = 0.01
"""Starts a second below which the delay says more."""

_PLAIN: Final = re.compile(r"[\w./:@%+=,-]+", re.ASCII)
_SPACED: Final = re.compile(r"[\w ./:@%+=,()&#'-]+")


def duration(seconds: float) -> str:
    """Give a duration in its two largest units: ``1 h 43 min``, ``2.5 s``, ``500 ms``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _UNITS[2][0]:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    left = round(seconds)
    parts: list[str] = []
    for size, name in _UNITS:
        many, left = divmod(left, size)
        if many or parts:
            parts.append(f"{many:,} {name}" if many else "")
    return " ".join(part for part in parts[:2] if part)


def about(seconds: float) -> str:
    """Give an estimate of a duration; below a second there is nothing to tell apart."""
    return f"about {duration(seconds)}" if seconds >= 1 else "less than a second"


def instant(at: datetime) -> str:
    """Give a UTC time to the minute, its year in four digits."""
    return f"{at.replace(tzinfo=None).isoformat(' ', 'minutes')}Z"


def plural(number: int, word: str) -> str:
    """Give a number with its noun."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def source_rows(source: SourceFacts) -> str:
    """Say how many rows a source has, and from which column its ids were taken."""
    rows = plural(source.rows, "row")
    if not source.columns:
        return rows
    what = "column" if len(source.columns) == 1 else "columns"
    return f"{what} {', '.join(source.columns)}: {rows}"


def source_name(source: SourceFacts) -> str:
    """Give a source's kind and name; a name that begins with the kind says both."""
    named = source.name == source.kind or source.name.startswith(f"{source.kind} ")
    return source.name if named else f"{source.kind} {source.name}"


def pace_words(pace: Pace) -> str:
    """Say how fast requests start."""
    if pace.rate_per_s is not None:
        return f"{pace.rate_per_s:g}/s"
    if pace.starts_per_s is None:
        return "one at a time, without a delay"
    words = f"{duration(pace.delay_s or 0)} between starts, one at a time"
    return words if pace.starts_per_s < SLOWEST_SHOWN else f"{words} ({pace.starts_per_s:g}/s)"


def drift_words(drift: Drift) -> str | None:
    """Say when it is looked for who became active; None where it is not."""
    if drift.check is DriftCheck.NONE:
        return None
    every = f"every {duration(drift.every_s)} of a run"
    return f"whoever was active since is taken out before the first deletion and {every}"


def window_words(window: Window) -> str:
    """Say when requests may start: ``mon tue 22:00-06:00 Europe/Berlin``."""
    days = " ".join(_DAYS[day] for day in sorted(window.days))
    return f"{days} {window.since:%H:%M}-{window.until:%H:%M} {window.tz}"


def command(*words: str) -> str:
    """Give a command line to be pasted: a name with spaces in double quotes, as every shell does.

    What a shell might read into is quoted the POSIX way.
    """
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if _SPACED.fullmatch(word) else shlex.quote(word)
