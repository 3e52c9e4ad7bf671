"""Forgetting: every closed plan of a name is sealed; an open one keeps its ids, and says why."""

from datetime import datetime

from purgeplan.errors import Finding, InvalidError, RefusedError
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow
from purgeplan.model.spec import PlanSpec


def planned(journal: Journal, spec: PlanSpec) -> list[PlanRow]:
    """Give every plan of that name, the newest first; raises InvalidError for none.

    Who was sent under an earlier one, or by a version that was replaced, was deleted by it as well.
    """
    rows = journal.plans(spec.app.id, spec.name)
    if not rows:
        problem = f"{spec.name!r} was never planned here"
        raise InvalidError(Finding("PP099", problem, "`purgeplan status` lists the plans"))
    return rows


def seal(
    journal: Journal, rows: list[PlanRow], key: bytes, at: datetime
) -> tuple[int, list[Finding]]:
    """Seal what can be sealed; give how many ids that were, and why others stay, each reason once.

    A plan that is open keeps its own from being sealed, and none that ended before it.
    """
    sealed, refused = 0, dict[Finding, None]()
    for one in rows:
        try:
            sealed += journal.seal(one.plan_id, key, at)
        except RefusedError as error:
            refused |= dict.fromkeys(error.findings)
    return sealed, list(refused)
