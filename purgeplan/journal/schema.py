"""The journal's tables, and the triggers that let nothing go backward; made by migrations only."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database, Migrations

from purgeplan.journal.store import APPLICATION_ID
from purgeplan.model.outcome import MOVES, Code, Skip, State, Verdict
from purgeplan.model.records import PlanState

MIGRATIONS: Final = Migrations("purgeplan")

_SKIPS_1: Final = [one for one in Skip if one is not Skip.NO_BACKUP]
"""The reasons that the first version of the tables knows."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a journal to this version, each step in a transaction of its own."""
    MIGRATIONS.apply(Database(connection, execute_plugins=False))


def _one_of(column: str, values: Iterable[str]) -> str:
    """Give a condition; IN would build a table for every row (measured: half the speed)."""
    return "(" + " OR ".join(f"{column} = '{value}'" for value in values) + ")"


def _legal() -> str:
    """Give MOVES as a condition, and what they say in words: only still-there, only recreated."""
    moves = [
        f"(OLD.state = '{old}' AND {_one_of('NEW.state', sorted(news))})"
        for old, news in MOVES.items()
        if news
    ]
    return f"""({" OR ".join(moves)})
        AND (OLD.state <> 'accepted' OR OLD.verdict IS '{Verdict.STILL_THERE}')
        AND (OLD.state <> 'sent' OR NEW.state <> 'skipped' OR NEW.skip = '{Skip.RECREATED}')"""


def _never(table: str, event: str, when: str, why: str) -> str:
    name = f"{table}_{why.replace(' ', '_')}"
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: {why}'); END"
    )


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns) + ")"


def _items(name: str, skips: Iterable[Skip], more: str = "") -> str:
    return f"""CREATE TABLE {name} (
        plan_id INTEGER NOT NULL REFERENCES plans, position INTEGER NOT NULL, id TEXT NOT NULL,
        state TEXT NOT NULL CHECK {_one_of("state", State)},
        skip TEXT CHECK (skip IS NULL OR {_one_of("skip", skips)}),
        code TEXT CHECK (code IS NULL OR {_one_of("code", Code)}),
        status INTEGER, attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        claimed_at INTEGER, last_claim INTEGER, settled_at INTEGER, onesignal_id TEXT,
        verdict TEXT CHECK (verdict IS NULL OR {_one_of("verdict", Verdict)}),
        run_id INTEGER REFERENCES runs,{more}
        PRIMARY KEY (plan_id, position),
        CHECK ((state = 'skipped') = (skip IS NOT NULL)),
        CHECK (state = 'pending' OR state = 'skipped' OR claimed_at IS NOT NULL),
        CHECK ((state = 'pending' OR state = 'sent') = (settled_at IS NULL)),
        CHECK (verdict IS NULL OR state = 'accepted')
    ) STRICT, WITHOUT ROWID"""


TABLES: Final = (
    """CREATE TABLE journal (
        only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL
    ) STRICT""",
    f"""CREATE TABLE plans (
        plan_id INTEGER PRIMARY KEY, lineage INTEGER NOT NULL REFERENCES plans,
        state TEXT NOT NULL CHECK {_one_of("state", PlanState)},
        planned_at INTEGER NOT NULL, closed_at INTEGER, sealed_at INTEGER,
        total INTEGER NOT NULL CHECK (total >= 0),
        name TEXT NOT NULL, app_id TEXT NOT NULL, app_name TEXT NOT NULL,
        fingerprint TEXT NOT NULL, resource TEXT NOT NULL, by_kind TEXT NOT NULL,
        path TEXT NOT NULL, text TEXT NOT NULL,
        expires_at INTEGER NOT NULL, not_before INTEGER NOT NULL,
        summary TEXT NOT NULL, evidence TEXT NOT NULL, files TEXT NOT NULL, protects TEXT NOT NULL,
        CHECK ((state = 'open') = (closed_at IS NULL)),
        CHECK (sealed_at IS NULL OR state <> 'open')
    ) STRICT""",
    "CREATE UNIQUE INDEX one_open_plan ON plans (app_id, name) WHERE state = 'open'",
    """CREATE TABLE runs (
        run_id INTEGER PRIMARY KEY, plan_id INTEGER NOT NULL REFERENCES plans,
        command TEXT NOT NULL, operator TEXT NOT NULL,
        started_at INTEGER NOT NULL, ended_at INTEGER, why TEXT, exit_code INTEGER,
        CHECK ((ended_at IS NULL) = (why IS NULL))
    ) STRICT""",
    "CREATE UNIQUE INDEX one_live_run ON runs (ended_at IS NULL) WHERE ended_at IS NULL",
    _items("items", _SKIPS_1),
    """CREATE TABLE evidence (
        app_id TEXT NOT NULL, ids_digest TEXT NOT NULL, as_of INTEGER NOT NULL,
        PRIMARY KEY (app_id, ids_digest)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
        plan_id INTEGER, run_id INTEGER, data TEXT NOT NULL, link TEXT NOT NULL
    ) STRICT""",
)

_PLAN_MOVES: Final = (
    "(OLD.state = 'open' AND NEW.state <> 'open') OR (OLD.state = 'done' AND NEW.state = 'open')"
)
_SEALED: Final = "(SELECT sealed_at FROM plans WHERE plan_id = OLD.plan_id) IS NOT NULL"

TRIGGERS: Final = (
    _never(
        "items", "UPDATE OF state", f"NEW.state <> OLD.state AND NOT ({_legal()})", "illegal move"
    ),
    _never(
        "items",
        "UPDATE OF plan_id, position, id, attempts, claimed_at",
        f"""{_changed("plan_id", "position")} OR NEW.attempts < OLD.attempts
        OR (OLD.claimed_at IS NOT NULL AND {_changed("claimed_at")})
        OR ({_changed("id")} AND NOT {_SEALED})""",
        "frozen",
    ),
    _never("items", "DELETE", "1", "kept"),
    _never(
        "plans",
        "UPDATE OF state",
        f"NEW.state <> OLD.state AND NOT ({_PLAN_MOVES})",
        "illegal move",
    ),
    _never(
        "plans",
        "UPDATE",
        f"""{_changed("plan_id", "lineage", "planned_at", "name", "app_id", "app_name")}
        OR {_changed("fingerprint", "resource", "by_kind")}
        OR (OLD.total <> 0 AND {_changed("total")})
        OR (OLD.sealed_at IS NOT NULL AND {_changed("sealed_at", "state")})""",
        "frozen",
    ),
    _never("plans", "DELETE", "1", "kept"),
    _never(
        "runs",
        "UPDATE",
        f"""OLD.ended_at IS NOT NULL
        OR {_changed("run_id", "plan_id", "command", "operator", "started_at")}""",
        "frozen",
    ),
    _never("runs", "DELETE", "1", "kept"),
    _never("evidence", "UPDATE", "NEW.as_of > OLD.as_of", "only older"),
    _never("evidence", "DELETE", "1", "kept"),
    _never("events", "UPDATE", "1", "frozen"),
    _never("events", "DELETE", "1", "kept"),
    _never(
        "events",
        "INSERT",
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)",
        "in order",
    ),
    _never("journal", "UPDATE", "1", "frozen"),
    _never("journal", "DELETE", "1", "kept"),
)


VIEWS: Final = (
    """CREATE VIEW readable_items AS SELECT plans.name AS plan, items.plan_id, position, id,
        items.state, skip, code, status, attempts,
        datetime(claimed_at / 1000, 'unixepoch') AS claimed_at,
        datetime(settled_at / 1000, 'unixepoch') AS settled_at, onesignal_id, verdict, run_id
        FROM items JOIN plans USING (plan_id)""",
    """CREATE VIEW readable_plans AS SELECT plan_id, name, app_name, state, total,
        datetime(planned_at / 1000, 'unixepoch') AS planned_at,
        datetime(closed_at / 1000, 'unixepoch') AS closed_at,
        datetime(sealed_at / 1000, 'unixepoch') AS sealed_at, fingerprint FROM plans""",
    """CREATE VIEW readable_runs AS SELECT run_id, plans.name AS plan, command, operator,
        datetime(started_at / 1000, 'unixepoch') AS started_at,
        datetime(ended_at / 1000, 'unixepoch') AS ended_at, why, exit_code
        FROM runs JOIN plans USING (plan_id)""",
    """CREATE VIEW readable_events AS SELECT seq, datetime(at / 1000, 'unixepoch') AS at,
        kind, plan_id, run_id, data, link FROM events""",
)
"""For people with Datasette or the sqlite3 shell: times in UTC, names beside numbers."""


@MIGRATIONS(name="0001_journal")
def _journal(db: Database) -> None:
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in (*TABLES, *TRIGGERS, *VIEWS):
        db.execute(statement)
    db.execute("INSERT INTO journal (only, identity) VALUES (1, lower(hex(randomblob(16))))")
    db.execute("PRAGMA user_version = 1")


EVIDENCE: Final = (
    "ALTER TABLE items ADD COLUMN evidence_at INTEGER",
    "DROP TRIGGER items_frozen",
    _never(
        "items",
        "UPDATE OF plan_id, position, id, attempts, claimed_at, evidence_at",
        f"""{_changed("plan_id", "position")} OR NEW.attempts < OLD.attempts
        OR (OLD.claimed_at IS NOT NULL AND {_changed("claimed_at")})
        OR ({_changed("id", "evidence_at")} AND NOT {_SEALED})""",
        "frozen",
    ),
    "DROP VIEW readable_items",
    """CREATE VIEW readable_items AS SELECT plans.name AS plan, items.plan_id, position, id,
        items.state, skip, code, status, attempts,
        datetime(evidence_at / 1000, 'unixepoch') AS evidence_at,
        datetime(claimed_at / 1000, 'unixepoch') AS claimed_at,
        datetime(settled_at / 1000, 'unixepoch') AS settled_at, onesignal_id, verdict, run_id
        FROM items JOIN plans USING (plan_id)""",
)
"""Until when each item was known to be silent; NULL in plans of version 1, which asked nobody."""


@MIGRATIONS(name="0002_evidence")
def _evidence(db: Database) -> None:
    for statement in EVIDENCE:
        db.execute(statement)
    db.execute("PRAGMA user_version = 2")


REASONS: Final = (
    EVIDENCE[3],
    _items("items_3", Skip, " evidence_at INTEGER,"),
    "INSERT INTO items_3 SELECT * FROM items ORDER BY plan_id, position",
    "DROP TABLE items",
    "ALTER TABLE items_3 RENAME TO items",
    TRIGGERS[0],
    EVIDENCE[2],
    TRIGGERS[2],
    EVIDENCE[4],
)
"""One more reason to skip: a CHECK can't be changed, so the items move, in the same order."""


@MIGRATIONS(name="0003_reasons")
def _reasons(db: Database) -> None:
    for statement in REASONS:
        db.execute(statement)
    db.execute("PRAGMA user_version = 3")
