"""Faults on demand: what goes wrong with a request, decided by a seeded random."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from random import Random
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.types import Receive

from purgeplan.errors import Finding, InvalidError
from purgeplan.sandbox.limits import PER_APP, PER_DEVICE
from purgeplan.sandbox.options import FAULTS
from purgeplan.sandbox.replies import basic, html

UNANSWERED: Final = frozenset({"reset", "drop", "hang"})
MISSENT: Final = frozenset({"slow", "half"})
"""Carried out and answered, but the answer arrives late or in part."""

DOUBTFUL: Final = frozenset({"reset", "drop", "hang", "500"})
"""Carried out every other time: nobody can tell from outside."""

TRAP: Final = "/_sandbox/trap"
"""Where a redirect leads; whoever follows it is in the ledger with the resource ``trap``."""

_SIGN_IN: Final = "<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n"
_SLOW_S: Final = 2.0
_SLOW_PIECES: Final = 10


class Faults:
    """Draws at most one fault for each request; the rates may change while running."""

    def __init__(self, rates: Mapping[str, float], seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable is what it must be
        self._replies: dict[str, Callable[[], Response]] = {
            "429": self._throttled,
            "503": self._unavailable,
            "500": self._broken,
            "html404": partial(html, 404),
            "html200": partial(html, 200, _SIGN_IN),
        }
        self.set(rates)

    def set(self, rates: Mapping[str, float]) -> None:
        """Replace all rates; raise InvalidError for unknown kinds, or more than 1 in all."""
        unknown = sorted(set(rates) - set(FAULTS))
        if unknown or sum(rates.values()) > 1 or min(rates.values(), default=0) < 0:
            problem = f"expected faults whose probabilities sum up to 1 at most, got {dict(rates)}"
            raise InvalidError(Finding("PP094", problem, f"kinds are {', '.join(FAULTS)}"))
        self._rates = [(kind, rates[kind]) for kind in FAULTS if rates.get(kind)]

    def draw(self) -> str | None:
        """Give the fault of the next request, or None."""
        if not self._rates:
            return None
        luck = self._random.random()
        for kind, share in self._rates:
            luck -= share
            if luck < 0:
                return kind
        return None

    def _coin(self) -> bool:
        """Give heads or tails."""
        return self._random.random() < 0.5  # noqa: PLR2004 - that is what a coin does

    def carries_out(self, fault: str | None) -> bool:
        """Tell whether the request is carried out in spite of its fault."""
        return fault is None or fault in MISSENT or (fault in DOUBTFUL and self._coin())

    def reply(self, fault: str | None, target: str) -> Response | None:
        """Give the answer of a fault that has one of its own; ``target`` is what was asked for."""
        if fault == "redirect":
            return Response(status_code=307, headers={"Location": TRAP + target})
        reply = self._replies.get(fault or "")
        return None if reply is None else reply()

    def _throttled(self) -> Response:
        """Give a 429 in both spellings of its header, for one device or for all."""
        bucket = PER_DEVICE if self._coin() else PER_APP
        response = basic(429, "API rate limit exceeded", limit=bucket)
        response.headers["Retry-After" if self._coin() else "RetryAfter"] = "1"
        return response

    def _unavailable(self) -> Response:
        if self._coin():
            response: Response = basic(503, "Service temporarily unavailable")
            response.headers["Retry-After"] = "1"
            return response
        return html(503, "<html><body>upstream connect error</body></html>")

    def _broken(self) -> Response:
        if self._coin():
            return JSONResponse({"errors": ["Internal server error"]}, 500)
        return html(500, "<html><body>500: error</body></html>")


def message(response: Response) -> bytes:
    """Give a whole HTTP/1.1 answer as bytes, its connection closed after it."""
    status = response.status_code
    head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), b"connection: close"]
    head += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + bytes(response.body)


async def gone(receive: Receive) -> None:
    """Wait until the client has left, or the connection is cut from this side."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def cut(transport: asyncio.Transport, receive: Receive) -> None:
    """Close a connection without an answer, by a RST."""
    wire: socket.socket = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await gone(receive)


async def drop(transport: asyncio.Transport, receive: Receive) -> None:
    """Close a connection in good order and without an answer, as a proxy that restarts does."""
    transport.close()
    await gone(receive)


async def halve(transport: asyncio.Transport, receive: Receive, response: Response) -> None:
    """Send an answer up to the middle of its body, then close."""
    whole = message(response)
    transport.write(whole[: len(whole) - (len(response.body) + 1) // 2])
    transport.close()
    await gone(receive)


async def trickle(transport: asyncio.Transport, receive: Receive, response: Response) -> None:
    """Send an answer in pieces over two seconds, which no read timeout notices."""
    whole = message(response)
    step = -(-len(whole) // _SLOW_PIECES)
    for start in range(0, len(whole), step):
        if transport.is_closing():
            break
        transport.write(whole[start : start + step])
        await asyncio.sleep(_SLOW_S / _SLOW_PIECES)
    transport.close()
    await gone(receive)
