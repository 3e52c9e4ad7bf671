"""The JSON form of a plan under review: for machines, pull requests and the journal."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from purgeplan.errors import Finding, Place
from purgeplan.model.backup import Backup, folder_of
from purgeplan.model.facts import not_checked
from purgeplan.model.ids import masked
from purgeplan.model.measure import held
from purgeplan.model.review import Previous, Review
from purgeplan.model.spec import PlanSpec, Resource
from purgeplan.reports.limits import limit_rows
from purgeplan.reports.next_step import apply_command, script_command
from purgeplan.reports.words import window_words

FORMAT_VERSION = "1.0"
"""Fields may be added within 1.x; none is renamed, removed or given another meaning."""


def plan_document(review: Review) -> dict[str, Any]:
    """Give the plan as plain JSON values; ids in it are masked, so that it may be published.

    ``fingerprint`` (64 hex digits), ``refused`` and ``counts`` stand at the top: ``counts`` are
    those of ``model.facts.Counts`` with ``left`` and ``claimed_before``. ``limits`` are rows of
    text with the guards' verdict; ``population.at_least`` says that ``held`` is a lower bound.
    ``subscriptions`` go along with users, ``breakdown`` counts what goes by channel, country and
    half-year of the last session; both are empty where no export tells. Times are ISO 8601 in
    UTC, durations seconds, percentages text, unknown is null. ``violations`` and ``warnings`` are
    findings: code, level, problem, mend, place. ``next`` is null where there is nothing to apply.
    """
    facts = review.facts
    return {
        "format_version": FORMAT_VERSION,
        "type": "plan",
        "fingerprint": review.fingerprint,
        "refused": bool(review.violations),
        "counts": asdict(facts.counts)
        | {"left": facts.left, "claimed_before": facts.claimed_before},
        **_spec(review.spec),
        "live_name": facts.live_name,
        "population": _population(review),
        "limits": [asdict(row) | {"place": place(row.place)} for row in limit_rows(review)],
        "protects": [asdict(one) | {"place": place(one.place)} for one in facts.protects],
        "sources": [asdict(one) | {"as_of": one.as_of.isoformat()} for one in facts.sources],
        "subscriptions": facts.subscriptions,
        "breakdown": [list(one) for one in facts.breakdown],
        "sample": [masked(one) for one in facts.sample],
        "backup": _backup(review),
        "not_checked": list(not_checked(review.spec, facts)),
        **_times(review),
        "previous": previous_object(review.previous),
        "continues": review.continues,
        "journal": review.journal,
        "violations": [finding_object(one) for one in review.violations],
        "warnings": [finding_object(one) for one in review.warnings],
        "next": _next(review),
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """Give a finding as plain values."""
    return {
        "code": finding.code,
        "level": "warning" if finding.warning else "error",
        "problem": finding.problem,
        "mend": finding.mend,
        "place": place(finding.place),
    }


def place(at: Place | None) -> dict[str, Any] | None:
    """Give a place as plain values; 0 is unknown."""
    return None if at is None else asdict(at)


def iso(at: datetime | None) -> str | None:
    """Give an instant in ISO 8601."""
    return None if at is None else at.isoformat()


def _spec(spec: PlanSpec) -> dict[str, Any]:
    return {
        "plan": {
            "name": spec.name,
            "path": spec.path,
            "purpose": spec.purpose.value,
            "reason": spec.reason,
            "owner": spec.owner,
            "ticket": spec.ticket,
        },
        "app": {"id": spec.app.id, "name": spec.app.name, "base_url": spec.app.base_url},
        "target": {"resource": spec.target.resource.value, "by": spec.target.by},
        "keep": asdict(spec.keep),
        "canary": spec.canary,
        "drift": {"check": spec.drift.check.value, "every_s": spec.drift.every_s},
        "pace": {
            "delay_s": spec.pace.delay_s,
            "rate_per_s": spec.pace.rate_per_s,
            "window": None if spec.pace.window is None else window_words(spec.pace.window),
            "max_run_time_s": spec.pace.max_run_time_s,
        },
    }


def _population(review: Review) -> dict[str, Any]:
    known, resource = review.facts.population, review.spec.target.resource
    return asdict(known) | {
        "held": held(known, resource),
        "at_least": resource is Resource.USER and known.users is None,
    }


def _backup(review: Review) -> dict[str, Any] | None:
    if not review.spec.backup_export:
        return None
    return {
        "folder": folder_of(review.journal),
        "kept": [backup_object(one) for one in review.backups],
    }


def backup_object(backup: Backup) -> dict[str, Any]:
    """Give a backup as plain values."""
    return {**backup.data(), "forgotten": backup.forgotten}


def _times(review: Review) -> dict[str, Any]:
    return {
        "eta": asdict(review.eta) | {"ends_at": iso(review.eta.ends_at)},
        "planned_at": iso(review.planned_at),
        "not_before": iso(review.not_before),
        "expires_at": iso(review.expires_at),
    }


def previous_object(before: Previous | None) -> dict[str, Any] | None:
    """Give the plan before as plain values."""
    return None if before is None else before.told()


def _next(review: Review) -> dict[str, str] | None:
    if review.violations or review.facts.left == 0:
        return None
    return {"apply": apply_command(review), "script": script_command(review)}
