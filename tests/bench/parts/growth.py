"""How the cost of a delete and the memory of a run grow with the plan."""

from bench.measure import answered_rate, per_one_ms
from bench.plans import apply_args, copied, freeze

SIZES = (10_000, 100_000, 1_000_000)
QUICK = (1_000, 10_000)


def measure(desk):
    """Give a row for each size: everything in it is deleted, unpaced, without latency."""
    with desk.serving() as server:
        one_s = _run(desk, server, 1).cpu_s
        return [
            desk.repeat({"items": size}, lambda size=size: _once(desk, server, size, one_s))
            for size in (QUICK if desk.quick else SIZES)
        ]


def _once(desk, server, size, one_s):
    spent = _run(desk, server, size)
    seen = server.seen(size)
    per_s = answered_rate(seen, 0.0)
    return spent.figures() | {"per_s": per_s, "cpu_ms": per_one_ms(spent.cpu_s, size, one_s)}


def _run(desk, server, size):
    frozen = freeze(desk, server, f"csv-{size}", size)
    journal = copied(desk, frozen)
    server.reset(players=10 * size + 1_000)
    return desk.spend(desk.purgeplan, *apply_args(frozen, journal), terminal=True)
