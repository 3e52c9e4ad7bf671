"""Plans, files and plain-Python answers for tests of sources and resolve."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from support import xlsx

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.resolve import Evidence, resolve
from purgeplan.engine.resolved import Resolved
from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import (
    App,
    Keep,
    Limits,
    PlanSpec,
    Policy,
    Purpose,
    Resource,
    Rules,
    SourceSpec,
    Target,
)
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.workspace import Workspace

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
APP_ID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"


def uuid(number: int) -> str:
    """Give the canonical id of a subscription, one for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


def source(kind="csv", by=SUBSCRIPTION_ID, *, line=3, as_of=None, sha256=None, **options):
    """Give a source as written on a line of plan.yaml."""
    return SourceSpec(kind, options, by, Place("plan.yaml", line), as_of, sha256)


def excel(by=EXTERNAL_ID, **options):
    """Give a source of the kind excel, of ids.xlsx."""
    return source("excel", by, **{"path": "ids.xlsx", **options})


def inline(*ids, by=EXTERNAL_ID, as_of=None):
    """Give a source of ids written in the plan."""
    return source("inline", by, as_of=as_of, ids=list(ids))


def plan(root, *sources, by=EXTERNAL_ID, protect=(), purpose=Purpose.CLEANUP, keep=None):
    """Give a plan for users, or for subscriptions where the ids are theirs."""
    resource = Resource.SUBSCRIPTION if by == SUBSCRIPTION_ID else Resource.USER
    return PlanSpec(
        name="inactive",
        reason="180 days silent",
        app=App(APP_ID, "Acme Prod"),
        target=Target(resource, by),
        sources=tuple(sources),
        limits=Limits(1_000),
        path="plan.yaml",
        root=str(root),
        text="",
        purpose=purpose,
        protect=tuple(protect),
        keep=keep or Keep(),
    )


def resolved(spec: PlanSpec, policy: Policy | None = None, **known) -> Resolved:
    """Resolve a plan at NOW; ``known`` is the journal's evidence, ``stdin`` what is piped in."""
    inputs = Inputs(stdin=known.pop("stdin", None), threads=1)
    return resolve(Rules(spec, policy), inputs, Evidence(NOW, **known))


def codes(spec, policy=None, **known):
    """Give code and place of each finding with which a plan is refused."""
    with pytest.raises(InvalidError) as error, resolved(spec, policy, **known):
        pass
    return [(one.code, str(one.place)) for one in error.value.findings]


def staged_ids(root: Path, spec: SourceSpec, **context) -> list[str]:
    """Give the ids that a source stages, sorted."""
    with Workspace(threads=1) as work:
        staged = KINDS[spec.kind](spec).stage(Context(str(root), **context), work)
        return list(work.column("SELECT id FROM $table ORDER BY id", table=staged.table))


def refused(root: Path, spec: SourceSpec, **context) -> tuple[Finding, ...]:
    """Give the findings with which a source is refused; it must be."""
    try:
        staged_ids(root, spec, **context)
    except InvalidError as error:
        return error.findings
    raise AssertionError(spec)


def staged(root, spec, **context):
    """Give what a source stages, with its rows."""
    with Workspace(threads=1) as work:
        found = KINDS[spec.kind](spec).stage(Context(str(root), **context), work)
        rows = work.rows("SELECT * EXCLUDE (doubt) FROM $table ORDER BY id", table=found.table)
        return found, list(rows)


def the_only(findings):
    """Give the one finding."""
    (finding,) = findings
    return finding


def _csv(path, by, ids):
    path.write_text("\n".join([by, *ids]))


def _jsonl(path, by, ids):
    path.write_text("\n".join(json.dumps({by: one}) for one in ids))


def _parquet(path, by, ids):
    with duckdb.connect() as base:
        base.execute("CREATE TABLE ids (id VARCHAR)")
        base.executemany("INSERT INTO ids VALUES (?)", [(one,) for one in ids])
        base.execute(f"COPY (SELECT id AS {by} FROM ids) TO '{path}' (FORMAT parquet)")


def _excel(path, by, ids):
    xlsx.write(path, (by,), *((one,) for one in ids))


WRITERS = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "excel": _excel}
"""How a file of each kind is written, for the suite that every kind must pass."""


def _sql(root: Path, by, ids):
    with closing(sqlite3.connect(root / "ids.db")) as base, base:
        base.execute("DROP TABLE IF EXISTS people")
        base.execute(f"CREATE TABLE people ({by} TEXT)")
        base.executemany("INSERT INTO people VALUES (?)", [(one,) for one in ids])
    secret = root / "url"
    secret.touch(mode=0o600)
    secret.write_text(f"sqlite:///{root / 'ids.db'}")
    return source("sql", by, url={"file": "url"}, query="SELECT * FROM people")


def written(kind, root: Path, ids, by):
    """Give a source of a kind that holds these ids, in a file ``ids`` if it reads files."""
    if kind == "inline":
        return source(kind, by, ids=ids)
    if kind == "sql":
        return _sql(root, by, ids)
    WRITERS[kind](root / "ids", by, ids)
    return source(kind, by, path="ids")
