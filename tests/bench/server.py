"""A OneSignal that does nothing but answer, as fast as Python can, and notes when it was asked.

Started as a process of its own, on a core of its own:
``python server.py --port N --cpu N --app ID --name NAME``. It takes no part in what it measures:
no routing, no checks, one canned answer. Instants are of CLOCK_MONOTONIC, which all processes of
a machine share.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
from array import array
from collections import deque
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
STEP = 1 << 18
DELETED = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class State:
    """What the server was told, and what it saw."""

    def __init__(self, given):
        self.given = given
        self.latency_s = 0.0
        self.players = 0
        self.export = None
        self.asked = 0
        self.seen = array("d")

    def answer(self, method, target, base):
        """Give status, type and body of anything but a DELETE; a Path is a body to be streamed."""
        url = urlsplit(target)
        if url.path == "/_bench/reset":
            return self._reset(dict(parse_qsl(url.query)))
        if url.path == "/_bench/seen":
            return 200, "application/octet-stream", self.seen.tobytes()
        if url.path.startswith("/csv_exports/") and self.export:
            return 200, "application/gzip", self.export
        if method == "POST":
            self.asked += 1  # another name each time: nobody may take the last one for it
            name = f"{self.given.app}/users-{self.asked}.csv.gz"
            return _json({"csv_file_url": f"{base}/csv_exports/{name}"})
        app = {"id": self.given.app, "name": self.given.name, "players": self.players}
        return _json(app)

    def _reset(self, asked):
        self.latency_s = float(asked["latency_s"])
        self.players = int(asked["players"])
        self.export = Path(asked["export"]) if "export" in asked else None
        self.seen = array("d")
        return _json({})


class Answering(asyncio.Protocol):
    """One connection; answers of a kept-alive one leave in the order of its requests."""

    def __init__(self, state, base):
        self.state = state
        self.base = base
        self.loop = asyncio.get_running_loop()
        self.rest = b""
        self.parts = deque()
        self.writable = True

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data):
        """Answer every request that is there whole."""
        data = self.rest + data
        while (end := data.find(HEAD_END)) >= 0:
            head, end = data[:end], end + len(HEAD_END)
            if not head.startswith(b"DELETE "):
                end += _body_length(head)
                if len(data) < end:
                    break
                self._other(head)
            else:
                self._delete()
            data = data[end:]
        self.rest = data

    def _delete(self):
        state = self.state
        state.seen.append(monotonic())
        if state.latency_s:
            self.loop.call_later(state.latency_s, self.transport.write, DELETED)
        else:
            self.transport.write(DELETED)

    def _other(self, head):
        method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        status, kind, body = self.state.answer(method, target, self.base)
        size = body.stat().st_size if isinstance(body, Path) else len(body)
        about = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
        self.transport.write(about.encode())
        if isinstance(body, bytes):
            self.transport.write(body)
        else:
            self.parts.append(body.open("rb"))
            self._stream()

    def pause_writing(self):
        """Stop streaming until the client has read."""
        self.writable = False

    def resume_writing(self):
        """Go on streaming."""
        self.writable = True
        self._stream()

    def _stream(self):
        while self.writable and self.parts:
            part = self.parts[0].read(STEP)
            if part:
                self.transport.write(part)
            else:
                self.parts.popleft().close()


def _body_length(head):
    """Give the bytes of a request's body; clients here send a length or no body."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0


def _json(document):
    return 200, "application/json", json.dumps(document).encode()


async def serve(given):
    """Serve until SIGTERM; a line on stdout says that requests are taken."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    state = State(given)
    base = f"http://{HOST}:{given.port}"
    server = await loop.create_server(
        lambda: Answering(state, base), HOST, given.port, backlog=1024, reuse_address=True
    )
    print(type(loop).__module__, flush=True)
    async with server:
        await over.wait()
        os._exit(0)  # whoever is still connected has had its answers


def main():
    """Run on uvloop where it is installed: it answers twice as many."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cpu", type=int)
    parser.add_argument("--app", required=True)
    parser.add_argument("--name", required=True)
    given = parser.parse_args()
    if given.cpu is not None:
        os.sched_setaffinity(0, {given.cpu})
    make = None
    with contextlib.suppress(ImportError):
        from uvloop import new_event_loop as make  # noqa: PLC0415 - may be absent
    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(serve(given))


if __name__ == "__main__":
    main()
