"""The Markdown form of a plan's report, for a job summary or a comment."""

from collections.abc import Iterator

from purgeplan.reports.escape import code
from purgeplan.reports.fitting import MAX_BYTES, Room, first, fitting, marker
from purgeplan.reports.next_step import next_commands
from purgeplan.reports.plan_markdown import MAX_COMMAND
from purgeplan.reports.record import Record
from purgeplan.reports.run_text import report_before, run_words, trouble_words
from purgeplan.reports.sums import backup_words, tally_sum
from purgeplan.reports.who import delta_words
from purgeplan.reports.words import duration, instant, plural


def run_markdown(record: Record, max_bytes: int = MAX_BYTES) -> str:
    """Give the report in at most ``max_bytes`` of UTF-8, without ids.

    The first line is hidden and the same for every version of the report.
    """

    def render(room: Room) -> str:
        return "\n".join(_lines(record, room)) + "\n"

    return fitting(render, tally_sum(record.tally), max_bytes)


def _lines(record: Record, room: Room) -> Iterator[str]:
    plan, draft = record.plan, record.plan.draft
    took = f" in {duration(record.run_seconds)}" if record.run_seconds else ""
    yield marker("report", draft.app_id, draft.name)
    yield f"### purgeplan: report of {code(draft.name, room.width)}"
    yield ""
    yield f"**{tally_sum(record.tally)}**, over {plural(len(record.runs), 'run')}{took}."
    yield "Accepted is not gone: OneSignal deletes a little later."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| app | {code(f'{draft.app_name} {draft.app_id}', room.width)} |"
    yield f"| plan | {code(draft.path, room.width)}, {plan.state} |"
    yield f"| planned | {instant(plan.planned_at)} |"
    for number, one in enumerate(record.sums()):
        yield f"| {'' if number else 'who went'} | {one} |"
    if record.previous is not None:
        yield f"| before | {delta_words(record.previous)} |"
    for backup in record.backups:
        yield f"| backup | {code(backup_words(backup, record.journal), room.width)} |"
    yield f"| fingerprint | {code(draft.fingerprint, 64)} |"
    yield f"| chain head | {code(record.head, 64)} |"
    yield ""
    yield from _lists(record, room)
    if room.entries:
        if record.run_before is not None:
            before = code(report_before(record), MAX_COMMAND)
            yield f"\nIt had no run; the plan before it: {before}"
        for one in next_commands(plan, record.tally, record.named):
            yield f"\nNext: {code(one, MAX_COMMAND)}"


def _lists(record: Record, room: Room) -> Iterator[str]:
    parts = {
        "Made of": [f"{of} {value}: {many}" for of, value, many in record.breakdown()],
        "Trouble": [trouble_words(one) for one in record.troubles],
        "Runs": [run_words(run) for run in reversed(record.runs)],
    }
    for title, rows in parts.items():
        if rows:
            yield f"<details><summary>{title} ({len(rows):,})</summary>\n"
            yield from first([f"- {code(row, room.width)}" for row in rows], room)
            yield "\n</details>"
