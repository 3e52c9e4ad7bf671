"""The CSV export: asking for one, and fetching its file (onesignal.md 1.6)."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from purgeplan.sandbox.endpoints.reading import body_of
from purgeplan.sandbox.filters import Test, compile_filters
from purgeplan.sandbox.replies import RefusedError, basic
from purgeplan.sandbox.rows import EXTRA_COLUMNS
from purgeplan.sandbox.state import Row
from purgeplan.sandbox.world import World, enter, entry_of, world_of

NO_SUCH_KEY: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message></Error>"
)


async def ask(request: Request) -> Response:
    """Start an export of the audience as it is now and say where its file will appear."""
    state = enter(request, "csv_export")
    world = world_of(request)
    body = await body_of(request)
    extra = _extra(body)
    test = _test(world, state.app.app_id, body)
    now = world.clock.monotonic()
    if world.exports.busy(now):
        return basic(400, "Only one CSV export can be processed at a time for your account")
    export = world.exports.start(state.snapshot(), extra, test, now)
    origin = f"{request.url.scheme}://{request.url.netloc}"
    url = f"{origin}/csv_exports/{state.app.app_id}/{export.name}"
    return JSONResponse({"csv_file_url": url})


async def file(request: Request) -> Response:
    """Give a file that is ready, to whoever knows its name; else what an object store says."""
    world, entry = world_of(request), entry_of(request)
    entry.resource, entry.id = "csv_file", request.path_params["name"]
    if request.state.instead is not None:
        raise RefusedError(request.state.instead)
    export = world.exports.ready(request.path_params["name"], world.clock.monotonic())
    if export is None:
        return Response(NO_SUCH_KEY, 404, media_type="application/xml")
    return StreamingResponse(export.gzip(), media_type="application/gzip")


def _extra(body: Mapping[str, Any]) -> tuple[str, ...]:
    asked = body.get("extra_fields", [])
    if not isinstance(asked, list) or not all(name in EXTRA_COLUMNS for name in asked):
        raise RefusedError(basic(400, "extra_fields contains an unknown field"))
    return tuple(asked)


def _test(world: World, app_id: str, body: Mapping[str, Any]) -> Test | None:
    """Give which rows belong; None is all of them, unsubscribed ones included.

    ``last_active_since`` keeps the active; a segment leaves out the unsubscribed unless asked.
    """
    tests: list[Test] = []
    if "last_active_since" in body:
        tests.append(_active_since(body["last_active_since"]))
    if "segment_name" in body:
        segment = world.segments[app_id].named(str(body["segment_name"]))
        if segment is None:
            raise RefusedError(basic(400, "Segment not found"))
        tests.append(compile_filters(segment.filters, world.clock.now().timestamp()))
        if body.get("include_unsubscribed") is not True:
            tests.append(lambda row: row[1].subscribed)
    return (lambda row: all(test(row) for test in tests)) if tests else None


def _active_since(given: object) -> Test:
    if not isinstance(given, str) or not given.isdecimal():
        raise RefusedError(basic(400, "last_active_since must be a string of Unix seconds"))
    since = int(given)

    def active(row: Row) -> bool:
        return row[1].last_active > since

    return active
