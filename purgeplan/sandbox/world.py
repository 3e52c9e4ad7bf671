"""All that a running sandbox knows, and how a request gets past its key to one app."""

from datetime import UTC
from typing import cast
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from purgeplan.model.ports import Clock
from purgeplan.sandbox.audience import Audience
from purgeplan.sandbox.exports import Exports
from purgeplan.sandbox.faults import Faults
from purgeplan.sandbox.ledger import Entry, Ledger
from purgeplan.sandbox.limits import Limits
from purgeplan.sandbox.options import AppOptions, SandboxOptions
from purgeplan.sandbox.replies import RefusedError, basic, unauthorized
from purgeplan.sandbox.segments import Segments
from purgeplan.sandbox.state import AppState


class World:
    """The apps of a sandbox and what they share: clock, faults, ledger, one export at a time.

    ``reference`` is the instant, in Unix seconds, before which the audiences were active.
    """

    def __init__(self, options: SandboxOptions, clock: Clock) -> None:
        now = clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.options = options
        self.clock = clock
        self.started_at = now
        self.reference = int((options.now or midnight).astimezone(UTC).timestamp())
        self.faults = Faults(options.faults, options.seed)
        self.ledger = Ledger(options.ledger)
        self.exports = Exports(options.export_speed, options.seed)
        self.apps = {app.app_id: self._app(app) for app in options.apps}
        self.segments = {app_id: Segments(app_id, now) for app_id in self.apps}

    def _app(self, app: AppOptions) -> AppState:
        audience = Audience(app.seed, self.options.subscriptions, self.reference)
        limits = Limits(enforced=self.options.limits)
        return AppState(app, audience, limits, self.options.delete_lag_s)

    def app(self, app_id: str) -> AppState | None:
        """Give an app as it is now, due deletions carried out; None where there is none."""
        state = self.apps.get(app_id.lower())
        if state is not None:
            state.settle(self.clock.monotonic())
        return state

    def knows(self, key: str | None) -> bool:
        """Tell whether a key is that of any app."""
        return any(state.opens_with(key) for state in self.apps.values())

    def record(self, entry: Entry) -> None:
        """Write an entry to the ledger and count it for its app; call it before answering."""
        self.ledger.write(entry)
        state = self.apps.get((entry.app_id or "").lower())
        if state is not None:
            outcome = str(entry.status or entry.fault)
            state.requests[outcome] += 1
            if entry.method == "DELETE":
                state.deletes[outcome] += 1


def world_of(request: Request) -> World:
    """Give the world of the sandbox that a request came to."""
    return cast("World", request.app.state.world)


def entry_of(request: Request) -> Entry:
    """Give the ledger's entry of a request."""
    return cast("Entry", request.state.entry)


def key_of(request: Request) -> str | None:
    """Give the key of the Authorization header: ``Key KEY`` in any case, or ``Basic KEY``, raw."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "key" or scheme == "Basic" else None


def enter(request: Request, resource: str, *, in_structure: bool = False) -> AppState:
    """Note what a request is about and give its app, or raise RefusedError with what it gets.

    The app is that of the path, or of the query on the legacy endpoints.
    """
    world, entry = world_of(request), entry_of(request)
    entry.resource = resource
    app_id = request.path_params.get("app_id") or request.query_params.get("app_id")
    if app_id is None:
        text = "Request is malformed: Failed to parse app_id from request"
        raise RefusedError(basic(400, text))
    entry.app_id = app_id.lower()
    if request.state.instead is not None:
        raise RefusedError(request.state.instead)
    state = world.app(app_id)
    if state is None or not state.opens_with(key_of(request)):
        raise RefusedError(denied(request, in_structure=in_structure))
    return state


def denied(request: Request, *, in_structure: bool) -> Response:
    """Give what a request without the app's key gets."""
    return unauthorized(
        legacy=request.state.legacy,
        in_structure=in_structure,
        sent=entry_of(request).authorized,
    )


def decoded(request: Request, name: str) -> str:
    """Give a parameter of the path, percent-decoded and noted as the entry's id.

    Routes match the path as sent, so that an id may hold an encoded slash. Raises RefusedError
    with 400 where it is no UTF-8.
    """
    try:
        entry_of(request).id = text = unquote(request.path_params[name], errors="strict")
    except UnicodeDecodeError as error:
        raise RefusedError(basic(400, "Invalid encoding in request path")) from error
    return text
