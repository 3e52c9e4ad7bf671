"""Plans, files and plain-Python answers for tests of sources and resolve."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.resolve import Evidence, Resolved, resolve
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


def with_options(spec: SourceSpec, **options) -> SourceSpec:
    """Give a source with other options."""
    return replace(spec, options={**spec.options, **options})
