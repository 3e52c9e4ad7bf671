"""Finds a segment by its name, and refuses one that is everyone (onesignal.md 1.7)."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from purgeplan.errors import Finding, InvalidError
from purgeplan.onesignal.api import Api, Reply, foreign, refused_key
from purgeplan.onesignal.base import segment

PAGE: Final = 300
EVERYONE: Final = frozenset(
    {
        "all",
        "all users",
        "all subscriptions",
        "subscribed users",
        "total subscriptions",
        "total users",
    }
)
"""Built-in segments that hold the whole audience, whatever their filters say."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of the list, which shows neither filters nor counts."""

    id: str
    name: str


async def list_segments(api: Api) -> list[Segment]:
    """Give every segment of the app, the oldest first; raises what ``Api.get`` raises."""
    found: list[Segment] = []
    while True:
        query = f"offset={len(found)}&limit={PAGE}"
        reply = await api.get(f"/apps/{segment(api.app_id)}/segments?{query}")
        total = _document(reply).get("total_count")
        page = _page(reply)
        found.extend(page)
        if not page or (isinstance(total, int) and len(found) >= total):
            return found


async def find_segment(api: Api, name: str) -> Segment:
    """Give the segment of exactly this name.

    Raises InvalidError where there is none, where two have it (an export names its segment, so
    it could take either), and where it is everyone.
    """
    one = pick(await list_segments(api), name)
    if one.name.strip().lower() in EVERYONE or await _has_no_filters(api, one):
        problem = f"segment {name!r} is everyone"
        raise InvalidError(Finding("PP614", problem, "make a segment of those who are to go"))
    return one


def pick(segments: Sequence[Segment], name: str) -> Segment:
    """Give the one segment of this name; raises InvalidError for none or several."""
    named = [one for one in segments if one.name == name]
    if len(named) == 1:
        return named[0]
    if named:
        problem = f"{len(named)} segments are named {name!r}"
        raise InvalidError(Finding("PP613", problem, "rename all but one in OneSignal"))
    close = difflib.get_close_matches(name, [one.name for one in segments], 1)
    mend = f"did you mean {close[0]!r}?" if close else "check the name in OneSignal"
    raise InvalidError(Finding("PP613", f"no segment is named {name!r}", mend))


async def _has_no_filters(api: Api, one: Segment) -> bool:
    """Tell whether a segment filters nobody out; a 400 means filters that the API can't show."""
    path = f"/apps/{segment(api.app_id)}/segments/{segment(one.id)}?include-segment-detail=true"
    reply = await api.get(path)
    if not reply.ok and not reply.denied:
        return False
    payload = _document(reply).get("payload")
    return isinstance(payload, dict) and payload.get("filters") == []


def _document(reply: Reply) -> dict[str, Any]:
    if reply.denied:
        raise refused_key()
    if not reply.ok:
        raise foreign(reply.status)
    return dict(reply.said.document)


def _page(reply: Reply) -> list[Segment]:
    try:
        return [Segment(one["id"], one["name"]) for one in reply.said.document["segments"]]
    except (KeyError, TypeError) as error:  # not the list that is documented
        raise foreign(reply.status) from error
