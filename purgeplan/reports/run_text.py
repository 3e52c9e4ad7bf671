"""The text form of a plan's report over all its runs, for a terminal."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from purgeplan.model.outcome import State
from purgeplan.model.records import RunRow
from purgeplan.reports.escape import clean
from purgeplan.reports.next_step import command_of, next_commands
from purgeplan.reports.record import Record, Trouble
from purgeplan.reports.sums import backup_words, tally_sum
from purgeplan.reports.who import delta_words
from purgeplan.reports.words import duration, instant, plural

WHY: Final[dict[str, str]] = {
    "done": "nothing was left",
    "incomplete": "some failed or are unknown",
    "limit": "--limit was reached",
    "max_delete": "max_delete was reached",
    "budget": "the rolling budget was used up",
    "interrupted": "interrupted",
    "stop_file": "the stop file was there",
    "max_run_time": "max_run_time was over",
    "window": "the window closed",
    "breaker": "the breaker stopped it",
    "canary": "the canary was not gone",
    "denied": "OneSignal refused the key",
    "foreign": "an answer was not OneSignal's",
    "unreachable": "the API could not be reached",
    "drift": "no export was to be had for a drift check",
}
"""Why a run ended, by the code that the journal has; an unknown code is shown as it is."""


def run_text(record: Record) -> str:
    """Give the report: what was planned, by whom it was run, and a sum that adds up at its end."""
    lines = [_headline(record), *_labeled(record), *_end(record)]
    return "".join(f"{clean(line)}\n" for line in lines)


def _headline(record: Record) -> str:
    plan, draft = record.plan, record.plan.draft
    took = f", {duration(record.run_seconds)}" if record.run_seconds else ""
    runs = plural(len(record.runs), "run")
    return f'Report of plan {draft.name} ({plan.state}) for "{draft.app_name}": {runs}{took}'


def _labeled(record: Record) -> Iterator[str]:
    for label, lines in _PARTS.items():
        for number, line in enumerate(lines(record)):
            yield f"  {label if number == 0 else '':<11}{line}"


def _plan(record: Record) -> Iterator[str]:
    plan, draft = record.plan, record.plan.draft
    yield f"{draft.path} · {draft.resource} by {draft.by} · app {draft.app_id}"
    closed = f", closed {instant(plan.closed_at)}" if plan.closed_at is not None else ""
    sealed = f", sealed {instant(plan.sealed_at)}" if plan.sealed_at is not None else ""
    yield f"planned {instant(plan.planned_at)}{closed}{sealed}"
    yield from record.sums()


def _made_of(record: Record) -> Iterator[str]:
    yield from (f"{of} {value}: {many}" for of, value, many in record.breakdown())


def _before(record: Record) -> Iterator[str]:
    if record.previous is not None:
        yield delta_words(record.previous)


def _evidence(record: Record) -> Iterator[str]:
    for digest, at in record.plan.draft.evidence.items():
        yield f"ids {digest[:12]} as of {instant(at)}"


def _backups(record: Record) -> Iterator[str]:
    yield from (backup_words(one, record.journal) for one in record.backups)


def _runs(record: Record) -> Iterator[str]:
    yield from (run_words(run) for run in record.runs)
    if record.run_before is not None:
        yield f"none of this plan; the one before it: {report_before(record)}"


def report_before(record: Record) -> str:
    """Give the command that reports on the plan of that name before one without a run."""
    # by its journal: other journals have a run of that number, too
    run = replace(record.named, what=str(record.run_before), journal=record.journal)
    return command_of(run, "report")


def run_words(run: RunRow) -> str:
    """Say of one run who, where, when, and why it stopped."""
    who = run.operator
    extra = [f"commit {who.commit}" if who.commit else "", who.ci or ""]
    place = " ".join([f"{who} purgeplan {who.version}", *filter(None, extra)])
    started = f"{run.run_id}: {run.command} {instant(run.started_at)}"
    if run.ended_at is None:
        return f"{started}, without an end: it still runs, or was killed · {place}"
    why = WHY.get(run.why or "", run.why or "no reason was recorded")
    took = duration((run.ended_at - run.started_at).total_seconds())
    code = f" [exit {run.exit_code}]" if run.exit_code is not None else ""
    return f"{started}, {took}: {why}{code} · {place}"


def _troubles(record: Record) -> Iterator[str]:
    yield from (trouble_words(one) for one in record.troubles)


def trouble_words(one: Trouble) -> str:
    """Say how many failed or are unknown, and of what."""
    state = "unknown" if one.state is State.SENT else str(one.state)
    status = f", status {one.status}" if one.status is not None else ""
    return f"{one.items:,} {state}: {one.code or 'no answer was recorded'}{status}"


def _doubts(record: Record) -> Iterator[str]:
    tally = record.tally
    if tally.presumed_ours:
        yield f"{tally.presumed_ours:,} of the already gone are presumed ours: sent, then not found"
    if tally[State.ACCEPTED]:
        yield "accepted is not gone: OneSignal deletes a little later"
    for verdict, many in tally.verdicts.items():
        yield f"verified: {many:,} {verdict.replace('_', ' ')}"


def _proof(record: Record) -> Iterator[str]:
    yield f"fingerprint {record.plan.draft.fingerprint}"
    yield f"chain head {record.head} ({record.events:,} events of this plan)"
    yield f"journal {record.journal} ({record.identity})"


_PARTS: Final[dict[str, Callable[[Record], Iterator[str]]]] = {
    "plan": _plan,
    "made of": _made_of,
    "before": _before,
    "evidence": _evidence,
    "backup": _backups,
    "runs": _runs,
    "trouble": _troubles,
    "note": _doubts,
    "proof": _proof,
}


def _end(record: Record) -> Iterator[str]:
    named = record.named
    yield f"Every id: {command_of(named, 'report', '--csv')}"
    yield from (f"Next: {one}" for one in next_commands(record.plan, record.tally, named))
    yield f"Sum: {tally_sum(record.tally)}"
