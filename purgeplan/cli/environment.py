"""The environment variables that are purgeplan's own; any other of that name is refused.

An option that loosens, confirms or approves has no variable: an old export in somebody's shell
profile must never be able to arm a run.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from purgeplan.errors import Finding

PREFIX: Final = "PURGEPLAN_"

JOURNAL: Final = "PURGEPLAN_JOURNAL"

KNOWN: Final[dict[str, str]] = {
    JOURNAL: "path of the journal, as --journal",
}
"""Every variable that is read, with what it sets."""


def unknown_variables(environ: Mapping[str, str]) -> list[Finding]:
    """Give a finding for each variable of our name that nothing reads; values are not shown."""
    strange = sorted(name for name in environ if name.startswith(PREFIX) and name not in KNOWN)
    return [_finding(name) for name in strange]


def _finding(name: str) -> Finding:
    close = get_close_matches(name, KNOWN, n=1)
    hint = f", did you mean {close[0]}?" if close else ""
    problem = f"unknown environment variable {name}{hint}"
    return Finding("PP095", problem, f"unset it; known: {', '.join(KNOWN)}")
