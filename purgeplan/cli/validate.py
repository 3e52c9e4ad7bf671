"""``purgeplan validate``: every problem of plan files and policies, without key and network."""

from collections.abc import Sequence
from pathlib import Path

import click

from purgeplan.bootstrap import kinds
from purgeplan.cli.clock import SystemClock
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console, one_line
from purgeplan.cli.findings import annotate, as_object, blocks, closing
from purgeplan.cli.opening import json_option
from purgeplan.errors import Exit, Finding, InvalidError


@click.command("validate", cls=Command)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PLAN...", type=click.Path(path_type=Path)
)
@json_option
@click.pass_obj
def command(console: Console, paths: Sequence[Path], as_json: bool) -> int:
    """Check plan files and the policies above them; tell all problems of all files.

    A policy, purgeplan.yaml, is checked as that. Needs neither key nor network. Sources are not
    read: `purgeplan plan` does that.
    """
    from purgeplan.planfile import is_policy  # noqa: PLC0415 - start-up stays fast

    found = {path: check(path) for path in paths}
    wrong = sum(bool(findings) for findings in found.values())
    code = Exit.INVALID if wrong else Exit.DONE
    if as_json:
        console.document(_document(code, found))
    for path, findings in found.items():
        if findings:
            console.insist(blocks(findings, console.styled) + "\n")
            annotate(console, findings)
        elif not as_json:
            console.product(one_line(f"{path}: valid{' policy' if is_policy(path) else ''}"))
    if wrong:
        console.insist(f"{wrong} of {len(found)} files: {closing(code)}")
    return code


def check(path: Path) -> tuple[Finding, ...]:
    """Give what is wrong with one plan file or policy, nothing where it is valid."""
    from purgeplan.planfile import is_policy, read_plan, read_policy  # noqa: PLC0415

    read = read_policy if is_policy(path) else read_plan
    try:
        read(path, kinds(), SystemClock().now())
    except InvalidError as error:
        return error.findings
    return ()


def _document(code: int, found: dict[Path, tuple[Finding, ...]]) -> dict[str, object]:
    files = [
        {"file": str(path), "valid": not findings, "findings": [as_object(one) for one in findings]}
        for path, findings in found.items()
    ]
    return {"format_version": "1.0", "type": "validation", "exit": int(code), "files": files}
