"""The wire below a request, which a fault may have to cut."""

import asyncio
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

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


def transport_of(scope: Scope) -> asyncio.Transport:
    """Give the transport that a request came by."""
    return cast("asyncio.Transport", scope["extensions"][_EXTENSION])
