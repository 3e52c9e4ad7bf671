"""Findings as GitHub shows them beside the line of a file: workflow commands on stderr.

The form is that of the runner's own parser: values end at `::`, properties at a comma, and these
are escaped, so that no text of a plan can end one and begin another.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from purgeplan.cli.console import one_line
from purgeplan.cli.redaction import redacted
from purgeplan.errors import Finding, Place

MOST: Final = 10
"""GitHub shows so many of each level in a step."""


def annotations(
    findings: Iterable[Finding], environ: Mapping[str, str] = os.environ
) -> Iterator[str]:
    """Give the commands for findings, those with a place first; none outside of GitHub."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    workspace = Path(environ.get("GITHUB_WORKSPACE") or ".").resolve()
    ordered = sorted(findings, key=lambda finding: finding.place is None)
    for finding in islice(ordered, MOST):
        yield _command(finding, workspace)


def _command(finding: Finding, workspace: Path) -> str:
    level = "warning" if finding.warning else "error"
    about = {"title": f"purgeplan {finding.code}", **_where(finding.place, workspace)}
    properties = ",".join(f"{name}={_property(value)}" for name, value in about.items())
    mend = f"; {finding.mend}" if finding.mend else ""
    return f"::{level} {properties}::{_data(_clean(finding.problem + mend))}"


def _where(place: Place | None, workspace: Path) -> dict[str, str]:
    """Give file, line and column, the file from the top of the checkout; nothing outside of it."""
    if place is None:
        return {}
    from_here, from_top = Path(place.file).resolve(), workspace / place.file
    file = from_here if from_here.exists() else from_top
    if not (file.is_file() and file.is_relative_to(workspace)):
        return {}
    numbers = {"line": place.line, "col": place.column}
    told = {name: str(number) for name, number in numbers.items() if number}
    return {"file": _clean(file.relative_to(workspace).as_posix()), **told}


def _clean(text: str) -> str:
    return one_line(redacted(text))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
