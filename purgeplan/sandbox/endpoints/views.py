"""The endpoints that look: app, user, identity and the legacy players (onesignal.md 1.4-1.8)."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from purgeplan.sandbox.endpoints.deletes import named_alias, no_aliases, refuse_unfit_alias
from purgeplan.sandbox.ids import is_uuid
from purgeplan.sandbox.limits import VIEW_APP, VIEWS
from purgeplan.sandbox.replies import RefusedError, basic, structured, throttled
from purgeplan.sandbox.rows import Device, Person, person
from purgeplan.sandbox.state import AppState
from purgeplan.sandbox.world import (
    World,
    decoded,
    denied,
    enter,
    entry_of,
    key_of,
    world_of,
)

PAGE: Final = 300
LISTED_AT_MOST: Final = 80_000
"""``GET /players`` is refused for larger apps (onesignal.md 1.4)."""


async def app(request: Request) -> Response:
    """Give an app's name and counts, to its own key or to the organization's."""
    world, entry = world_of(request), entry_of(request)
    app_id = decoded(request, "app_id")
    entry.resource, entry.app_id = "app", app_id.lower()
    if request.state.instead is not None:
        raise RefusedError(request.state.instead)
    state = _viewable(request, world, app_id)
    within_view_limit(request, state, VIEW_APP, in_structure=False)
    return JSONResponse(_app_json(world, state))


def _viewable(request: Request, world: World, app_id: str) -> AppState:
    """Give the app that the key may see, or raise RefusedError with 400, 403 or 404."""
    key = key_of(request)
    organization = key == world.options.organization_key
    if not world.knows(key) and not organization:
        raise RefusedError(denied(request, in_structure=False))
    state = world.app(app_id)
    if state is None:
        raise RefusedError(basic(404, f"Couldn't find app with id = {app_id}"))
    own = state.opens_with(key) and world.options.app_view == "app"
    if not own and not organization:
        raise RefusedError(basic(403, "You do not have permission to view this app."))
    return state


async def user(request: Request) -> Response:
    """Give a user with properties, identity and subscriptions."""
    state, found = _user(request, "user")
    owner = person(state.audience, found)
    snapshot = state.snapshot()
    rows = [snapshot.row(owner, index) for index in state.subscriptions_of(found)]
    shown = {
        "properties": _properties(owner, rows),
        "identity": state.audience.identity(found),
        "subscriptions": [_subscription_json(state, row) for row in rows],
    }
    return JSONResponse(shown)


async def identity(request: Request) -> Response:
    """Give every alias of a user."""
    state, found = _user(request, "identity")
    return JSONResponse({"identity": state.audience.identity(found)})


async def identity_of_subscription(request: Request) -> Response:
    """Give every alias of the user whose subscription it is."""
    one = decoded(request, "subscription_id")
    state = enter(request, "subscription_identity", in_structure=True)
    within_view_limit(request, state, VIEWS, in_structure=True)
    if not is_uuid(one):
        return structured(400, "subscription_id is not a valid UUID", "subscription-1")
    found = state.find_subscription(one)
    if found is None:
        return structured(404, "Subscription not found", "subscription-0")
    return JSONResponse({"identity": state.audience.identity(state.audience.user_of(found))})


async def player(request: Request) -> Response:
    """Give one subscription in the legacy form."""
    one = decoded(request, "player_id")
    state = enter(request, "player")
    within_view_limit(request, state, VIEWS, in_structure=False)
    found = state.find_subscription(one)
    if found is None:
        return basic(400, "No user with this id found")
    owner = person(state.audience, state.audience.user_of(found))
    row = state.snapshot().row(owner, found)
    return JSONResponse(_player_json(owner, row))


async def players(request: Request) -> Response:
    """Give a page of subscriptions in the legacy form, refused where there are too many."""
    state = enter(request, "players")
    within_view_limit(request, state, VIEWS, in_structure=False)
    if state.present > LISTED_AT_MOST:
        return basic(400, "This app has too many users; please use the CSV export instead")
    offset, limit = page_of(request)
    rows = state.snapshot().rows()
    page = [_player_json(*row) for row in islice(rows, offset, offset + limit)]
    shown = {"total_count": state.present, "offset": offset, "limit": limit, "players": page}
    return JSONResponse(shown)


def page_of(request: Request) -> tuple[int, int]:
    """Give offset and limit of a listing; raise RefusedError with 400 where they are no counts."""
    given = [request.query_params.get(name) for name in ("offset", "limit")]
    if not all(text is None or text.isdecimal() for text in given):
        raise RefusedError(basic(400, "offset and limit must be integers"))
    return int(given[0] or 0), min(int(given[1] or PAGE), PAGE)


def within_view_limit(
    request: Request, state: AppState, bucket: str, *, in_structure: bool
) -> None:
    """Count a view; raise RefusedError with 429 where there were too many."""
    exhausted = state.limits.view(bucket, world_of(request).clock.monotonic())
    if exhausted is not None:
        raise RefusedError(throttled(*exhausted, in_structure=in_structure))


def _user(request: Request, resource: str) -> tuple[AppState, int]:
    label, alias = named_alias(request)
    state = enter(request, resource, in_structure=True)
    within_view_limit(request, state, VIEWS, in_structure=True)
    refuse_unfit_alias(label, alias)
    found = state.find_user(label, alias)
    if found is None:
        raise RefusedError(no_aliases(label, alias))
    return state, found


def _app_json(world: World, state: AppState) -> dict[str, Any]:
    return {
        "id": state.app.app_id,
        "name": state.app.name,
        "players": state.present,
        "messageable_players": state.messageable,
        "created_at": datetime.fromtimestamp(state.audience.reference, UTC).isoformat(),
        "updated_at": world.started_at.isoformat(),
        "organization_id": "0b7c1d3e-5a41-4c6e-9d1a-2f7f7c0e9a11",
        "gcm_key": "a credential: never log this body",
    }


def _properties(owner: Person, rows: list[Device]) -> dict[str, Any]:
    return {
        "tags": {name: str(value) for name, value in owner.tags.items()},
        "language": owner.language,
        "timezone_id": owner.timezone_id,
        "country": owner.country,
        "lat": owner.lat,
        "long": owner.long,
        "ip": owner.ip,
        "first_active": owner.first_active,
        "last_active": max((row.last_active for row in rows), default=0),
    }


def _subscription_json(state: AppState, row: Device) -> dict[str, Any]:
    return {
        "id": row.id,
        "app_id": state.app.app_id,
        "type": row.channel.type,
        "token": row.token,
        "enabled": row.subscribed,
        "notification_types": row.notification_types,
        "session_time": row.playtime,
        "session_count": row.session_count,
        "app_version": row.app_version,
        "device_model": row.model,
        "device_os": row.os,
        "rooted": row.rooted,
    }


def _player_json(owner: Person, row: Device) -> dict[str, Any]:
    return {
        "id": row.id,
        "identifier": row.token,
        "session_count": row.session_count,
        "language": owner.language,
        "timezone": owner.timezone,
        "game_version": row.app_version,
        "device_os": row.os,
        "device_type": row.channel.code,
        "device_model": row.model,
        "tags": owner.tags,
        "last_active": row.last_active,
        "created_at": row.created_at,
        "invalid_identifier": not row.subscribed,
        "badge_count": 0,
        "ip": owner.ip,
        "external_user_id": owner.external_id,
    }
