"""``purgeplan validate``: every problem of plan files and policies, without key and network."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from purgeplan.bootstrap import foresee, kinds
from purgeplan.cli.clock import SystemClock
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console, one_line
from purgeplan.cli.findings import annotate, as_object, blocks, closing
from purgeplan.cli.opening import json_option
from purgeplan.errors import Exit, Finding, InvalidError
from purgeplan.model.spec import Rules


class Checked(NamedTuple):
    """What is wrong with a file, and what the guards refuse of a plan whatever its sources hold."""

    wrong: tuple[Finding, ...] = ()
    refused: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """Give the code that `plan` ends with for this."""
        if self.wrong:
            return Exit.INVALID
        return Exit.REFUSED if self.refused else Exit.DONE


@click.command("validate", cls=Command)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PLAN...", type=click.Path(path_type=Path)
)
@json_option
@click.pass_obj
def command(console: Console, paths: Sequence[Path], as_json: bool) -> int:
    """Check plan files and the policies above them; tell all problems of all files.

    A policy, purgeplan.yaml, is checked as that. Needs neither key nor network. Sources are not
    read: what `plan` refuses whatever they hold is told, how many they name is not judged.
    """
    found = {path: check(path) for path in paths}
    codes = [one.exit_code for one in found.values()]
    code = min((one for one in codes if one), default=Exit.DONE)
    if as_json:
        console.document(_document(code, found))
    _tell(console, found, valid=not as_json)
    if code:
        bad = sum(bool(one) for one in codes)
        console.insist(f"{bad} of {len(found)} files: {closing(code)}")
    return code


def check(path: Path) -> Checked:
    """Give what is wrong with one plan file or policy, and what is refused of a plan."""
    from purgeplan.planfile import is_policy, read_plan, read_policy  # noqa: PLC0415

    now = SystemClock().now()
    try:
        if is_policy(path):
            read_policy(path, kinds(), now)
            return Checked()
        return Checked(*foresee(Rules(*read_plan(path, kinds(), now))))
    except InvalidError as error:
        return Checked(error.findings)


def _tell(console: Console, found: Mapping[Path, Checked], *, valid: bool) -> None:
    """Say what was found of every file; of one that is valid only where that is asked for."""
    from purgeplan.planfile import is_policy  # noqa: PLC0415 - start-up stays fast

    for path, one in found.items():
        told = [blocks(one.wrong, console.styled), blocks(one.refused, console.styled, True)]
        if one.exit_code:
            console.insist("\n\n".join(filter(None, told)) + "\n")
            annotate(console, (*one.wrong, *one.refused))
        elif valid:
            console.product(one_line(f"{path}: valid{' policy' if is_policy(path) else ''}"))


def _document(code: int, found: Mapping[Path, Checked]) -> dict[str, object]:
    files = [
        {
            "file": str(path),
            "valid": not one.exit_code,
            "refused": bool(one.refused),
            "findings": _objects((*one.wrong, *one.refused)),
        }
        for path, one in found.items()
    ]
    return {"format_version": "1.0", "type": "validation", "exit": int(code), "files": files}


def _objects(findings: Iterable[Finding]) -> list[dict[str, object]]:
    return [as_object(one) for one in findings]
