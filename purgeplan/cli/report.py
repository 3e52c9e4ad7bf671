"""``purgeplan report``: what became of a plan over all its runs, from the journal alone."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import hex_digits, journal_option, json_option
from purgeplan.cli.reading import Found, find_plan, plan_or_run
from purgeplan.errors import Exit, Finding, JournalError


@click.command("report", cls=Command)
@plan_or_run
@journal_option
@json_option
@click.option("--markdown", is_flag=True, help="As Markdown, without ids.")
@click.option("--csv", "as_csv", is_flag=True, help="Every id with its outcome, as CSV.")
@click.option(
    "--max-bytes",
    type=click.IntRange(500),
    default=60_000,
    show_default=True,
    help="Of the Markdown.",
)
@click.option("--check", is_flag=True, help="Check the journal: integrity, the whole hash chain.")
@click.option(
    "--head",
    callback=hex_digits,
    metavar="DIGITS",
    help="Check that a chain head printed earlier is in it: that nobody rewrote it.",
)
@click.pass_obj
def command(console: Console, /, what: str, journal: Path | None, **given: Any) -> int:  # noqa: ANN401 - the options
    """Tell what was planned, who ran it, and what became of every id; sends nothing.

    WHAT is a plan file, a plan's name, or the number of a run.
    """
    with closing(find_plan(what, journal)) as found:
        if given["check"] or given["head"]:
            return _check(console, found, given["head"], as_json=given["as_json"])
        if given["as_csv"]:
            _csv(console, found)
        else:
            form = "json" if given["as_json"] else "markdown" if given["markdown"] else "text"
            console.product(_form(found, form, given["max_bytes"]))
    return Exit.DONE


def _form(found: Found, form: str, max_bytes: int) -> str:
    from purgeplan.reports import RUN_FORMS, run_markdown  # noqa: PLC0415 - start-up stays fast

    record = found.record()
    return run_markdown(record, max_bytes) if form == "markdown" else RUN_FORMS[form](record)


def _csv(console: Console, found: Found) -> None:
    from purgeplan.reports import ITEM_FORMS  # noqa: PLC0415

    for line in ITEM_FORMS["csv"](found.journal.items(found.row.plan_id)):
        console.put(line)


def _check(console: Console, found: Found, head: str | None, *, as_json: bool) -> int:
    """Check the whole journal, and against a witness: a chain made anew is sound by itself."""
    wrong = found.journal.check()
    if head is not None and not any(event.link == head for event in found.journal.events()):
        wrong.append(f"{found.journal.where}: its chain does not hold the head that was given")
    if wrong:
        raise JournalError(*(Finding("PP405", one, "keep the file as it is") for one in wrong))
    where, now = found.journal.where, found.journal.head()
    if as_json:
        known = {"format_version": "1.0", "type": "check", "exit": int(Exit.DONE)}
        console.document({**known, "journal": where, "sound": True, "head": now})
    else:
        console.product(f"{where}: sound; chain head {now}")
    return Exit.DONE
