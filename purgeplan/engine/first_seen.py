"""How old a list is that does not say it: as old as when it, or what it replaces, was planned."""

from datetime import datetime

from purgeplan.engine.gates import frozen
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanState
from purgeplan.model.spec import PlanSpec


def first_seen(journal: Journal, spec: PlanSpec, ids_digest: str) -> datetime | None:
    """Tell when these very ids were first planned; None where nothing is known of them.

    A list that replaces that of an open plan, with a line more or less, is no younger evidence:
    whom that plan has deleted would be sent again by it, and could have come back.
    """
    known = journal.first_seen(spec.app.id, ids_digest)
    row = frozen(journal, spec)
    if known is not None or row is None or row.state is not PlanState.OPEN:
        return known
    return min(row.draft.evidence.values(), default=row.planned_at)
