"""``purgeplan status``: plans, what is open of them, runs, and who holds the lock."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import journal_option, json_option
from purgeplan.cli.reading import find_plan, journals
from purgeplan.cli.state import state_folder
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow


@click.command("status", cls=Command)
@click.argument("what", required=False, metavar="[PLAN|NAME|RUN]")
@journal_option
@json_option
@click.pass_obj
def command(console: Console, /, what: str | None, journal: Path | None, as_json: bool) -> None:
    """List plans with what is left of them, their last run, and who is running now."""
    found: list[dict[str, Any]] = []
    if what is not None:
        with closing(find_plan(what, journal)) as one:
            found.append(_status(one.journal, one.row))
    else:
        for memory in journals(journal):
            with closing(memory):
                found += [_status(memory, row) for row in memory.plans()]
    if as_json:
        console.document({"format_version": "1.0", "plans": found})
    else:
        console.product("\n".join(_words(one) for one in found) or "No plan in any journal.")


def _status(journal: Journal, row: PlanRow) -> dict[str, Any]:
    from purgeplan.reports import run_counts  # noqa: PLC0415 - start-up stays fast

    tally = journal.tally(row.plan_id)
    last = next(iter(journal.runs(row.plan_id)), None)
    return {
        "name": row.draft.name,
        "app": row.draft.app_name,
        "app_id": row.draft.app_id,
        "path": row.draft.path,
        "state": str(row.state),
        "fingerprint": row.draft.fingerprint,
        "planned_at": row.planned_at.isoformat(),
        "expires_at": row.draft.expires_at.isoformat(),
        "expired": not tally.begun and SystemClock().now() > row.draft.expires_at,
        "counts": run_counts(tally),
        "left": tally.left,
        "last_run": last
        and {"run": last.run_id, "why": last.why, "exit": last.exit_code, "by": str(last.operator)},
        "running": _holder(journal, row.draft.app_id),
        "journal": journal.where,
    }


def _holder(journal: Journal, app_id: str) -> str | None:
    from purgeplan.journal import AppLock  # noqa: PLC0415

    return AppLock(state_folder() / "locks", Path(journal.where), SystemClock()).holder(app_id)


def _words(one: dict[str, Any]) -> str:
    state = "expired" if one["state"] == "open" and one["expired"] else one["state"]
    counts = one["counts"]
    left = f"{one['left']:,} of {counts['planned']:,} left"
    lines = [f'{one["name"]}  {state}  {left}  app "{one["app"]}"  {one["fingerprint"][:12]}']
    last = one["last_run"]
    if last and not (one["running"] and last["why"] is None):
        why = last["why"] or "no end was recorded: it was killed"
        code = "" if last["exit"] is None else f" [exit {last['exit']}]"
        lines.append(f"  last run {last['run']}: {why}{code} by {last['by']}")
    if one["running"]:
        lines.append(f"  running now: {one['running']}")
    lines.append(f"  journal {one['journal']}")
    return "\n".join(lines)
