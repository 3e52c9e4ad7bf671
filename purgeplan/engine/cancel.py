"""Cancelling: an open plan is closed, and what is pending of it is never sent."""

from datetime import datetime

from purgeplan.engine.gates import frozen
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.outcome import State
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow, PlanState
from purgeplan.model.spec import PlanSpec


def cancel(journal: Journal, spec: PlanSpec, now: datetime) -> tuple[PlanRow, int]:
    """Close the plan of that name; give it as it was, and how many ids of it were pending.

    What was sent stays sent, and whoever is in doubt stays so. Raises InvalidError where no plan
    of that name is open.
    """
    row = frozen(journal, spec)
    if row is None or row.state is not PlanState.OPEN:
        problem = f"{spec.name!r} has no open plan" + (f": it is {row.state}" if row else "")
        raise InvalidError(Finding("PP099", problem, "`purgeplan status` lists the plans"))
    pending = journal.tally(row.plan_id)[State.PENDING]
    journal.conclude(row.plan_id, PlanState.CANCELLED, now)
    return row, pending
