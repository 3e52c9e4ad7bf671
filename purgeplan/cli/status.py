"""``purgeplan status``: plans, what is open of them, runs, and who holds the lock."""

from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
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
        console.product("\n".join(_listed(found)) or "No plan in any journal.")


def _status(journal: Journal, row: PlanRow) -> dict[str, Any]:
    from purgeplan.reports import run_counts  # noqa: PLC0415 - start-up stays fast
    from purgeplan.reports.sums import tally_sum  # noqa: PLC0415

    tally, holder = journal.tally(row.plan_id), _holder(journal, row.draft.app_id)
    last = next(iter(journal.runs(row.plan_id)), None)
    runs = last and holder and last.why is None and holder.startswith(f"{last.operator} ")
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
        "sum": tally_sum(tally),
        "left": tally.left,
        "last_run": last
        and {"run": last.run_id, "why": last.why, "exit": last.exit_code, "by": str(last.operator)},
        "running": holder if runs else None,
        "journal": journal.where,
        "held_by": holder,
    }


def _holder(journal: Journal, app_id: str) -> str | None:
    from purgeplan.journal import AppLock  # noqa: PLC0415

    return AppLock(state_folder() / "locks", Path(journal.where), SystemClock()).holder(app_id)


def _listed(found: list[dict[str, Any]]) -> Iterator[str]:
    """Give the plans journal by journal: where it is, and who holds the locks of its apps."""
    for where, group in groupby(found, itemgetter("journal")):
        plans = list(group)
        yield from map(_words, plans)
        yield f"journal {where}"
        yield from dict.fromkeys(f"  held by {one['held_by']}" for one in plans if one["held_by"])


def _words(one: dict[str, Any]) -> str:
    state = "expired" if one["state"] == "open" and one["expired"] else one["state"]
    left = f"{one['left']:,} of {one['counts']['planned']:,} left"
    lines = [f'{one["name"]}  {state}  {left}  app "{one["app"]}"  {one["fingerprint"][:12]}']
    last = one["last_run"]
    if last:
        lines.append(f"  {one['sum']}")
    if one["running"]:
        lines.append(f"  running now: {one['running']}")
    elif last:
        why = last["why"] or "no end was recorded, as of one that was killed"
        code = "" if last["exit"] is None else f" [exit {last['exit']}]"
        lines.append(f"  last run {last['run']}, by {last['by']}: {why}{code}")
    return "\n".join(lines)
