"""What earlier runs saved when the journal failed: taken in, where it is still unresolved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from purgeplan.model.outcome import Outcome, State
from purgeplan.model.ports import Journal
from purgeplan.model.records import Unresolved

TAKEN: Final = "outcomes.taken"
"""The event that notes of which runs what they saved was taken in."""

_TOLD: Final = frozenset({State.ACCEPTED, State.ABSENT, State.FAILED})


def take_in(
    journal: Journal,
    plan_id: int,
    run_id: int,
    saved: Callable[[int], Sequence[Outcome]],
    now: datetime,
) -> tuple[Outcome, ...]:
    """Settle what was answered and never journaled; give what was.

    ``saved`` gives what a run has saved, which is taken in once: `retry` may take back whom it
    failed. It holds only for an item that is unresolved by the claim that it answers: the commit
    that failed may have kept it, or another run has claimed it since. Whom nothing was done to
    stays in doubt: as pending they would be sent though this start's protect lists and drift check
    have not seen them pending.
    """
    cut_off = [run.run_id for run in journal.runs(plan_id) if run.exit_code is None]
    told = {run: outcomes for run in cut_off if (outcomes := saved(run))}
    for event in journal.events(plan_id, TAKEN) if told else ():
        for run in event.data["runs"]:
            told.pop(run, None)
    if not told:
        return ()
    taken = _unresolved(journal, plan_id, told)
    if taken:
        journal.turn(run_id, taken, [], 0)
    journal.note(TAKEN, plan_id, run_id, now, {"runs": sorted(told), "count": len(taken)})
    return tuple(taken)


def _unresolved(
    journal: Journal, plan_id: int, told: dict[int, Sequence[Outcome]]
) -> list[Outcome]:
    """Give those outcomes, one an item, whose claim is still the last of an unresolved item."""
    claims = {one.item.position: one for one in journal.unresolved(plan_id)}
    taken: dict[int, Outcome] = {}
    for run, outcomes in told.items():
        for one in outcomes:
            claim = claims.get(one.item.position)
            if claim is not None and _answers(one, claim, run):
                taken.setdefault(one.item.position, one)
    return list(taken.values())


def _answers(one: Outcome, claim: Unresolved, run: int) -> bool:
    """Tell whether a run's outcome settles a claim.

    By the run, since a clock may be put back, and by time, since a journal may be.
    """
    last = claim.run_id == run and claim.last_claim <= one.at
    return last and claim.item.id == one.item.id and one.state in _TOLD
