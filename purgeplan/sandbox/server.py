"""The sandbox as an ASGI app, and as a server on loopback that ends without a trace."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from purgeplan.model.ports import Clock
from purgeplan.sandbox.clock import SystemClock
from purgeplan.sandbox.door import Door
from purgeplan.sandbox.endpoints import control, deletes, exports, segments, views
from purgeplan.sandbox.faults import TRAP
from purgeplan.sandbox.options import SandboxOptions
from purgeplan.sandbox.replies import RefusedError
from purgeplan.sandbox.wire import WireProtocol
from purgeplan.sandbox.world import World

HOST: Final = "127.0.0.1"

_APP = "/apps/{app_id}"
_USER = _APP + "/users/by/{label}/{alias}"
_SUBSCRIPTION = _APP + "/subscriptions/{subscription_id}"

ROUTES: Final[list[BaseRoute]] = [
    Route(_USER, deletes.user, methods=["DELETE"]),
    Route(_SUBSCRIPTION, deletes.subscription, methods=["DELETE"]),
    Route("/players/{player_id}", deletes.player, methods=["DELETE"]),
    Route(_APP, deletes.app, methods=["DELETE"]),
    Route(_APP + "/", deletes.app, methods=["DELETE"]),
    Route(_APP, views.app),
    Route(_USER, views.user),
    Route(_USER + "/identity", views.identity),
    Route(_SUBSCRIPTION + "/user/identity", views.identity_of_subscription),
    Route("/players", views.players),
    Route("/players/csv_export", exports.ask, methods=["POST"]),
    Route("/players/{player_id}", views.player),
    Route("/csv_exports/{app_id}/{name}", exports.file),
    Route(_APP + "/segments", segments.listing),
    Route(_APP + "/segments", segments.create, methods=["POST"]),
    Route(_APP + "/segments/{segment_id}", segments.view),
    Route(_APP + "/segments/{segment_id}", segments.delete, methods=["DELETE"]),
    Route("/_sandbox/audience.csv", control.audience),
    Route("/_sandbox/state", control.state),
    Route("/_sandbox/keys", control.keys, methods=["POST"]),
    Route("/_sandbox/return", control.come_back, methods=["POST"]),
    Route("/_sandbox/active", control.active, methods=["POST"]),
    Route("/_sandbox/faults", control.faults, methods=["POST"]),
    Route(TRAP + "/{anywhere:path}", control.trap, methods=["GET", "POST", "DELETE"]),
    Route("/{anywhere:path}", deletes.unrouted, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
"""Every path, matched as it was sent: ids are decoded by their endpoints."""


def build_app(options: SandboxOptions, clock: Clock) -> Starlette:
    """Give the sandbox as an ASGI app; faults on the wire need ``serve``."""
    world = World(options, clock)
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Door, world=world)],
        exception_handlers={RefusedError: _refused, ClientDisconnect: _broken_off},
    )
    app.state.world = world
    return app


async def _refused(_: Request, error: Exception) -> Response:
    return cast("RefusedError", error).response


async def _broken_off(_: Request, __: Exception) -> Response:
    """Give what nobody gets: whoever asked is gone, and the ledger knows that it came."""
    return Response(status_code=400)


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready, ends on a signal, and returns instead of dying of it."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def ending(self) -> Iterator[None]:
        """End on a signal from now on; uvicorn raises it again when it is done, to no effect."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(options: SandboxOptions, ready: Callable[[dict[str, Any]], None]) -> None:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM; every connection is cut then.

    ``ready`` is called once, when requests are taken, with ``url`` and ``apps`` (``app_id``,
    ``api_key``, ``name``), and ``organization_key`` where apps are viewed by that. Raises OSError
    where the port is taken or the ledger can't be opened. For the main thread only.
    """
    app = build_app(options, SystemClock())
    with _listener(options.port) as listener:
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=WireProtocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
        server = _Server(config, lambda: ready(_announcement(options, url)))
        with server.ending():
            asyncio.run(server.serve(sockets=[listener]))
    app.state.world.ledger.close()


def _listener(port: int) -> socket.socket:
    """Bind to loopback; asyncio turns Nagle off only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _announcement(options: SandboxOptions, url: str) -> dict[str, Any]:
    apps = [
        {"app_id": app.app_id, "api_key": app.api_key, "name": app.name} for app in options.apps
    ]
    organization = {"organization_key": options.organization_key}
    return {"url": url, "apps": apps} | (organization if options.app_view == "org" else {})
