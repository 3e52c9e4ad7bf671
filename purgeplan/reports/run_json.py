"""The JSON form of a plan's report over all its runs."""

from dataclasses import asdict
from typing import Any

from purgeplan.model.backup import folder_of
from purgeplan.model.records import PlanRow, RunRow
from purgeplan.reports.next_step import next_commands
from purgeplan.reports.plan_json import FORMAT_VERSION, backup_object, iso, previous_object
from purgeplan.reports.record import Record, counts
from purgeplan.reports.sums import tally_sum


def run_document(record: Record) -> dict[str, Any]:
    """Give the report as plain JSON values, without ids.

    ``fingerprint`` and ``counts`` stand at the top; ``counts.planned`` is the sum of accepted,
    already_gone, skipped, failed, unknown and pending, and ``sum`` says so in words.
    ``facts`` are the plan's own: where every row went, what went along with users, the population.
    ``run_before`` is the last run of the plan of that name before one that has none, else null.
    ``chain_head`` is the journal's, at the time of the report; ``next`` lists commands.
    """
    plan, draft = record.plan, record.plan.draft
    return {
        "format_version": FORMAT_VERSION,
        "type": "report",
        "fingerprint": draft.fingerprint,
        "counts": counts(record.tally),
        "sum": tally_sum(record.tally),
        "plan": _plan(plan),
        "app": {"id": draft.app_id, "name": draft.app_name},
        "target": {"resource": draft.resource, "by": draft.by},
        "evidence": {digest: iso(at) for digest, at in draft.evidence.items()},
        "facts": record.facts,
        "previous": previous_object(record.previous),
        "backup": {
            "folder": folder_of(record.journal),
            "kept": [backup_object(one) for one in record.backups],
        },
        "files": dict(draft.files),
        "protects": dict(draft.protects),
        "runs": [_run(run) for run in record.runs],
        "run_before": record.run_before,
        "run_seconds": record.run_seconds,
        "troubles": [asdict(one) for one in record.troubles],
        "chain_head": record.head,
        "events": record.events,
        "journal": {"where": record.journal, "identity": record.identity},
        "next": next_commands(plan, record.tally, record.named),
    }


def _plan(plan: PlanRow) -> dict[str, Any]:
    return {
        "name": plan.draft.name,
        "path": plan.draft.path,
        "state": plan.state.value,
        "planned_at": iso(plan.planned_at),
        "expires_at": iso(plan.draft.expires_at),
        "closed_at": iso(plan.closed_at),
        "sealed_at": iso(plan.sealed_at),
    }


def _run(run: RunRow) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "command": run.command,
        "operator": asdict(run.operator),
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "why": run.why,
        "exit_code": run.exit_code,
    }
