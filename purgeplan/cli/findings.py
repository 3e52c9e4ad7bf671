"""How findings look: a block for people, an object for programs, one closing line with the code."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from purgeplan.cli.annotations import annotations
from purgeplan.cli.console import Console, one_line
from purgeplan.cli.redaction import redacted
from purgeplan.errors import Exit, Finding, Place

Style = Callable[[str, str], str]

MEANING: Final[dict[Exit, str]] = {
    Exit.DONE: "done, or nothing to do",
    Exit.BUG: "a bug in purgeplan",
    Exit.INVALID: "usage, plan, policy or source is invalid",
    Exit.REFUSED: "refused by a guard: nothing was sent",
    Exit.INCOMPLETE: "the run ended, some ids failed or are unknown",
    Exit.STALE: "stale: plan again",
    Exit.UNCONFIRMED: "not confirmed or not approved",
    Exit.STOPPED_EARLY: "stopped early: it is safe to repeat the command",
    Exit.CREDENTIALS: "credentials refused",
    Exit.LOCKED: "another run holds the app's lock",
    Exit.TO_DELETE: "valid, and there is something to delete",
    Exit.ATTENTION: "stopped: a person must look",
    Exit.UNREACHABLE: "nothing sent: try again later",
    Exit.INTERRUPTED: "interrupted, resumable",
}
"""The table of exit codes, as the README prints it."""

_WIDEST: Final = 110
_TOKEN = re.compile(r"[\w.@+-]+")


def unstyled(text: str, _style: str) -> str:
    """Leave a text as it is: the style where there is no color."""
    return text


def block(finding: Finding, style: Style = unstyled, refused: bool = False) -> str:
    """Render one finding: what, where, the line with a caret, what to do, where to read more."""
    label, color = _label(finding, refused)
    lines = [style(f"{label}[{finding.code}]", color) + f": {_clean(finding.problem)}"]
    if finding.place:
        lines += _where(finding.place, finding.source_line, style)
    if finding.mend:
        lines.append(f"   = mend: {_clean(finding.mend)}")
    lines.append(style(f"   = more: purgeplan explain {finding.code}", "dim"))
    return "\n".join(lines)


def blocks(findings: Iterable[Finding], style: Style = unstyled, refused: bool = False) -> str:
    """Render findings, those with a place in order of their lines, an empty line between."""
    ordered = sorted(findings, key=lambda finding: finding.place or Place(""))
    return "\n\n".join(block(finding, style, refused) for finding in ordered)


def say_findings(console: Console, findings: Sequence[Finding], *, refused: bool = False) -> None:
    """Print findings on stderr, and beside their lines where GitHub can."""
    console.insist(blocks(findings, console.styled, refused))
    annotate(console, findings)


def annotate(console: Console, findings: Iterable[Finding]) -> None:
    """Have findings shown beside their lines by GitHub; elsewhere this does nothing."""
    for one in annotations(findings):
        console.command(one)


def as_object(finding: Finding) -> dict[str, Any]:
    """Give a finding for JSON."""
    place = finding.place
    return {
        "code": finding.code,
        "level": "warning" if finding.warning else "error",
        "problem": redacted(finding.problem),
        "mend": redacted(finding.mend),
        "place": place and {"file": place.file, "line": place.line, "column": place.column},
    }


def error_object(exit_code: int, findings: Iterable[Finding]) -> dict[str, Any]:
    """Give the one JSON object that a command with ``--json`` ends on when it fails."""
    return {
        "format_version": "1.0",
        "type": "error",
        "exit": int(exit_code),
        "meaning": MEANING[Exit(exit_code)],
        "findings": [as_object(finding) for finding in findings],
    }


def closing(exit_code: int) -> str:
    """Give the last line of a command that failed."""
    return f"{MEANING[Exit(exit_code)]} [exit {int(exit_code)}]"


def _label(finding: Finding, refused: bool) -> tuple[str, str]:
    if finding.warning:
        return "warning", "yellow"
    return ("refused" if refused else "error"), "red"


def _where(place: Place, source_line: str | None, style: Style) -> list[str]:
    at = [f"  {style('-->', 'blue')} {_clean(str(place))}"]
    if source_line is None or not place.line:
        return at
    text, caret_at, caret = _excerpt(source_line, place.column)
    number = str(place.line)
    bar = style("|", "blue")
    margin = " " * len(number)
    under = f"{margin} {bar} {' ' * caret_at}{style(caret, 'red')}" if caret else f"{margin} {bar}"
    return [*at, f"{margin} {bar}", f"{style(number, 'blue')} {bar} {text}", under]


def _excerpt(source_line: str, column: int) -> tuple[str, int, str]:
    """Give the line as shown, where its caret starts (in cells), and the caret itself."""
    line = source_line.rstrip("\r\n")
    start = max(0, column - 1)
    cut = max(0, start - _WIDEST // 2)
    before, after = _clean(line[cut:start]), _clean(line[start : cut + _WIDEST])
    before = ("…" if cut else "") + before.replace("\t", "    ")
    if not column:
        return before + after, 0, ""
    token = _TOKEN.match(after)
    return (
        before + after.replace("\t", " "),
        _cells(before),
        "^" * _cells(token[0] if token else " "),
    )


def _cells(text: str) -> int:
    """Give how many cells of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _clean(text: str) -> str:
    return one_line(redacted(text))
