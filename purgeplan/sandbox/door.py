"""The door: every request passes it once, for its path, its fault, its ledger line, its latency."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from purgeplan.sandbox.faults import TRAP, UNANSWERED, cut, drop, gone, halve, trickle
from purgeplan.sandbox.ledger import Entry
from purgeplan.sandbox.wire import transport_of
from purgeplan.sandbox.world import World

LEGACY_ROOT: Final = "/api/v1"
CONTROL_ROOT: Final = "/_sandbox/"
FILES_ROOT: Final = "/csv_exports/"


@dataclass(slots=True)
class Capture:
    """Takes the answer of the app inside, whole, instead of sending it."""

    status: int = 500
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    async def __call__(self, sent: Message) -> None:
        """Take one ASGI message."""
        if sent["type"] == "http.response.start":
            self.status, self.headers = sent["status"], tuple(sent["headers"])
        else:
            self.body += sent.get("body", b"")

    def response(self) -> Response:
        """Give the answer as a value that can be sent."""
        response = Response(self.body, self.status)
        response.raw_headers = list(self.headers)
        return response


class Door:
    """ASGI middleware around the routes: nothing is answered before it is in the ledger."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in."""
        raw = scope["raw_path"].decode("ascii")
        legacy = raw.startswith(LEGACY_ROOT + "/")
        entry = self._entry(scope, raw)
        scope["path"] = path = raw[len(LEGACY_ROOT) :] if legacy else raw
        scope["state"] = {"entry": entry, "legacy": legacy, "instead": None}
        if path.startswith(CONTROL_ROOT) and not path.startswith(TRAP):
            await self._app(scope, receive, send)
            return
        fault = self._world.faults.draw()
        if fault is None and path.startswith(FILES_ROOT):
            await self._stream(scope, receive, send)
        else:
            await self._answer(scope, receive, send, fault)

    def _entry(self, scope: Scope, raw: str) -> Entry:
        query = scope["query_string"].decode("latin-1")
        authorized = any(name == b"authorization" for name, _ in scope["headers"])
        target = f"{raw}?{query}" if query else raw
        return Entry(self._world.clock.now(), scope["method"], target, authorized)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, fault: str | None) -> None:
        """Judge, record, wait, send; what a fault answers instead is given to the gate inside."""
        world, entry = self._world, scope["state"]["entry"]
        reply = world.faults.reply(fault, entry.path)
        carried_out = world.faults.carries_out(fault)
        scope["state"]["instead"] = None if carried_out else reply or Response(status_code=503)
        captured = Capture()
        await self._app(scope, receive, captured)
        response = reply or captured.response()
        deleted = entry.method == "DELETE" and captured.status // 100 == 2  # noqa: PLR2004 - 2xx
        entry.carried_out = carried_out and deleted
        entry.fault = fault
        entry.status = None if fault in UNANSWERED else response.status_code
        world.record(entry)
        await world.clock.sleep(world.options.latency_s)
        await _deliver(scope, receive, send, response, fault)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a file through piece by piece; it may be larger than memory."""

        async def noted(sent: Message) -> None:
            if sent["type"] == "http.response.start":
                scope["state"]["entry"].status = sent["status"]
                self._world.record(scope["state"]["entry"])
            await send(sent)

        await self._app(scope, receive, noted)


async def _deliver(
    scope: Scope, receive: Receive, send: Send, response: Response, fault: str | None
) -> None:
    match fault:
        case "hang":
            await gone(receive)
        case "reset":
            await cut(transport_of(scope), receive)
        case "drop":
            await drop(transport_of(scope), receive)
        case "half":
            await halve(transport_of(scope), receive, response)
        case "slow":
            await trickle(transport_of(scope), receive, response)
        case _:
            await response(scope, receive, send)
