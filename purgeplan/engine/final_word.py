"""How a run has ended, all in all: what the exit code tells."""

from typing import Final

from purgeplan.engine.admit import AdmittedPlan
from purgeplan.engine.stops import MAX_DELETE
from purgeplan.errors import Exit, Finding
from purgeplan.model.breaker import FIRST_LOOK, shares
from purgeplan.model.outcome import Skip, State
from purgeplan.model.progress import Ended
from purgeplan.model.records import Tally
from purgeplan.model.spec import PlanSpec, Purpose

_STAY: Final = (Skip.PROTECTED, Skip.DRIFT, Skip.NO_BACKUP)
"""Why somebody is skipped who may well be there: the other reasons say that they are gone."""


def final_word(admitted: AdmittedPlan, ended: Ended, tally: Tally, held: int) -> Ended:
    """Give the end that the exit code tells: done only where no id failed or is unknown.

    ``held`` counts the unknown who are not sent again: protected by now, active since, without a
    row in the backup, or an alias that another plan may have deleted since.

    What stops a run early is no reason where it comes with the last id. A plan too small for the
    breaker's sample is judged here, by its shares.
    """
    early = ended.exit is Exit.STOPPED_EARLY or ended.why == MAX_DELETE
    left = tally[State.PENDING] if ended.why == MAX_DELETE else tally.left
    if ended.exit is not Exit.DONE and (left or not early):
        return ended
    if 0 < tally.total < FIRST_LOOK:
        absent = tally[State.ABSENT] - tally.presumed_ours
        answers = tally[State.ACCEPTED] + tally[State.FAILED] + absent
        tripped = shares(admitted.spec.breaker, answers, tally[State.FAILED], absent)
        if tripped is not None:
            return Ended(tripped[0], "breaker", tripped[1])
    if tally[State.FAILED] or tally.left:
        problem = f"{tally[State.FAILED]:,} ids failed, {tally.left:,} are unknown or pending"
        mend = "`purgeplan retry` tries them again; whoever then stays unknown needs a younger list"
        if held:
            problem += (
                f"; {held:,} unknown are protected by now, were active, have no row in the backup,"
                " or are of two plans"
            )
            mend = f"look at them: they may be gone, and are not sent again; else {mend}"
        return Ended(Exit.INCOMPLETE, "incomplete", Finding("PP514", problem, mend))
    if stay := stayed(admitted.spec, tally):
        problem = f"{stay:,} who asked to be forgotten were skipped, and stay: `report` says why"
        mend = "see to protect list, drift check or backup, then plan again"
        return Ended(Exit.INCOMPLETE, "incomplete", Finding("PP514", problem, mend))
    return Ended(Exit.DONE, "done")


def stayed(spec: PlanSpec, tally: Tally) -> int:
    """Count who asked to be forgotten, was planned, and is skipped without being gone."""
    if spec.purpose is not Purpose.ERASURE:
        return 0
    return sum(tally.skips.get(why, 0) for why in _STAY)
