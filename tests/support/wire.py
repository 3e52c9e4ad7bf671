"""A raw server on loopback: keeps every byte of the requests it gets and plays scripted answers."""

import asyncio
import json
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from purgeplan.model.secret import Secret
from purgeplan.model.spec import App

APP_ID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
SUBSCRIPTION = "e4e87830-b954-4363-b7bc-1f01dbaee5c8"
USER = "567491ee-2b0d-4a4e-9a34-1f2d7b3de2a9"
KEY = "os_v2_app_testonly"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Play:
    """What to do once a request was read: write ``reply``, then keep, close, reset or hang."""

    reply: bytes = b""
    then: str = "keep"


def http(status, body=b"{}", kind="application/json", **headers):
    """Give the bytes of an answer; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def play(status, body=b"{}", kind="application/json", then="keep", **headers):
    """Give a Play of one answer."""
    return Play(http(status, body, kind, **headers), then)


GONE_SOON = play(202, {})


class RawServer:
    """Plays its script, one step a request; the last step goes on for ever."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []
        self.connections = []
        self.port = 0

    @property
    def url(self):
        """Give the base_url."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self):
        """Give the request lines received."""
        return [request.split(b"\r\n", 1)[0].decode("latin-1") for request in self.requests]

    def headers(self, number=-1):
        """Give the headers of a request, names in lower case."""
        fields = self.requests[number].split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, value in (one.split(": ", 1) for one in fields)}

    def drop_all(self):
        """Reset every connection at once, before its other side has a turn to notice."""
        for writer in self.connections:
            _reset(writer)

    async def serve(self, reader, writer):
        """Read requests of one connection and play."""
        self.connections.append(writer)
        try:
            while head := await _read(reader):
                self.requests.append(head)
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if not await _perform(step, writer):
                    return
        finally:
            writer.close()


async def _read(reader):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = head.lower().split(b"content-length:")
        size = int(fields[1].split(b"\r\n")[0]) if len(fields) > 1 else 0
        return head + await reader.readexactly(size)
    except (asyncio.IncompleteReadError, OSError):
        return b""


async def _perform(step, writer):
    writer.write(step.reply)
    await writer.drain()
    if step.then == "hang":
        await asyncio.Event().wait()
    if step.then == "reset":
        _reset(writer)
    return step.then == "keep"


def _reset(writer):
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@asynccontextmanager
async def raw_server(*script):
    """Serve a script on a free port of loopback; connections still open are cut at the end."""
    raw = RawServer(*(script or (GONE_SOON,)))
    tasks = set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        with suppress(asyncio.CancelledError):  # cut at the end of the test
            await raw.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


def free_port():
    """Give a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class QuickClock:
    """A Clock on which every wait is over at once; ``slept`` keeps the seconds waited for."""

    def __init__(self):
        self.slept = []

    def now(self):
        """Give START plus what was slept."""
        return START + timedelta(seconds=sum(self.slept))

    def monotonic(self):
        """Give what was slept."""
        return sum(self.slept)

    async def sleep(self, seconds):
        """Move on without waiting."""
        self.slept.append(seconds)
        await asyncio.sleep(0)


def app_at(base_url, app_id=APP_ID):
    """Give an app whose API is there."""
    return App(app_id, "Acme Prod", base_url=base_url)


def key():
    """Give the key of the tests."""
    return Secret(KEY)
