"""The columns of an export: what they hold, of which type they are, how a cell is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from purgeplan.sources.reading.fit import uuid_sql

LEAST_YEAR: Final = 2010
"""OneSignal is younger: a date before it is an empty one, written as 1970-01-01 or 0001-01-01."""

_INSTANT: Final = """
CASE WHEN length({0}) = 19 THEN TRY_CAST({0} AS TIMESTAMP)
     WHEN regexp_full_match({0}, '[0-9]{{10}}') THEN make_timestamp(CAST({0} AS BIGINT) * 1000000)
     WHEN regexp_full_match({0}, '[0-9-]{{10}}[T ][0-9:]{{8}}(\\.[0-9]{{1,9}})?( ?UTC|Z|[+]00:00)?')
     THEN TRY_CAST(regexp_extract({0}, '^[0-9-]+[T ][0-9:]+(\\.[0-9]{{1,6}})?') AS TIMESTAMP)
END
"""
_FLAG: Final = (
    "CASE WHEN lower({0}) IN ('t', 'true') THEN true"
    " WHEN lower({0}) IN ('f', 'false') THEN false END"
)
_TYPES: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "text": ("VARCHAR", str),
    "UUID": ("VARCHAR", uuid_sql),
    "whole number": ("BIGINT", "TRY_CAST({0} AS BIGINT)".format),
    "decimal": ("DECIMAL(18, 4)", "TRY_CAST({0} AS DECIMAL(18, 4))".format),
    "true or false": ("BOOLEAN", _FLAG.format),
    "JSON": ("JSON", "TRY_CAST({0} AS JSON)".format),
    "timestamp": ("TIMESTAMP", _INSTANT.format),
}
"""For people the name of each type; its name in the database, and how it is read from a text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column; ``extra`` where an export has it only if it is asked for."""

    type: str
    about: str
    extra: bool = False

    @property
    def sql_type(self) -> str:
        """Give the database's name of the type."""
        return _TYPES[self.type][0]

    def read(self, raw: str) -> str:
        """Give an SQL expression: what the text in column ``raw`` says, NULL where it says nothing.

        Texts that are no such value are NULL as well; ``unread`` tells which.
        """
        read = _TYPES[self.type][1](raw)
        if self.type != "timestamp":
            return read
        least = f"TIMESTAMP '{LEAST_YEAR}-01-01'"
        return f"CASE WHEN ({read}) >= {least} THEN ({read}) END"

    @property
    def doubted(self) -> bool:
        """Tell whether there are texts that are no value of this type, or are not told as such."""
        return self.type not in ("text", "UUID")

    def unread(self, raw: str) -> str:
        """Give an SQL condition: there is a text, and it is no value of this type."""
        return f"{raw} IS NOT NULL AND ({self.read(raw)}) IS NULL"


FIELDS: Final[dict[str, Field]] = {
    "id": Field("UUID", "the subscription"),
    "identifier": Field("text", "push token, e-mail address or phone number"),
    "session_count": Field("whole number", "sessions"),
    "language": Field("text", "two letters"),
    "timezone": Field("whole number", "seconds east of Greenwich"),
    "game_version": Field("text", "version of the app"),
    "device_os": Field("text", "version of the system"),
    "device_type": Field("whole number", "0 iOS, 1 Android, 5 Chrome, 11 e-mail, 14 SMS, ..."),
    "device_model": Field("text", "such as iPhone15,2"),
    "ad_id": Field("text", "advertising id"),
    "tags": Field("JSON", "read one with tags->>'plan'"),
    "last_active": Field("timestamp", "last session"),
    "playtime": Field("whole number", "seconds"),
    "amount_spent": Field("decimal", "USD"),
    "created_at": Field("timestamp", "first session"),
    "invalid_identifier": Field("true or false", "true is unsubscribed"),
    "badge_count": Field("whole number", "iOS"),
    "external_user_id": Field("text", "the user's external_id", extra=True),
    "onesignal_id": Field("UUID", "the user", extra=True),
    "location": Field("text", "latitude,longitude", extra=True),
    "country": Field("text", "two capital letters", extra=True),
    "rooted": Field("true or false", "rooted or jailbroken", extra=True),
    "ip": Field("text", "last address", extra=True),
    "web_auth": Field("text", "web push only", extra=True),
    "web_p256": Field("text", "web push only", extra=True),
    "unsubscribed_at": Field("timestamp", "empty while subscribed", extra=True),
    "notification_types": Field("whole number", "1 and above: subscribed", extra=True),
    "timezone_id": Field("text", "such as Europe/Berlin", extra=True),
}
"""Every column that an export can have (onesignal.md 1.6), in its order."""

COMPUTED: Final[dict[str, Field]] = {
    "channel": Field("text", "push, email or sms"),
    "inactive_days": Field("whole number", "whole days from last_active to the export"),
}
"""Columns of our own, for conditions."""

NEEDED: Final = (
    "id",
    "device_type",
    "last_active",
    "invalid_identifier",
    "external_user_id",
    "onesignal_id",
    "country",
)
"""What is kept of every row, whatever a condition names."""

_BASIS: Final = {"channel": "device_type", "inactive_days": "last_active"}


def basis(column: str) -> str:
    """Give the column of the export that a column is read from: mostly itself."""
    return _BASIS.get(column, column)


def computed(column: str, as_of: datetime) -> str:
    """Give an SQL expression for one of COMPUTED, over the columns as read.

    Time is that of the export: a plan of the same file selects the same rows whenever it is made.
    """
    if column == "channel":
        return "CASE device_type WHEN 11 THEN 'email' WHEN 14 THEN 'sms' ELSE 'push' END"
    return f"CAST(floor((epoch({stamp(as_of)}) - epoch(last_active)) / 86400) AS BIGINT)"


def stamp(at: datetime) -> str:
    """Give an instant (aware UTC) as SQL writes it."""
    return f"TIMESTAMP '{at.replace(tzinfo=None).isoformat(sep=' ')}'"


def listed() -> str:
    """Give every column with its type, for people."""
    return "\n".join(
        f"- {name} ({field.type}): {field.about}" for name, field in (FIELDS | COMPUTED).items()
    )
