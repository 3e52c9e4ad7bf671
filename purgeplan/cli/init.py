"""``purgeplan init``: from a list of ids to a plan file, with questions where flags are missing."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import json_option
from purgeplan.cli.prompt import TRIES, ask, can_ask
from purgeplan.cli.schema import schema_of
from purgeplan.cli.sniff import Column, Listing, sniff
from purgeplan.cli.templates import SCHEMA_FILE, Answers, plan_text, policy_text, workflow_text
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.review import Named

POLICY_FILE: Final = "purgeplan.yaml"
WORKFLOW_FILE: Final = ".github/workflows/purgeplan.yml"
PLAYER_ID: Final = Column("player_id", SUBSCRIPTION_ID, by_default=True)

QUESTIONS: Final = {
    "app_id": "The app's id (Settings > Keys & IDs)?",
    "app_name": "The app's name, as the dashboard shows it?",
    "reason": "Why are these deleted?",
    "max_delete": "How many may go at most?",
}
"""What only a person knows, by the flag that answers it."""


@click.command("init", cls=Command)
@click.argument("listing", required=False, metavar="[FILE]", type=click.Path(path_type=Path))
@click.option("--app-id", help="Settings > Keys & IDs in the dashboard.")
@click.option("--app-name", help="As the dashboard shows it.")
@click.option("--reason", help="Why these are deleted; for the record.")
@click.option("--name", help="The plan's name; default: that of FILE.")
@click.option("--max-delete", type=click.IntRange(0), help="Default: the lines of FILE.")
@click.option(
    "--target",
    type=click.Choice(["subscription", "user", "player"]),
    help="What goes: one subscription, or the whole user.",
)
@click.option("--column", help="The column with the ids.")
@click.option("--by", help="What the column holds: external_id, onesignal_id, subscription_id ...")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PLAN",
    help="Default: FILE's name with .yaml.",
)
@click.option("--policy", is_flag=True, help=f"Write an example {POLICY_FILE} too.")
@click.option("--ci", type=click.Choice(["github"]), help="Write a workflow too.")
@json_option
@click.pass_obj
def command(console: Console, /, **given: Any) -> None:  # noqa: ANN401 - one for each option
    """Write a plan file for a list of ids: a CSV from the dashboard, or one column of ids.

    What is not given is asked for. Nothing is ever overwritten, and nothing is deleted.
    """  # fmt: skip
    from purgeplan.reports import command_of  # noqa: PLC0415 - start-up stays fast

    listing: Path | None = given["listing"]
    out: Path = given["out"] or _beside(listing)
    found = sniff(listing) if listing else Listing(0, ("player_id",), (PLAYER_ID,))
    column = choose(found, given)
    if listing:
        console.say(_described(listing, found, column))
    path = os.path.relpath(listing, out.parent) if listing else "ids.csv"
    asked = _asked(console, given, found)
    answers = answers_from(given, asked, column, path)
    files = {out: plan_text(answers), **_more(given, answers, out)}
    _write(files)
    for written in files:
        console.say(f"wrote {written}")
    if not listing:
        console.say(f"put the ids into {path}, one a line below the line player_id")
    if given["as_json"]:
        names = [str(one) for one in files]
        console.document({"format_version": "1.0", "plan": str(out), "written": names})
    else:
        console.product(command_of(Named(str(out)), "plan"))


def choose(found: Listing, given: Mapping[str, Any]) -> Column:
    """Give the column with the ids: the one that is said, else the first that fits the target."""
    name, by, target = given["column"], given["by"], given["target"]
    if name and name not in found.names:
        close = get_close_matches(name, found.names, n=1)
        mend = f"did you mean {close[0]}?" if close else "see the first line of the list"
        raise InvalidError(Finding("PP092", f"the list has no column {name}", mend))
    fitting = [one for one in found.columns if name in (None, one.name) and _fits(one, target)]
    if name and by:
        return Column(name, by, by_default=False)
    if not fitting:
        problem = f"no column of the list holds what a plan for {target or 'these'} needs"
        mend = "export onesignal_id or external_user_id too, or say --column and --by"
        raise InvalidError(Finding("PP092", problem, mend))
    return fitting[0]


def _fits(column: Column, target: str | None) -> bool:
    return target is None or (column.kind == SUBSCRIPTION_ID) is (target != "user")


def answers_from(
    given: Mapping[str, Any], asked: Mapping[str, str], column: Column, path: str
) -> Answers:
    """Give what the plan file is made of."""
    resource = given["target"] or ("subscription" if column.kind == SUBSCRIPTION_ID else "user")
    stem = Path(path).name.split(".")[0]
    return Answers(
        name=given["name"] or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "plan",
        reason=asked["reason"],
        app_id=asked["app_id"].lower(),
        app_name=asked["app_name"],
        path=path,
        resource=resource,
        by=column.kind if resource == "user" else None,
        column=None if column.by_default and column.kind != SUBSCRIPTION_ID else column.name,
        max_delete=int(asked["max_delete"]),
    )


def _wrong(name: str, answer: str) -> Finding | None:
    """Say what is wrong with an answer by itself."""
    from purgeplan.planfile.forms import FORMS  # noqa: PLC0415 - start-up stays fast

    if name == "app_id" and FORMS["x-uuid"].read(answer) is None:
        problem = "that is no app id: 8-4-4-4-12 hex digits"
        return Finding("PP090", problem, "copy it whole from Settings > Keys & IDs")
    if name == "max_delete" and not re.fullmatch(r"[0-9]+", answer):
        return Finding("PP090", "that is no number", "write a whole number such as 15000")
    return None


def _asked(console: Console, given: Mapping[str, Any], found: Listing) -> dict[str, str]:
    """Give the answers that only a person has: from flags, else from the terminal.

    Raises InvalidError naming every flag that is missing where there is no terminal.
    """
    defaults = {"max_delete": str(found.lines)}
    known = {name: str(given[name]) for name in QUESTIONS if given[name] is not None}
    if wrong := [one for one in map(_wrong, known, known.values()) if one is not None]:
        raise InvalidError(*wrong)
    missing = [name for name in QUESTIONS if name not in known]
    if can_ask():
        return known | {name: _ask(console, name, defaults.get(name, "")) for name in missing}
    wanted = [name for name in missing if name not in defaults]
    if wanted:
        raise InvalidError(*(_missing(name) for name in wanted))
    return {**defaults, **known}


def _ask(console: Console, name: str, default: str) -> str:
    """Ask once more where an answer can't be right; raises InvalidError where there is no other."""
    question = QUESTIONS[name] + (f" [{default}]" if default else "")
    wrong = _missing(name)
    for _ in range(TRIES):
        answer = ask(console, question) or default
        found = _wrong(name, answer) if answer else wrong
        if found is None:
            return answer
        wrong = found
        if not answer:
            break
        console.insist(f"{wrong.problem}; {wrong.mend}")
    raise InvalidError(wrong)


def _missing(name: str) -> Finding:
    flag = f"--{name.replace('_', '-')}"
    return Finding("PP090", f"{flag} is missing: {QUESTIONS[name]}", f"give {flag}")


def _described(listing: Path, found: Listing, column: Column) -> str:
    what = "a OneSignal export" if found.is_export else "a list"
    told = [f"{listing}: {what}, about {found.lines:,} ids in column {column.name} ({column.kind})"]
    if column.kind == SUBSCRIPTION_ID:
        told.append("  these are SUBSCRIPTION ids: one device or address each, not the whole user")
        if any(one.kind != SUBSCRIPTION_ID for one in found.columns):
            told.append("  for whole users give --target user")
    return "\n".join(told)


def _beside(listing: Path | None) -> Path:
    """Give the plan's path: here, or in the list's folder where that is somewhere else."""
    if listing is None:
        return Path("plan.yaml")
    name = f"{listing.name.split('.')[0]}.yaml"
    here = not os.path.relpath(listing).startswith("..")
    return Path(name) if here else listing.parent / name


def _more(given: Mapping[str, Any], answers: Answers, out: Path) -> dict[Path, str]:
    """Give the files besides the plan; the schema is for editors, and stays where it is there.

    Policy and workflow belong to the plan's repository, and are looked for at its root.
    """
    from purgeplan.planfile.locate import root_of  # noqa: PLC0415 - start-up stays fast

    files = {}
    schema = out.parent / SCHEMA_FILE
    if not schema.exists():
        files[schema] = schema_of("plan")
    folder = out.parent.resolve()
    root = root_of(folder)
    if given["policy"]:
        files[_from_here(root / POLICY_FILE)] = policy_text(answers.app_id, answers.app_name)
    if given["ci"]:
        decide = (os.path.relpath(folder / one, root) for one in (out.name, answers.path))
        files[_from_here(root / WORKFLOW_FILE)] = workflow_text(*decide, POLICY_FILE)
    return files


def _from_here(path: Path) -> Path:
    return Path(os.path.relpath(path))


def _write(files: Mapping[Path, str]) -> None:
    """Write new files, all or none; raises InvalidError naming each that is in the way."""
    there = [path for path in files if os.path.lexists(path)]
    if there:
        mend = "give --out another name, or move the old file away"
        raise InvalidError(*(Finding("PP098", f"{path} exists already", mend) for path in there))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
