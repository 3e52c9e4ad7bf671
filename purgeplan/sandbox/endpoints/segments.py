"""Segments: list, create, view, delete (onesignal.md 1.7)."""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from purgeplan.sandbox.endpoints.reading import body_of
from purgeplan.sandbox.endpoints.views import page_of
from purgeplan.sandbox.filters import Test, compile_filters
from purgeplan.sandbox.replies import basic
from purgeplan.sandbox.segments import Segment
from purgeplan.sandbox.state import Snapshot
from purgeplan.sandbox.world import decoded, enter, world_of

_ROWS_A_STEP: Final = 500


async def listing(request: Request) -> Response:
    """Give a page of segments, oldest first."""
    state = enter(request, "segments")
    segments = world_of(request).segments[state.app.app_id].list()
    offset, limit = page_of(request)
    shown = {
        "total_count": len(segments),
        "offset": offset,
        "limit": limit,
        "segments": [_line(one, state.app.app_id) for one in segments[offset : offset + limit]],
    }
    return JSONResponse(shown)


async def create(request: Request) -> Response:
    """Make a segment."""
    state = enter(request, "segments")
    world = world_of(request)
    try:
        made = world.segments[state.app.app_id].add(await body_of(request), world.clock.now())
    except (TypeError, ValueError) as error:
        return basic(400, str(error), success=False)
    if made is None:
        return basic(409, "Segment with the given id already exists.", success=False)
    return JSONResponse({"success": True, "id": made.id}, 201)


async def view(request: Request) -> Response:
    """Give how many subscribed subscriptions a segment has, and its filters if asked."""
    segment_id = decoded(request, "segment_id")
    state = enter(request, "segment")
    world = world_of(request)
    segment = world.segments[state.app.app_id].get(segment_id)
    if segment is None:
        return basic(404, "segment not found")
    test = compile_filters(segment.filters, world.clock.now().timestamp())
    shown: dict[str, Any] = {"subscriber_count": await _count(state.snapshot(), test)}
    if request.query_params.get("include-segment-detail") == "true":
        shown["payload"] = _detail(segment)
    return JSONResponse(shown)


async def delete(request: Request) -> Response:
    """Delete a segment's definition, nobody in it."""
    segment_id = decoded(request, "segment_id")
    state = enter(request, "segment")
    removed = world_of(request).segments[state.app.app_id].remove(segment_id)
    return JSONResponse({"success": removed}, 200 if removed else 404)


async def _count(snapshot: Snapshot, test: Test) -> int:
    """Count opted-in subscriptions, letting other requests in between."""
    count = 0
    for position, row in enumerate(snapshot.rows()):
        count += row[1].subscribed and test(row)
        if position % _ROWS_A_STEP == 0:
            await asyncio.sleep(0)
    return count


def _line(one: Segment, app_id: str) -> dict[str, Any]:
    made = one.created_at.isoformat()
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "created_at": made,
        "updated_at": made,
        "app_id": app_id,
        "read_only": one.source == "default",
        "is_active": True,
    }


def _detail(one: Segment) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "created_at": int(one.created_at.timestamp()),
        "source": one.source,
        "filters": list(one.filters),
    }
