"""Planning from a CSV, Parquet and an export, beside what the databases need alone."""

import json

from bench.made import SILENT
from bench.plans import cleared, keep, made, plan, write

SIZES = (10_000, 1_000_000, 10_000_000)
QUICK = (1_000, 100_000)
FORMS = ("csv", "parquet", "export")
ANOTHER_PART = {("export", 10_000_000)}
"""So many rows of an export are what the part ``audience`` plans."""

SOURCES = {
    "csv": "{{from: csv, path: data/{file}}}",
    "parquet": "{{from: parquet, path: data/{file}}}",
    "export": "{{from: export, inactive_for: 180d}}",
}


def measure(desk):
    """Give a row for each form and size."""
    with desk.serving() as server:
        return [
            _row(desk, server, form, size)
            for size in (QUICK if desk.quick else SIZES)
            for form in FORMS
            if (form, size) not in ANOTHER_PART
        ]


def _row(desk, server, form, size):
    name = f"{form}-{size}"
    planned = size * SILENT // 100 if form == "export" else size
    journal = desk.work / f"{name}.db"

    def once():
        file = made(desk, form, size)
        path = write(desk, name, planned, SOURCES[form].format(file=file.name))
        cleared(desk, name)
        server.reset(players=10 * size, export=file if form == "export" else None)
        with desk.every_core():
            spent = plan(desk, path, journal, "--json")
            database = alone(desk, "duckdb", form, file, desk.work)
            insert = alone(desk, "sqlite", planned, desk.work)
        keep(desk, name, path, journal, spent, planned)
        return spent.figures() | compared(spent, database, insert)

    row = desk.repeat({"form": form, "rows": size, "planned": planned}, once)
    if form != "csv":  # those from a CSV are taken up by other parts
        desk.frozen.pop(name, None)
        cleared(desk, name)
    return row


def alone(desk, *args):
    """Measure what a database needs alone: its own seconds, and the peak of its process."""
    spent = desk.script("alone", *args)
    return json.loads(spent.out) | {"peak_mb": spent.peak_mb}


def compared(spent, database, insert):
    """Give the figures of a comparison."""
    yardstick = database["seconds"] + insert["seconds"]
    return {
        "duckdb_s": database["seconds"],
        "duckdb_mb": database["peak_mb"],
        "sqlite_s": insert["seconds"],
        "ratio": spent.wall_s / yardstick,
    }
