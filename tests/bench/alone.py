"""What the databases need alone, in seconds on stdout as JSON; the yardstick of planning.

``python -m bench.alone duckdb FORM FILE FOLDER`` reads, selects, makes distinct and sorts, as a
plan of that file must; with ``PROTECT`` it takes a protect list out as well.
``python -m bench.alone sqlite COUNT FOLDER`` puts so many ids into a journal's own table, in one
transaction, as durably as a journal.
Memory, threads and column types are those that purgeplan gives; nothing is checked or hashed.
"""

import json
import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import UUID

import duckdb
from bench.made import COLUMNS

CHUNK = 100_000
SILENT = "CAST(last_active AS TIMESTAMP) <= now()::TIMESTAMP - INTERVAL 180 DAY"
CONDITION = f"{SILENT} AND CAST(session_count AS BIGINT) < 50"
_INSERT = "INSERT INTO items (plan_id, position, id, state) VALUES (1, ?, ?, 'pending')"


def in_duckdb(form, file, folder, protect=None):
    """Give the seconds from opening a database to having the sorted set in it."""
    began = monotonic()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        base = duckdb.connect(f"{place}/alone.duckdb")
        base.execute("SET memory_limit = '512MB'")
        base.execute(f"SET threads = {min(2, len(os.sched_getaffinity(0)))}")
        base.execute(f"SET temp_directory = '{place}'")
        base.execute(f"CREATE TABLE distinct_ids AS {_selection(form, file, protect)}")
        base.execute("CREATE TABLE sorted AS SELECT id FROM distinct_ids ORDER BY id")
        ((rows,),) = base.execute("SELECT count(*) FROM sorted").fetchall()
        took = monotonic() - began
    return {"seconds": took, "rows": rows}


def _selection(form, file, protect):
    if form == "parquet":
        return f"SELECT DISTINCT player_id AS id FROM read_parquet('{file}')"
    if form == "csv":
        return f"SELECT DISTINCT player_id AS id FROM {_csv(file, ['player_id'])}"
    found = f"SELECT DISTINCT id FROM {_csv(file, COLUMNS)} WHERE {SILENT}"
    if protect is None:
        return found
    listed = _csv(protect, ["external_id"])
    return (
        f"SELECT DISTINCT id FROM {_csv(file, COLUMNS)} AS rows"
        f" ANTI JOIN {listed} AS listed ON rows.external_user_id = listed.external_id"
        f" WHERE {CONDITION}"
    )


def _csv(file, columns):
    typed = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    return (
        f"read_csv('{file}', columns={{{typed}}}, delim=',', quote='\"', escape='\"',"
        " header=true, auto_detect=false)"
    )


def in_sqlite(count, folder):
    """Give the seconds that SQLite took, without those in which the rows were made."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        base, took = _journal(Path(place) / "alone.db"), 0.0
        base.execute("BEGIN IMMEDIATE")
        for start in range(0, count, CHUNK):
            rows = [(n, str(UUID(int=n))) for n in range(start, min(start + CHUNK, count))]
            began = monotonic()
            base.executemany(_INSERT, rows)
            took += monotonic() - began
        began = monotonic()
        base.execute("COMMIT")
        took += monotonic() - began
        base.close()
    return {"seconds": took, "rows": count}


def _journal(path):
    from purgeplan.journal import open_journal  # noqa: PLC0415 - DuckDB's turn goes without it

    open_journal(path, _Clock()).close()
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA synchronous = FULL")
    return base


class _Clock:
    def now(self):
        return datetime.fromtimestamp(0, UTC)


if __name__ == "__main__":
    _, which, *given = sys.argv
    figures = in_sqlite(int(given[0]), given[1]) if which == "sqlite" else in_duckdb(*given)
    sys.stdout.write(json.dumps(figures) + "\n")
