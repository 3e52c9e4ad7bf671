"""How old a list is that does not say it: as old as when it, or what it replaces, was planned."""

from datetime import datetime

from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow, PlanState
from purgeplan.model.spec import PlanSpec


def first_seen(journal: Journal, spec: PlanSpec, ids_digest: str) -> datetime | None:
    """Tell when these very ids were first planned; None where nothing is known of them.

    A list that replaces that of an open plan, with a line more or less, is no younger evidence:
    whom that plan has deleted would be sent again by it, and could have come back.
    """
    known = journal.first_seen(spec.app.id, ids_digest)
    row = replaced(journal, spec) if known is None else None
    return known if row is None else min(row.draft.evidence.values(), default=row.planned_at)


def replaced(journal: Journal, spec: PlanSpec) -> PlanRow | None:
    """Give the plan that a new one of that name goes on from, None where the last is over.

    One that was done without a run had nobody to delete: what it took the place of counts still,
    until it is forgotten.
    """
    rows = journal.plans(spec.app.id, spec.name)
    sent = (one for one in rows if one.state is not PlanState.DONE or journal.runs(one.plan_id))
    newest = next(sent, None)
    if newest is None or newest.sealed_at is not None:
        return None
    return newest if newest.state in (PlanState.OPEN, PlanState.SUPERSEDED) else None
