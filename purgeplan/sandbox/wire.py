"""The wire below a request, which a fault may have to cut."""

import asyncio
from typing import TYPE_CHECKING, Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from purgeplan.sandbox.ledger import Entry

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from purgeplan.sandbox.world import World

_EXTENSION: Final = "purgeplan.transport"


class WireProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, whose scopes carry the transport as an ASGI extension."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection and show it to the app."""
        super().connection_made(transport)
        app = cast("ASGIApp", self.app)

        async def on_wire(scope: Scope, receive: Receive, send: Send) -> None:
            scope["extensions"] = {_EXTENSION: transport}
            await app(scope, receive, send)

        self.app = on_wire

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no request, and record that they came."""
        world: World = cast("Starlette", self.config.app).state.world
        world.record(Entry(world.clock.now(), "", "", resource="unreadable", status=400))
        super().send_400_response(msg)


def transport_of(scope: Scope) -> asyncio.Transport:
    """Give the transport that a request came by."""
    return cast("asyncio.Transport", scope["extensions"][_EXTENSION])
