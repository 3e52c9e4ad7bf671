"""Deletes a second and CPU a delete: purgeplan beside whatever else one could take."""

import json
from dataclasses import dataclass

from bench.desk import APP
from bench.measure import FailedError, answered_rate, per_one_ms
from bench.plans import apply_args, copied, freeze

LATENCIES_S = (0.0, 0.05, 0.2)
WORKERS = {0.0: 64, 0.05: 256, 0.2: 512}
"""Requests under way at once in the async loops, by latency: enough to be held by CPU alone."""

HTTPX_WORKERS = 32
"""More make plain httpx slower: its pool is scanned for every request."""

CURLS = 16


@dataclass(frozen=True)
class Client:
    """One way to delete: how many per run at each latency, and what it waits between two."""

    name: str
    counts: tuple
    delay_s: float = 0.0

    def count(self, latency_s, *, quick):
        """Give how many are sent in one run: some seconds' worth."""
        count = self.counts[LATENCIES_S.index(latency_s)]
        return max(4, count // 4) if quick else count


CLIENTS = (
    Client("purgeplan", (5_000, 5_000, 5_000)),
    Client("purgeplan's transport, bare loop", (5_000, 5_000, 5_000)),
    Client("raw aiohttp, bare loop", (6_000, 6_000, 6_000)),
    Client("plain httpx, bare loop", (600, 600, 360)),
    Client("xargs -P16 curl", (400, 320, 200)),
    Client("Newman, no delay", (160, 40, 16)),
    Client("Newman, 500 ms", (5, 5, 5), 0.5),
)


def measure(desk):
    """Give a row for each client at each latency."""
    rows = []
    latencies = LATENCIES_S[:2] if desk.quick else LATENCIES_S
    with desk.serving() as server:
        base = f"{server.url}/apps/{APP}/subscriptions/"
        ways = [(client, _command(desk, server, client, base)) for client in CLIENTS]
        ready = [(client, command, _one_cpu_s(server, command)) for client, command in ways]
        for latency_s in latencies:
            rows += desk.in_turns(
                (
                    _about(client, latency_s, quick=desk.quick),
                    _Once(desk, server, client, command, latency_s, one_s),
                )
                for client, command, one_s in ready
            )
    return sorted(rows, key=lambda row: [one.name for one in CLIENTS].index(row["client"]))


def _about(client, latency_s, *, quick):
    return {
        "client": client.name,
        "latency_ms": latency_s * 1000,
        "count": client.count(latency_s, quick=quick),
    }


def _one_cpu_s(server, command):
    """Give the CPU of a run with one delete; None where it fails, which the rows will tell."""
    server.reset(players=1_000_000)
    try:
        return command(1, 0.0).cpu_s
    except (FailedError, OSError):
        return None


@dataclass(frozen=True)
class _Once:
    desk: object
    server: object
    client: Client
    command: object
    latency_s: float
    one_s: float | None

    def __call__(self):
        count = self.client.count(self.latency_s, quick=self.desk.quick)
        self.server.reset(self.latency_s, players=1_000_000)
        spent = self.command(count, self.latency_s)
        seen = self.server.seen(count)
        rate = answered_rate(seen, self.latency_s + self.client.delay_s)
        return spent.figures() | {
            "per_s": rate,
            "cpu_ms": per_one_ms(spent.cpu_s, count, self.one_s),
        }


def _command(desk, server, client, base):
    """Give a function of count and latency that sends so many DELETEs and gives what it cost."""
    if client.name == "purgeplan":
        return _purgeplan(desk, server)
    if client.name.startswith("xargs"):
        return _curl(desk, base)
    if client.name.startswith("Newman"):
        return _newman(desk, base, client.delay_s)
    loop = next(name for name in ("transport", "aiohttp", "httpx") if name in client.name)

    def send(count, latency_s):
        workers = HTTPX_WORKERS if loop == "httpx" else WORKERS[latency_s]
        return desk.script("clients", loop, base, count, min(workers, count))

    return send


def _purgeplan(desk, server):
    def send(count, latency_s):
        frozen = freeze(desk, server, f"deletes-{count}", count)
        journal = copied(desk, frozen)
        server.reset(latency_s, players=1_000_000)
        return desk.spend(desk.purgeplan, *apply_args(frozen, journal), terminal=True)

    return send


def _ids(desk, count, head=""):
    """Write a file with one id a line."""
    path = desk.work / f"ids-{bool(head)}.csv"
    made = "".join(f"00000000-0000-4000-8000-{n:012d}\n" for n in range(count))
    path.write_text(head + made)
    return path


def _curl(desk, base):
    def send(count, _latency_s):
        one = ("curl", "-s", "-o", "/dev/null", "-X", "DELETE", "-H", "Authorization: Key bench")
        ids = _ids(desk, count)
        return desk.spend("xargs", "-a", ids, f"-P{CURLS}", "-I{}", *one, base + "{}")

    return send


def _newman(desk, base, delay_s):
    """Give Newman as OneSignal's guide uses Postman: a CSV, one request after the other."""
    program = desk.tools / "newman" / "node_modules" / "newman" / "bin" / "newman.js"
    key = [{"key": "Authorization", "value": "Key bench"}]
    request = {"method": "DELETE", "url": base + "{{player_id}}", "header": key}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    info = {"name": "delete users", "schema": schema}
    collection = desk.work / "collection.json"
    collection.write_text(json.dumps({"info": info, "item": [{"name": "x", "request": request}]}))

    def send(count, _latency_s):
        if not program.exists():
            problem = "no Newman: npm could not install it"
            raise FailedError(problem)
        delay = ("--delay-request", int(delay_s * 1000)) if delay_s else ()
        ids = _ids(desk, count, "player_id\n")
        return desk.spend("node", program, "run", collection, "-d", ids, *delay, "--silent")

    return send
