"""A whole audience: an export of 10 M rows, a protect list of 1 M, a plan for 4 M."""

import json

from bench.parts.plan import alone, compared
from bench.plans import cleared, made, plan, write

ROWS, PROTECTED = 10_000_000, 1_000_000
QUICK = 50
SOURCE = '{from: export, inactive_for: 180d, where: "session_count < 50"}'
PROTECT = "protect:\n  - {{from: csv, path: data/{file}, column: external_id, by: external_id}}"


def measure(desk):
    """Give one row."""
    rows, protected = ROWS, PROTECTED
    if desk.quick:
        rows, protected = rows // QUICK, protected // QUICK
    export, listed = made(desk, "export", rows), made(desk, "protect", protected)
    path = write(desk, "audience", rows, SOURCE, more=PROTECT.format(file=listed.name))

    def once():
        journal = cleared(desk, "audience")
        server.reset(players=2 * rows, export=export)
        with desk.every_core():
            spent = plan(desk, path, journal, "--json")
            planned = json.loads(spent.out)["counts"]["planned"]
            database = alone(desk, "duckdb", "export", export, desk.work, listed)
            insert = alone(desk, "sqlite", planned, desk.work)
        return spent.figures() | {"planned": planned} | compared(spent, database, insert)

    with desk.serving() as server:
        row = desk.repeat({"rows": rows, "protected": protected}, once)
    cleared(desk, "audience")
    return [row]
