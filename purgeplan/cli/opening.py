"""Opening a plan for a command: its rules and its journal's place."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from purgeplan.bootstrap import Shop, kinds
from purgeplan.cli.clock import SystemClock
from purgeplan.cli.environment import JOURNAL
from purgeplan.cli.state import state_folder
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ports import Clock
from purgeplan.model.review import Named
from purgeplan.model.spec import Rules

journal_option = click.option(
    "--journal",
    envvar=JOURNAL,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"The journal; default: one a app in the state folder. Also {JOURNAL}.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
path_argument = click.argument(
    "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PLAN"
)


def hex_digits(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check a fingerprint, or a chain head: all 64 hex digits of a sha256."""
    if value is not None and (len(value) != 64 or set(value) - set("0123456789abcdef")):  # noqa: PLR2004 - hex digits of a sha256
        message = "expected all 64 hex digits, as purgeplan prints them"
        raise click.BadParameter(message)
    return value


@dataclass(frozen=True, slots=True)
class Opened:
    """A plan file opened: what makes its objects, and a saved plan's file where it is one.

    ``named`` is what the commands that are printed name.
    """

    shop: Shop
    named: Named
    saved: Path | None = None

    @property
    def rules(self) -> Rules:
        """Give the plan and its policy."""
        return self.shop.rules


def named(plan: Path | str, journal: Path | None) -> Named:
    """Give what printed commands name; a journal that the variable names is found by it again."""
    found_again = journal is None or journal == Path(os.environ.get(JOURNAL, ""))
    return Named(str(plan), None if found_again else str(journal))


def open_plan(path: Path, journal: Path | None, clock: Clock | None = None) -> Opened:
    """Read a plan file, or a saved plan, with the policy above it.

    Raises InvalidError with every finding of both.
    """
    from purgeplan.cli.hardening import close_memory  # noqa: PLC0415 - start-up stays fast
    from purgeplan.journal import is_plan_file  # noqa: PLC0415
    from purgeplan.planfile import read_plan  # noqa: PLC0415

    close_memory()

    clock = clock or SystemClock()
    if is_plan_file(path):
        return _open_saved(path, journal, clock)
    spec, policy = read_plan(path, kinds(), clock.now())
    return Opened(_shop(Rules(spec, policy), journal, clock), named(path, journal))


def open_planned(path: Path, journal: Path | None) -> Opened:
    """Read the plan file of what was planned before; see ``open_plan``.

    Raises InvalidError where there is no journal, and makes none.
    """
    from purgeplan.journal.files import plain  # noqa: PLC0415 - start-up stays fast

    opened = open_plan(path, journal)
    plain(opened.shop.journal_path)
    return opened


def _open_saved(path: Path, journal: Path | None, clock: Clock) -> Opened:
    from purgeplan.journal import open_reader, saved_plan  # noqa: PLC0415
    from purgeplan.planfile import read_saved_plan  # noqa: PLC0415

    with closing(open_reader(path)) as reader:
        row = saved_plan(reader)
    spec, policy = read_saved_plan(row.draft.text, row.draft.path, Path.cwd(), kinds(), clock.now())
    known = row.draft.app_id, row.draft.name, row.draft.resource, row.draft.by
    if known != (spec.app.id, spec.name, spec.target.resource, spec.target.by):
        problem = f"{path} is filed under another app, name or target than its plan says"
        raise InvalidError(Finding("PP415", problem, "save the plan again"))
    if policy is None and row.draft.summary.get("policy"):
        problem = f"{path} was planned under a policy, and none is found from here"
        mend = "run it inside a checkout of the repository that holds the policy"
        raise InvalidError(Finding("PP096", problem, mend))
    return Opened(_shop(Rules(spec, policy), journal, clock), named(path, journal), path)


def _shop(rules: Rules, journal: Path | None, clock: Clock) -> Shop:
    from purgeplan.journal import journal_path  # noqa: PLC0415

    entry = rules.policy.app(rules.spec.app.id) if rules.policy else None
    pinned = Path(rules.spec.root, entry.journal) if entry and entry.journal else None
    if pinned and journal and journal.absolute() != pinned.absolute():
        problem = f"the policy pins the journal to {entry.journal if entry else ''}"
        raise InvalidError(Finding("PP097", problem, "leave --journal out"))
    place = pinned or journal
    if place is not None and not place.name:
        raise InvalidError(Finding("PP090", "--journal names no file", "name one, or leave it out"))
    where = journal_path(str(place) if place else None, rules.spec.app.id, state_folder())
    return Shop(rules, clock, state_folder(), where)
