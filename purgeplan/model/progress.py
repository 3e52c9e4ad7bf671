"""What ``execute`` yields: outcomes as they are recorded, why it waits, and how it ended."""

from dataclasses import dataclass

from purgeplan.errors import Exit, Finding
from purgeplan.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """Outcomes that are durable by now; ``in_flight`` counts requests under way."""

    outcomes: tuple[Outcome, ...]
    in_flight: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing starts for ``seconds``, and why: throttled, paused, backing off, window.

    0 where the run looks at the app until it knows: the canary, a drift check, a backup.
    """

    why: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Checked:
    """Drift was checked: so many were active since the evidence, and are skipped by now."""

    active: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The last thing a run yields: the exit code, and the finding that says why it stopped."""

    exit: Exit
    why: str
    finding: Finding | None = None


Progress = Settled | Waiting | Checked | Ended
