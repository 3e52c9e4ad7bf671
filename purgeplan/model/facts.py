"""What is known when a plan is judged: counts that add up, and what could not be found out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from purgeplan.errors import Finding, Place
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy, Population, Purpose


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One source as read: ``sha256`` is that of the content, ``ids_digest`` of its sorted ids.

    ``columns`` are those that the ids were taken from, where they have names.
    """

    name: str
    kind: str
    rows: int
    sha256: str | None
    ids_digest: str
    as_of: datetime
    rejected: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProtectFacts:
    """One protect list as read; ``saved`` is None where it can't be compared with the ids."""

    name: str
    by: str
    entries: int
    saved: int | None
    ids_digest: str
    place: Place


@dataclass(frozen=True, slots=True)
class Counts:
    """Where every row of the sources went.

    ``rows = duplicates + rejected + protected + kept_opt_outs + kept_partly + absent_at_plan
    + planned`` and ``planned = deleted_before + to_delete``. ``deleted_again`` are among the last:
    deleted before, and named by evidence that is younger.
    """

    rows: int
    duplicates: int
    protected: int
    planned: int
    to_delete: int
    deleted_before: int = 0
    rejected: int = 0
    kept_opt_outs: int = 0
    kept_partly: int = 0
    absent_at_plan: int = 0
    deleted_again: int = 0

    @property
    def distinct(self) -> int:
        """Count the ids that the sources name, each once."""
        return self.rows - self.rejected - self.duplicates


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the guards may ask; whatever is None is unknown, and a guard refuses on it.

    ``claimed_before`` counts the distinct ids that earlier runs of this very plan have claimed;
    ``left`` those still to be sent, of which ``claimed_left`` are among the claimed already (sent
    and unresolved, given back, or taken up by ``retry``) and count once against ``max_delete``;
    ``unresolved`` of these are sent again without a fresh claim.
    ``budget_used`` counts the app's ids claimed within the rolling span.
    ``live_name`` is what OneSignal calls the app, None where the app may not be viewed.
    ``subscriptions`` counts those that go along with users, None where no export tells.
    ``untraced`` counts the ids that no row of an export could be compared with.
    ``breakdown`` are parts of what goes: of what, which value, how many subscriptions.
    """

    counts: Counts
    sources: tuple[SourceFacts, ...]
    protects: tuple[ProtectFacts, ...]
    population: Population
    live_name: str | None
    left: int
    claimed_before: int = 0
    claimed_left: int = 0
    unresolved: int = 0
    budget_used: int | None = None
    opt_outs_checked: bool = False
    activity_checked: bool = False
    sample: tuple[str, ...] = ()
    breakdown: tuple[tuple[str, str, int], ...] = field(default=())
    subscriptions: int | None = None
    untraced: int | None = None


Guard = Callable[[PlanSpec, Policy | None, Facts], Finding | None]
"""A guard: pure, total, and refusing where a fact that it needs is None."""


def not_checked(spec: PlanSpec, facts: Facts) -> tuple[str, ...]:
    """Name what nobody could look at, of what matters for the plan's purpose."""
    opt_outs = spec.keep.opt_outs and not facts.opt_outs_checked
    drifts = spec.purpose is Purpose.CLEANUP and spec.drift.check is DriftCheck.NONE
    asked = {
        "opt-outs": opt_outs,
        "activity": drifts and not facts.activity_checked,
        "activity at apply": drifts and facts.activity_checked,
        "the app's name": facts.live_name is None,
    }
    return tuple(name for name, open_question in asked.items() if open_question)
