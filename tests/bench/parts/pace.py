"""Keeping a pace: what was reached, and the most that any sliding second held."""

from array import array

from bench.measure import by_second, most_within, paced_rate, per_one_ms
from bench.plans import apply_args, copied, freeze

LATENCY_S = 0.1
PACES = {2: 16, 100: 800, 900: 9_000, 1_000: 100_000}
"""How many ids are deleted at each pace (a second)."""

QUICK = {2: 8, 100: 400, 1_000: 5_000}


def measure(desk):
    """Give a row for each pace."""
    with desk.serving() as server:
        return [
            desk.repeat(
                {"per_s": pace, "count": count}, lambda p=pace, n=count: _once(desk, server, p, n)
            )
            for pace, count in (QUICK if desk.quick else PACES).items()
        ]


def _once(desk, server, pace, count):
    frozen = freeze(desk, server, f"pace-{pace}", count, pace=f"{{rate: {pace}/s}}")
    journal, begun = copied(desk, frozen), desk.work / "begun"
    server.reset(LATENCY_S, players=10 * count + 1_000)
    args = apply_args(frozen, journal)
    spent = desk.script("witness", begun, *args, terminal=True)
    seen, client = server.seen(count), array("d", begun.read_bytes())
    return spent.figures() | {
        "reached": paced_rate(seen),
        "most_server": most_within(seen),
        "most_client": most_within(client),
        "cpu_ms": per_one_ms(spent.cpu_s, count),
        "seconds_server": by_second(seen),
        "seconds_client": by_second(client),
    }
