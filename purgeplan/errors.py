"""The error tree, the exit codes, and the finding that every refusal is made of.

    PurgeplanError
    ├── InvalidError         2   usage, plan, policy or source is invalid; carries every finding
    ├── RefusedError         3   a guard refused: nothing was sent
    ├── StaleError           5   expired, other fingerprint, changed source, superseded, cancelled
    ├── UnconfirmedError     6   not confirmed or not approved
    ├── StoppedEarlyError    7   safe to repeat unattended: time box, window, budget, API down
    ├── CredentialsError     8   the key was refused
    ├── LockedError          9   another run holds the app's lock
    ├── AttentionError      11   a person must look: breaker, canary, stop file, foreign answer
    │   └── JournalError         the journal, or the disk below it, can't be trusted
    └── UnreachableError    12   nothing sent: a source, an export slot or the API can't be reached

Every one carries findings; only ``cli`` catches them, prints them and turns them into an exit code.
"""

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command; anything else is a failure of the machine."""

    DONE = 0
    BUG = 1
    INVALID = 2
    REFUSED = 3
    INCOMPLETE = 4
    STALE = 5
    UNCONFIRMED = 6
    STOPPED_EARLY = 7
    CREDENTIALS = 8
    LOCKED = 9
    TO_DELETE = 10
    ATTENTION = 11
    UNREACHABLE = 12
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in which file; line and column count from 1, 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        known = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.file, *known])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a warning.

    ``problem`` never holds a key, an e-mail address or a full id. ``source_line`` is the line of
    the file as written, with ``column`` of the place below its caret; None where the line could
    show a secret or an id.
    """

    code: str
    problem: str
    mend: str = ""
    place: Place | None = None
    source_line: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.problem}" + (f"; {self.mend}" if self.mend else "")


class PurgeplanError(Exception):
    """The root: whatever stops a command other than a bug."""

    exit_code = Exit.BUG

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class InvalidError(PurgeplanError):
    """Raised when usage, plan, policy or source is invalid."""

    exit_code = Exit.INVALID


class RefusedError(PurgeplanError):
    """Raised when guards refuse; nothing was sent."""

    exit_code = Exit.REFUSED


class StaleError(PurgeplanError):
    """Raised when what was planned is no longer what would be applied."""

    exit_code = Exit.STALE


class UnconfirmedError(PurgeplanError):
    """Raised when nobody confirmed, or the words typed were others."""

    exit_code = Exit.UNCONFIRMED


class StoppedEarlyError(PurgeplanError):
    """Raised when the same command, unattended and later, is the way on."""

    exit_code = Exit.STOPPED_EARLY


class CredentialsError(PurgeplanError):
    """Raised when the API refuses the key, or no key can be had."""

    exit_code = Exit.CREDENTIALS


class LockedError(PurgeplanError):
    """Raised when another run holds the lock of the app."""

    exit_code = Exit.LOCKED


class AttentionError(PurgeplanError):
    """Raised when a person must look before anything goes on."""

    exit_code = Exit.ATTENTION


class JournalError(AttentionError):
    """Raised at the first error of the journal; the last thing that a run does with it."""


class UnreachableError(PurgeplanError):
    """Raised when nothing was sent and a later try may do."""

    exit_code = Exit.UNREACHABLE
