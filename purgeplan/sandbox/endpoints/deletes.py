"""The three endpoints that delete (onesignal.md 1.1 to 1.3), and DELETEs that nobody means."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from purgeplan.sandbox.audience import ONESIGNAL_ID
from purgeplan.sandbox.ids import is_uuid
from purgeplan.sandbox.replies import RefusedError, basic, html, structured, throttled
from purgeplan.sandbox.state import AppState
from purgeplan.sandbox.world import decoded, enter, entry_of, world_of


async def user(request: Request) -> Response:
    """Accept the deletion of a user by any alias; the 202 names the onesignal_id."""
    label, alias = named_alias(request)
    state = enter(request, "user", in_structure=True)
    known = state.audience.candidates(label, alias)
    _within_limits(request, state, known[0] if known else alias, in_structure=True)
    refuse_unfit_alias(label, alias)
    found = state.find_user(label, alias)
    if found is None:
        raise RefusedError(no_aliases(label, alias))
    state.delete_user(found, world_of(request).clock.monotonic())
    identity = {ONESIGNAL_ID: state.audience.user_ids.text(found)}
    return JSONResponse({"identity": identity}, 202)


async def subscription(request: Request) -> Response:
    """Accept the deletion of one subscription."""
    one = decoded(request, "subscription_id")
    state = enter(request, "subscription", in_structure=True)
    found = _subscription(request, state, one, in_structure=True)
    if found is None:
        return structured(404, "Subscription not found", "subscription-0")
    state.delete_subscription(found, world_of(request).clock.monotonic())
    return JSONResponse({}, 202)


async def player(request: Request) -> Response:
    """Delete one subscription at once, by the legacy endpoint."""
    one = decoded(request, "player_id")
    state = enter(request, "player")
    found = _subscription(request, state, one, in_structure=False)
    if found is None:
        return JSONResponse({"success": False}, 404)
    state.delete_player(found)
    return JSONResponse({"success": True})


async def app(request: Request) -> Response:
    """Refuse, and record, what an HTTP client makes of the subscription id ``..``."""
    decoded(request, "app_id")
    enter(request, "app")
    return basic(405, "Apps can't be deleted through the API")


async def unrouted(request: Request) -> Response:
    """Answer a path that is none of the API's with a page."""
    entry_of(request).resource = "unrouted"
    return html(404)


def named_alias(request: Request) -> tuple[str, str]:
    """Give label and id of the alias in the path, noted for the ledger."""
    label = decoded(request, "label")
    entry_of(request).by = label
    return label, decoded(request, "alias")


def refuse_unfit_alias(label: str, alias: str) -> None:
    """Raise RefusedError with 400 for a onesignal_id that is no UUID."""
    if label == ONESIGNAL_ID and not is_uuid(alias):
        raise RefusedError(structured(400, "onesignal_id is not a valid UUID", "user-0"))


def no_aliases(label: str, alias: str) -> Response:
    """Give the 404 of an alias that nobody holds; a real one was seen without a code."""
    spoken = "oneSignalID" if label == ONESIGNAL_ID else label
    return structured(404, f"No aliases found for {spoken} `{alias}`")


def _subscription(request: Request, state: AppState, one: str, *, in_structure: bool) -> int | None:
    """Give the subscription that is to be deleted; raise RefusedError with 400 or 429.

    The limit of one a second is for its user, so that it holds for all subscriptions of one.
    """
    known = state.audience.subscription(one)
    who = one if known is None else state.audience.user_of(known)
    _within_limits(request, state, who, in_structure=in_structure)
    if not is_uuid(one):
        raise RefusedError(basic(400, "Subscription id is not a valid UUID"))
    return state.find_subscription(one)


def _within_limits(request: Request, state: AppState, who: object, *, in_structure: bool) -> None:
    exhausted = state.limits.delete(who, world_of(request).clock.monotonic())
    if exhausted is not None:
        raise RefusedError(throttled(*exhausted, in_structure=in_structure))
