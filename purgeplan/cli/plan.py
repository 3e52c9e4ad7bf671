"""``purgeplan plan``: who would go, judged and frozen; nothing is sent."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from purgeplan.bootstrap import Shop, look
from purgeplan.cli.collecting import settle
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.files import must_be_new, write_ids
from purgeplan.cli.findings import annotate, say_findings
from purgeplan.cli.findings import closing as closing_words
from purgeplan.cli.opening import (
    journal_option,
    json_option,
    open_plan,
    path_argument,
)
from purgeplan.cli.operator import operator
from purgeplan.cli.ticker import PhaseView
from purgeplan.cli.untrusted import check_local, say_who_vouches
from purgeplan.errors import CredentialsError, Exit, Finding
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppFacts, Journal
from purgeplan.model.review import Named, Review

if TYPE_CHECKING:
    from purgeplan.engine.plan import Planned

UNKNOWN: Final = AppFacts(None, None)
"""What is known of an app that nobody was asked about."""

NO_KEY: Final = "PP605"


@click.command("plan", cls=Command)
@path_argument
@journal_option
@json_option
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text")
@click.option(
    "--max-bytes",
    type=click.IntRange(500),
    default=60_000,
    show_default=True,
    help="Of the Markdown; a comment on GitHub takes 65,536.",
)
@click.option(
    "--ids-out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every id that would be sent; made anew, 0600.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan for `apply FILE` on another machine; made anew, 0600.",
)
@click.option("--detailed-exitcode", is_flag=True, help="10 where there is something to delete.")
@click.option(
    "--untrusted",
    is_flag=True,
    help="Of somebody you do not know: reads files of the repository alone, keeps nothing.",
)
@click.pass_obj
def command(console: Console, /, path: Path, journal: Path | None, **given: Any) -> int:  # noqa: ANN401 - the options
    """Show who would go, and freeze the set; deletes nothing, ever.

    PLAN is judged against its limits, its policy and the app as it is. What it prints at the end
    is the command that applies exactly this set.
    """
    for file in (given["ids_out"], given["out"]):
        must_be_new(file)
    opened = open_plan(path, journal)
    shop, untrusted = opened.shop, given["untrusted"]
    if untrusted:
        check_local(opened, given["out"])
    app, unasked = (UNKNOWN, ()) if untrusted else _asked(shop)
    with _journal(shop, untrusted=untrusted) as memory:
        stdin = None if untrusted else sys.stdin.buffer
        planned = make_plan(console, shop, memory, app, stdin)
        form = "json" if given["as_json"] else given["form"]
        warnings = (*unasked, *planned.review.warnings)
        review = replace(planned.review, named=opened.named, warnings=warnings)
        show(console, review, form, given["max_bytes"])
        if untrusted:
            say_who_vouches(console, planned.review)
        if planned.row is not None:
            _write_files(memory, planned.row.plan_id, given["ids_out"], given["out"])
        _say_files(console, review, given, made=planned.row is not None)
    return _exit_code(planned.review, detailed=given["detailed_exitcode"])


@contextmanager
def _journal(shop: Shop, *, untrusted: bool) -> Iterator[Journal]:
    """Give the app's journal under the app's lock, or one that passes."""
    if untrusted:
        with closing(shop.passing_journal()) as memory:
            yield memory
        return
    with (
        shop.lock().hold(shop.rules.spec.app.id, operator(), "plan"),
        closing(shop.journal()) as memory,
    ):
        yield memory


def _asked(shop: Shop) -> tuple[AppFacts, tuple[Finding, ...]]:
    """Look at the app, and give why not where there is no key: guards judge what that means.

    Raises CredentialsError for a key that is there and can't be used.
    """
    try:
        shop.key()
    except CredentialsError as error:
        if any(one.code != NO_KEY for one in error.findings):
            raise
        return UNKNOWN, tuple(
            replace(one, problem=f"the app was not asked: {one.problem}", warning=True)
            for one in error.findings
        )
    return app_facts(shop), ()


def app_facts(shop: Shop) -> AppFacts:
    """Look at the app; raises CredentialsError without a key."""
    return look(shop.view(shop.key()))


def make_plan(
    console: Console, shop: Shop, journal: Journal, app: AppFacts, stdin: BinaryIO | None
) -> "Planned":
    """Resolve, judge and freeze, with progress on stderr."""
    phases = PhaseView(console, shop.clock)
    settle()
    try:
        with shop.resolve(journal, stdin, phases, app) as resolved:
            planned = shop.planner(journal).plan(resolved, app)
            for finding in resolved.set_aside:  # an erasure's alone: others are refused
                say_findings(console, [replace(finding, warning=True)])
            return planned
    finally:
        phases.close()


def show(console: Console, review: Review, form: str, max_bytes: int) -> None:
    """Print the review on stdout; where it is no text to be read, a refusal on stderr as well."""
    from purgeplan.reports import PLAN_FORMS, plan_markdown  # noqa: PLC0415 - start-up stays fast

    if form == "markdown":
        console.product(plan_markdown(review, max_bytes))
    else:
        console.product(PLAN_FORMS[form](review))
    if review.violations:
        if form != "text":
            say_findings(console, review.violations, refused=True)
        else:
            annotate(console, review.violations)
        console.insist(console.styled(closing_words(Exit.REFUSED), "bold"))


def _exit_code(review: Review, *, detailed: bool) -> int:
    if review.violations:
        return Exit.REFUSED
    return Exit.TO_DELETE if detailed and review.facts.left else Exit.DONE


def _write_files(journal: Journal, plan_id: int, ids_out: Path | None, out: Path | None) -> None:
    if ids_out is not None:
        rows = journal.items(plan_id, (State.PENDING, State.SENT))
        write_ids(ids_out, (row.id for row in rows))
    if out is not None:
        from purgeplan.journal import save_plan_file  # noqa: PLC0415

        save_plan_file(out, journal, plan_id)


def _say_files(console: Console, review: Review, given: Mapping[str, Any], *, made: bool) -> None:
    """Tell which files were made, and how a saved plan is applied; or that there are none."""
    from purgeplan.reports.next_step import script_command  # noqa: PLC0415

    wanted = [one for one in (given["ids_out"], given["out"]) if one is not None]
    if wanted and not made:
        console.say("No file was made: no plan was frozen.")
        return
    for file in wanted:
        console.say(f"Made {file}")
    if given["out"] is not None:
        saved = replace(review, named=Named(str(given["out"])))
        console.say(f"On another machine:  {script_command(saved)}")
