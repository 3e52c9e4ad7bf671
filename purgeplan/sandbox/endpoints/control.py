"""The sandbox's own endpoints, which OneSignal has not; no key, no limit, no fault, no ledger.

Every one takes ``?app_id=``, by default the first app.

- ``GET  /_sandbox/audience.csv``  the audience as it is now, as an export with all extra fields
- ``GET  /_sandbox/state``         counts of what there is, and of requests by status
- ``POST /_sandbox/keys``          ``{"api_key": "..."}`` replaces the app's key, null revokes it
- ``POST /_sandbox/return``        ``{"external_id": "..."}`` comes back: new user, new subscription
- ``POST /_sandbox/active``        ``{"subscription_id": "...", "at": 1767225600}`` has a session
  then, by default now
- ``POST /_sandbox/faults``        ``{"429": 0.05}`` replaces all rates of faults
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from purgeplan.errors import InvalidError
from purgeplan.sandbox.audience import ONESIGNAL_ID
from purgeplan.sandbox.endpoints.reading import body_of, text_of
from purgeplan.sandbox.exports import text
from purgeplan.sandbox.replies import RefusedError, basic
from purgeplan.sandbox.rows import EXTRA_COLUMNS
from purgeplan.sandbox.state import AppState
from purgeplan.sandbox.world import entry_of, world_of


async def audience(request: Request) -> Response:
    """Give the audience as it is now."""
    rows = text(_app(request).snapshot(), EXTRA_COLUMNS, None)
    return StreamingResponse(rows, media_type="text/csv")


async def state(request: Request) -> Response:
    """Give the counts."""
    return JSONResponse(_app(request).counts())


async def keys(request: Request) -> Response:
    """Replace or revoke a key, from the next request on."""
    app = _app(request)
    app.key = (await body_of(request)).get("api_key")
    return JSONResponse({"success": True})


async def come_back(request: Request) -> Response:
    """Bring somebody back."""
    app, external_id = _app(request), await text_of(request, "external_id")
    now = int(world_of(request).clock.now().timestamp())
    user = app.come_back(external_id, now)
    if user is None:
        return basic(409, "somebody holds this external_id")
    return JSONResponse(
        {
            "onesignal_id": app.audience.identity(user)[ONESIGNAL_ID],
            "subscription_id": app.audience.subscription_ids.text(app.subscriptions_of(user)[0]),
        },
        201,
    )


async def active(request: Request) -> Response:
    """Give a subscription a session."""
    app, body = _app(request), await body_of(request)
    found = app.find_subscription(await text_of(request, "subscription_id"))
    if found is None:
        return basic(404, "no such subscription")
    app.mark_active(found, int(body.get("at", world_of(request).clock.now().timestamp())))
    return JSONResponse({"success": True})


async def faults(request: Request) -> Response:
    """Replace the rates of faults."""
    try:
        world_of(request).faults.set(await body_of(request))
    except InvalidError as error:
        return basic(400, str(error))
    return JSONResponse({"success": True})


async def trap(request: Request) -> Response:
    """Record whoever followed a redirect."""
    entry_of(request).resource = "trap"
    return JSONResponse({}, 202)


def _app(request: Request) -> AppState:
    world = world_of(request)
    found = world.app(request.query_params.get("app_id", next(iter(world.apps))))
    if found is None:
        raise RefusedError(basic(404, "no such app"))
    return found
