"""``purgeplan doctor``: whether this machine, the journals and the key are fit for a run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from purgeplan.cli import checks
from purgeplan.cli.checks import Check
from purgeplan.cli.clock import SystemClock
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import journal_option, json_option
from purgeplan.cli.state import state_folder
from purgeplan.errors import Exit, PurgeplanError

_SIGNS: Final = {True: "✓ ok   ", None: "! look ", False: "✗ wrong"}


@click.command("doctor", cls=Command)
@journal_option
@json_option
@click.pass_obj
def command(console: Console, journal: Path | None, as_json: bool) -> int:
    """Check this machine, every journal (integrity and whole hash chain) and that a key is set.

    Sends nothing. Ends with 11 where something is wrong.
    """
    found = []
    for check in every(journal):
        found.append(check)
        if not as_json:
            console.product(_line(check))
    code = Exit.DONE if all(check.ok is not False for check in found) else Exit.ATTENTION
    if as_json:
        listed = [
            {"name": one.name, "ok": one.ok, "what": one.what, "mend": one.mend} for one in found
        ]
        console.document({"format_version": "1.0", "exit": int(code), "checks": listed})
    return code


def every(journal: Path | None) -> Iterator[Check]:
    """Look at everything, one after the other, quick things first."""
    yield checks.versions()
    yield checks.zones()
    yield checks.key(os.environ)
    yield checks.proxies(os.environ)
    yield from checks.folder(journal.parent if journal else state_folder(), SystemClock())
    yield checks.policy(Path.cwd())
    yield from _journals(journal)


def _journals(given: Path | None) -> Iterator[Check]:
    from purgeplan.journal import known_journals  # noqa: PLC0415 - start-up stays fast

    paths = [given] if given is not None else list(known_journals(state_folder()))
    if not paths:
        yield Check("journal", True, "none yet")
    for path in paths:
        yield _journal(path)


def _journal(path: Path) -> Check:
    from purgeplan.journal import open_reader  # noqa: PLC0415 - start-up stays fast

    mend = "do not apply with it; restore a copy, or ask for help with what this says"
    try:
        reader = open_reader(path)
        try:
            troubles = reader.check()
        finally:
            reader.close()
    except PurgeplanError as error:
        return Check("journal", False, f"{path}: {error.findings[0].problem}", mend)
    if troubles:
        return Check("journal", False, f"{path}: {'; '.join(troubles)}", mend)
    return Check("journal", True, f"{path}: sound")


def _line(check: Check) -> str:
    line = f"{_SIGNS[check.ok]}  {check.name:<13} {check.what}"
    return line if not check.mend else f"{line}\n{'':25}= mend: {check.mend}"
