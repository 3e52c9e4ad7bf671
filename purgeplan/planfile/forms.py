"""The forms of text that a setting may have: how each is read, and what to write instead.

The schema names them by ``format``; the check and the parser read them with the same function.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID, UUID_PATTERN
from purgeplan.model.span import UNITS, seconds

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are written; 0 is Monday."""

_OLD_NAMES: Final = {
    "player_id": SUBSCRIPTION_ID,
    "id": SUBSCRIPTION_ID,
    "external_user_id": EXTERNAL_ID,
}

SPAN_PATTERN: Final = r"^[0-9]+(\.[0-9]+)?(ms|s|m|min|h|d)$"
RATE_PATTERN: Final = r"^[0-9]+(\.[0-9]+)?/(s|m|min|h)$"
TIME_PATTERN: Final = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
SHA256_PATTERN: Final = "^[0-9a-fA-F]{64}$"

_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)/(s|min|m|h)")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYRING = re.compile(r"\S(?:.*\S)?/[^/\s]+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Form:
    """One form: ``read`` gives the typed value, or None where the text is not of this form."""

    expected: str
    mend: str | Callable[[str], str]
    read: Callable[[str], Any]

    def mend_of(self, text: str) -> str:
        """Say what to write instead of a text."""
        return self.mend if isinstance(self.mend, str) else self.mend(text)


def positive_seconds(text: str) -> float | None:
    """Give the seconds of a duration above zero."""
    return seconds(text) or None


def per_second(text: str) -> float | None:
    """Give the starts a second of a rate such as ``900/s`` or ``60/min``, above zero."""
    match = _RATE.fullmatch(text)
    return float(Decimal(match[1]) / Decimal(UNITS[match[2]])) or None if match else None


def local_time(text: str) -> time | None:
    """Give a time of day such as ``22:00``."""
    match = _TIME.fullmatch(text)
    return time(int(match[1]), int(match[2])) if match else None


def zone(text: str) -> str | None:
    """Give the name of a time zone that exists here."""
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):  # unknown, a path that leads out, a folder of zones
        return None


def instant(text: str) -> datetime | None:
    """Give a date (its start) or a date with time as aware UTC; without an offset it is UTC."""
    if not _DATE.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def uuid(text: str) -> str | None:
    """Give a UUID in lower case."""
    return text.lower() if re.fullmatch(UUID_PATTERN, text.lower()) else None


def sha256(text: str) -> str | None:
    """Give 64 hex digits in lower case."""
    return text.lower() if re.fullmatch("[0-9a-fA-F]{64}", text) else None


def line(text: str) -> str | None:
    """Give one line of visible text without blanks around it, 200 characters at most."""
    return text if text.isprintable() and text == text.strip() and 0 < len(text) <= 200 else None  # noqa: PLR2004 - more is no name


def prose(text: str) -> str | None:
    """Give a text of one or more lines that says something."""
    visible = text.replace("\t", " ").replace("\n", " ").strip()
    return text.strip() if visible and visible.isprintable() else None


def path(text: str) -> str | None:
    """Give a path that a system can be asked for: it may be long, and hold what is not shown."""
    return None if "\0" in text else text


def id_kind(text: str) -> str | None:
    """Give a kind of ids, or an alias label; the names that OneSignal gave up are none."""
    is_label = line(text) is not None and not set(text) & set(" /?#%")
    return text if is_label and text not in _OLD_NAMES else None


def host(text: str) -> str | None:
    """Give a host, with its port where that is not 443."""
    return text.lower() if _HOST.fullmatch(text.lower()) else None


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


def _zone_mend(text: str) -> str:
    close = get_close_matches(text[:50], available_timezones(), 1)
    return f"did you mean {close[0]}?" if close else "write its name, such as Europe/Berlin"


def _kind_mend(text: str) -> str:
    if text in _OLD_NAMES:
        return f"write {_OLD_NAMES[text]}, as OneSignal calls it now"
    return "write subscription_id, external_id, onesignal_id or an alias label"


_SPANS: Final = "write a number with its unit (ms, s, m, h, d), such as 500ms, 8h or 14d"
_ONE_LINE: Final = "write one line without blanks around it, 200 characters at most"

FORMS: Final[dict[str, Form]] = {
    "x-wait": Form("a duration", _SPANS, seconds),
    "x-span": Form("a duration above zero", _SPANS, positive_seconds),
    "x-rate": Form("a rate above zero", "write it like 900/s or 60/min", per_second),
    "x-time": Form("a time of day", "write it like 22:00, from 00:00 to 23:59", local_time),
    "x-zone": Form("a time zone", _zone_mend, zone),
    "x-instant": Form("a date", "write it like 2026-11-20 or 2026-11-20T08:00:00Z", instant),
    "x-uuid": Form("a UUID", "copy it whole: 8-4-4-4-12 hex digits", uuid),
    "x-sha256": Form("a sha256", "write all 64 hex digits that `sha256sum FILE` prints", sha256),
    "x-line": Form("a line of text", _ONE_LINE, line),
    "x-path": Form("a path", "write where the file is: no path holds a NUL", path),
    "x-prose": Form("a text of visible characters", "say it in words", prose),
    "x-id-kind": Form("a kind of ids", _kind_mend, id_kind),
    "x-env": Form("the name of a variable", "write it like ONESIGNAL_API_KEY", _matching(_ENV)),
    "x-keyring": Form("a keyring entry", "write it like service/user", _matching(_KEYRING)),
    "x-host": Form("a host", "write it like proxy.acme.example or host.example:8443", host),
}
"""Every form by the name that the schema has for it."""
