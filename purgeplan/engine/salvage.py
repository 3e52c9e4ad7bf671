"""What earlier runs saved when the journal failed: taken in, where it is still unresolved."""

from collections.abc import Callable, Sequence
from typing import Final

from purgeplan.model.outcome import Outcome, State
from purgeplan.model.ports import Journal

_TOLD: Final = frozenset({State.ACCEPTED, State.ABSENT, State.FAILED})


def take_in(
    journal: Journal, plan_id: int, run_id: int, saved: Callable[[int], Sequence[Outcome]]
) -> tuple[Outcome, ...]:
    """Settle what was answered and never journaled; give what was.

    ``saved`` gives what a run has saved. It holds only for an item that is unresolved by the claim
    that it answers: the commit that failed may have kept it, or somebody has sent it since. Whom
    nothing was done to stays in doubt: as pending they would be sent though this start's protect
    lists and drift check have not seen them pending.
    """
    runs = journal.runs(plan_id)
    told = [one for run in runs if run.exit_code is None for one in saved(run.run_id)]
    if not told:
        return ()
    claims = {item.position: (item.id, at) for item, at in journal.unresolved(plan_id)}
    taken: dict[int, Outcome] = {}
    for one in told:
        known, claimed_at = claims.get(one.item.position, (None, one.at))
        if known == one.item.id and claimed_at <= one.at and one.state in _TOLD:
            taken.setdefault(one.item.position, one)
    if taken:
        journal.turn(run_id, list(taken.values()), [], 0)
    return tuple(taken.values())
