"""Instants as the journal stores them: whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def ms(at: datetime) -> int:
    """Give an aware instant in milliseconds, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def utc(stored: int) -> datetime:
    """Give a stored instant, aware, in UTC."""
    return _EPOCH + stored * _MILLISECOND


def utc_or_none(stored: int | None) -> datetime | None:
    """Give a stored instant that may be missing."""
    return None if stored is None else utc(stored)
