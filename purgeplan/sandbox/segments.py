"""Segments of one app as values: the built-in ones and those that were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from purgeplan.sandbox.filters import compile_filters

_MAX_NAME: Final = 128
_WEEK: Final = "168"
_BUILT_IN: Final[Mapping[str, list[dict[str, Any]]]] = {
    "Total Subscriptions": [],
    "Active Subscriptions": [{"field": "last_session", "relation": "<", "hours_ago": _WEEK}],
    "Inactive Subscriptions": [{"field": "last_session", "relation": ">", "hours_ago": _WEEK}],
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, with its filters as they were given."""

    id: str
    name: str
    description: str
    filters: Sequence[Mapping[str, Any]]
    created_at: datetime
    source: str = "custom"


class Segments:
    """The segments of one app, oldest first; names may repeat, ids may not."""

    def __init__(self, app_id: str, started_at: datetime) -> None:
        self._app_id = app_id
        self._made = 0
        self._all: dict[str, Segment] = {}
        for name, filters in _BUILT_IN.items():
            one = Segment(self._new_id(), name, "", filters, started_at, "default")
            self._all[one.id] = one

    def list(self) -> list[Segment]:
        """Give every segment, oldest first."""
        return list(self._all.values())

    def get(self, segment_id: str) -> Segment | None:
        """Give a segment by its id, or None."""
        return self._all.get(segment_id.lower())

    def named(self, name: str) -> Segment | None:
        """Give the oldest segment of exactly that name, or None."""
        return next((one for one in self._all.values() if one.name == name), None)

    def add(self, body: Mapping[str, Any], now: datetime) -> Segment | None:
        """Make a segment from the body of a create call; None where its id is taken.

        Raises ValueError for what the API does not take.
        """
        name, filters = body.get("name"), body.get("filters")
        if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME:
            msg = "name is required and at most 128 characters"
            raise ValueError(msg)
        if not isinstance(filters, list) or not filters or not all(map(_is_object, filters)):
            msg = "filters is required, a list of objects"
            raise ValueError(msg)
        compile_filters(filters, now.timestamp())
        segment_id = str(body.get("id") or self._new_id()).lower()
        if segment_id in self._all:
            return None
        one = Segment(segment_id, name, str(body.get("description", "")), filters, now)
        self._all[segment_id] = one
        return one

    def remove(self, segment_id: str) -> bool:
        """Forget a segment's definition; tell whether there was one."""
        return self._all.pop(segment_id.lower(), None) is not None

    def _new_id(self) -> str:
        self._made += 1
        return str(uuid5(NAMESPACE_URL, f"{self._app_id}/segments/{self._made}"))


def _is_object(entry: object) -> bool:
    return isinstance(entry, dict)
