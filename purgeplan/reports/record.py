"""A plan with all its runs, as the journal has them: what the forms of a report are made from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from purgeplan.model.backup import Backup
from purgeplan.model.facts import Counts
from purgeplan.model.outcome import Code, Skip, State, Verdict
from purgeplan.model.records import ItemRow, PlanRow, RunRow, Tally
from purgeplan.model.review import Named, Previous
from purgeplan.model.spec import Population
from purgeplan.reports.who import breakdown_lines, held_words, who_lines

_REPEATED: Final = ("counts", "subscriptions", "population", "breakdown")
_TROUBLED: Final = (State.FAILED, State.SENT)


@dataclass(frozen=True, slots=True)
class Trouble:
    """So many items that failed or are unknown for the same reason."""

    state: State
    code: Code | None
    status: int | None
    items: int


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that a report tells but the items themselves; runs come oldest first.

    ``head`` is the last link of the journal's chain, ``events`` how many links of it are this
    plan's; ``journal`` is where it is and ``identity`` its own name, the same in every copy.
    ``named`` is what was reported on, as it was named; ``run_before`` is the last run of the
    plan of that name before one that has none.
    """

    plan: PlanRow
    tally: Tally
    runs: tuple[RunRow, ...]
    troubles: tuple[Trouble, ...]
    head: str
    events: int
    journal: str
    identity: str
    named: Named
    run_before: int | None = None
    backups: tuple[Backup, ...] = ()

    @property
    def facts(self) -> dict[str, Any] | None:
        """Give where every row went when it was planned, as the journal keeps it."""
        known = self.plan.draft.summary.get("facts")
        return None if known is None else {name: known.get(name) for name in _REPEATED}

    def sums(self) -> list[str]:
        """Say where every row went when it was planned, and what the app held then."""
        if self.facts is None:
            return []
        population = Population(**self.facts["population"])
        lines = who_lines(Counts(**self.facts["counts"]), population, self.facts["subscriptions"])
        return [*lines, *filter(None, [held_words(population)])]

    def breakdown(self) -> list[tuple[str, str, str]]:
        """Say of what the set was made: of what, which value, how many; nothing once sealed."""
        if self.facts is None or self.plan.sealed_at is not None:
            return []
        return list(breakdown_lines(self.facts["breakdown"]))

    @property
    def previous(self) -> Previous | None:
        """Give the plan of that name before this one; None once this one is sealed."""
        if self.plan.sealed_at is not None:
            return None
        return Previous.of(self.plan.draft.summary.get("previous"))

    @property
    def run_seconds(self) -> float:
        """Give how long its runs took together, as far as their ends are known."""
        ends = ((run.started_at, run.ended_at) for run in self.runs)
        return sum((end - start).total_seconds() for start, end in ends if end is not None)


def troubles(items: Iterable[ItemRow]) -> tuple[Trouble, ...]:
    """Count failed and unknown items by what happened to them, the most frequent first."""
    seen = Counter(
        (item.state, item.code, item.status) for item in items if item.state in _TROUBLED
    )
    return tuple(Trouble(*what, many) for what, many in seen.most_common())


def counts(tally: Tally) -> dict[str, object]:
    """Give the tally in the words of a report; planned is the sum of the six states after it."""
    return {
        "planned": tally.total,
        "accepted": tally[State.ACCEPTED],
        "already_gone": tally[State.ABSENT],
        "skipped": tally[State.SKIPPED],
        "failed": tally[State.FAILED],
        "unknown": tally[State.SENT],
        "pending": tally[State.PENDING],
        "skipped_by": {why.value: tally.skips.get(why, 0) for why in Skip},
        "verdicts": {verdict.value: tally.verdicts.get(verdict, 0) for verdict in Verdict},
        "presumed_ours": tally.presumed_ours,
        "claimed": tally.claimed,
    }
