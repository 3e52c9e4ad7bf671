"""What must not be read in a log, an error or a crash report, and what stands there instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from purgeplan.model.ids import masked

HIDDEN: Final = "***"

SECRET_NAMES: Final = re.compile(
    r"authorization|api_?key|token|secret|password|(?:^|_)key$", re.IGNORECASE
)
"""Names under which nothing is ever shown, whatever it looks like."""

ID_NAMES: Final = frozenset(
    {"id", "ref", "external_id", "onesignal_id", "subscription_id", "alias"}
)
"""Names under which an id of free form may stand: shown in part only."""

_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"\bos_v2_\w+"), lambda _: HIDDEN),
    (
        re.compile(r"\b(Bearer|Key|Basic|Token)(\s+)[A-Za-z0-9+/=_.~-]{16,}", re.IGNORECASE),
        lambda found: f"{found[1]}{found[2]}{HIDDEN}",
    ),
    (re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), lambda _: HIDDEN),
    (
        # A journal is called by its app's id; whoever must remove a file beside it needs its path.
        re.compile(
            r"\b([0-9a-f]{8})-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b(?!\.(?:db|lock)\b)", re.IGNORECASE
        ),
        lambda found: f"{found[1]}-…",
    ),
)


def redacted(text: str) -> str:
    """Give a text without keys, tokens and e-mail addresses, and UUIDs cut to eight digits."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redacted_value(value: object) -> Any:  # noqa: ANN401 - the same shape comes out as went in
    """Give a value of a log event, or of JSON, with every text in it redacted."""
    match value:
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {str(name): redacted_field(str(name), one) for name, one in value.items()}
        case str():
            return redacted(value)
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [redacted_value(one) for one in value]
        case _:
            return redacted(str(value))


def redacted_field(name: str, value: object) -> Any:  # noqa: ANN401 - as redacted_value
    """Give a named value: stars where the name says that it is a secret, a part of an id."""
    if SECRET_NAMES.search(name):
        return HIDDEN
    if name in ID_NAMES and isinstance(value, str):
        return value if "…" in value else masked(value)
    return redacted_value(value)
