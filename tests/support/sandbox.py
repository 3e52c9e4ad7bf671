"""A sandbox as a process of its own: ``with sandbox("--subscriptions", "200") as box: ...``.

Run as a program this file is that process; its options are those of ``purgeplan sandbox``.
"""

import argparse
import asyncio
import contextlib
import csv
import io
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from purgeplan.sandbox import SandboxOptions, build_app, parse_fault, parse_latency, serve

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Box:
    """A running sandbox; ``app_id``, ``api_key`` and ``name`` are those of its first app.

    ``since`` is where its ledger begins, ``strangers`` are apps whose requests are not ours.
    """

    url: str
    apps: list[dict[str, str]]
    ledger_path: Path
    process: subprocess.Popen[str]
    organization_key: str | None = None
    since: int = 0
    strangers: frozenset[str] = frozenset()

    @property
    def app_id(self) -> str:
        """Give the first app's id."""
        return self.apps[0]["app_id"]

    @property
    def api_key(self) -> str:
        """Give the first app's key."""
        return self.apps[0]["api_key"]

    @property
    def name(self) -> str:
        """Give the first app's name."""
        return self.apps[0]["name"]

    @property
    def pid(self) -> int:
        """Give the process id."""
        return self.process.pid

    def ledger(self) -> list[dict[str, Any]]:
        """Give every request received so far, in order."""
        with self.ledger_path.open("rb") as file:
            file.seek(self.since)
            entries = [json.loads(line) for line in file]
        return [entry for entry in entries if entry["app_id"] not in self.strangers]

    def deletes(self) -> list[dict[str, Any]]:
        """Give every DELETE received so far, in order."""
        return [entry for entry in self.ledger() if entry["method"] == "DELETE"]

    def state(self, app_id: str | None = None) -> dict[str, Any]:
        """Give the sandbox's own counts."""
        return json.loads(self.control("GET", "state", app_id=app_id))

    def audience(self, app_id: str | None = None) -> list[dict[str, str]]:
        """Give the audience as it is now, a row a subscription, all extra fields."""
        return list(csv.DictReader(io.StringIO(self.audience_csv(app_id))))

    def audience_csv(self, app_id: str | None = None) -> str:
        """Give the same as the text of a CSV file."""
        return self.control("GET", "audience.csv", app_id=app_id).decode()

    def control(self, method: str, name: str, body: Any = None, app_id: str | None = None) -> bytes:
        """Call ``/_sandbox/NAME``: see purgeplan/sandbox/endpoints/control.py for the names."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_sandbox/{name}?app_id={app_id or self.app_id}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            return response.read()


@contextlib.contextmanager
def sandbox(*options: str) -> Iterator[Box]:
    """Start a sandbox on a free port, its ledger in a temporary file; end it by its pid."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder, "ledger.ndjson")
        command = [sys.executable, "-P", __file__, "--ledger", str(ledger), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
        try:
            ready = json.loads(process.stdout.readline())
            yield Box(ready["url"], ready["apps"], ledger, process, ready.get("organization_key"))
        finally:
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()


class Shared:
    """A sandbox for many tests of one worker: each gets an app that nobody has touched.

    Started at the first ask, and again when its apps are used up. What concerns the sandbox as a
    whole, its faults, is for tests with one of their own.
    """

    APPS = 40

    def __init__(self, *options: str) -> None:
        self._options = options
        self._around = contextlib.ExitStack()
        self._box: Box | None = None
        self._next = 0

    def app(self) -> Box:
        """Give the next app as if it were alone in its sandbox."""
        if self._box is None or self._next == self.APPS:
            self.close()
            names = (word for _ in range(self.APPS) for word in ("--name", "Acme Prod"))
            self._box = self._around.enter_context(sandbox(*names, *self._options))
            self._next = 0
        app = self._box.apps[self._next]
        self._next += 1
        others = frozenset(one["app_id"] for one in self._box.apps) - {app["app_id"]}
        since = self._box.ledger_path.stat().st_size
        return replace(self._box, apps=[app], since=since, strangers=others)

    def close(self) -> None:
        """End the process."""
        self._around.close()


class StillClock:
    """A clock that stands where a test puts it; sleeping moves it on."""

    def __init__(self, at: datetime = datetime(2026, 6, 1, tzinfo=UTC)) -> None:
        self.at = at
        self.seconds = 1_000.0

    def now(self) -> datetime:
        """Give the wall clock's time."""
        return self.at

    def monotonic(self) -> float:
        """Give the seconds."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class Inside:
    """A sandbox in this process, without a wire: its time passes only when a test says so."""

    def __init__(self, **options: Any) -> None:
        self.clock = StillClock()
        self.options = SandboxOptions(**{"subscriptions": 60, "now": self.clock.at} | options)
        self.app = build_app(self.options, self.clock)
        self.app_id = self.options.apps[0].app_id
        self.key: str | None = f"Key {self.options.apps[0].api_key}"

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send one request; ``APP`` in the path is the app's id, what is not bytes goes as JSON."""
        return asyncio.run(self._call(method, path.replace("APP", self.app_id), body))

    async def _call(self, method: str, path: str, body: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        headers = {"Authorization": self.key} if self.key else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            return await client.request(method, path, content=content, headers=headers)

    def rows(self) -> list[dict[str, str]]:
        """Give the audience as it is now."""
        shown = self("GET", "/_sandbox/audience.csv?app_id=APP").text
        return list(csv.DictReader(io.StringIO(shown)))

    def ledger(self) -> list[dict[str, Any]]:
        """Give every request received so far, where there is a ledger."""
        return [json.loads(line) for line in self.options.ledger.read_text().splitlines()]

    def close(self) -> None:
        """Close the ledger."""
        self.app.state.world.ledger.close()

    def state(self) -> dict[str, Any]:
        """Give the counts."""
        return self("GET", "/_sandbox/state?app_id=APP").json()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--app-id", action="append", default=[])
    parser.add_argument("--api-key", action="append", default=[])
    parser.add_argument("--name", action="append", default=[])
    parser.add_argument("--subscriptions", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", type=datetime.fromisoformat)
    parser.add_argument("--latency", default="0ms")
    parser.add_argument("--delete-lag", default="200ms")
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--no-limits", action="store_true")
    parser.add_argument("--app-view", choices=("app", "org"), default="app")
    parser.add_argument("--export-speed", type=float, default=2_000.0)
    parser.add_argument("--ledger", type=Path)
    return parser


def _announce(ready: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _main() -> None:
    given = _parser().parse_args()
    options = SandboxOptions(
        port=given.port,
        app_ids=tuple(given.app_id),
        api_keys=tuple(given.api_key),
        names=tuple(given.name),
        subscriptions=given.subscriptions,
        seed=given.seed,
        now=given.now,
        latency_s=parse_latency(given.latency),
        delete_lag_s=parse_latency(given.delete_lag),
        faults=dict(parse_fault(fault) for fault in given.fault),
        limits=not given.no_limits,
        ledger=given.ledger,
        app_view=given.app_view,
        export_speed=given.export_speed,
    )
    serve(options, _announce)


if __name__ == "__main__":
    _main()
