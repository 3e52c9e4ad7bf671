"""The guard of the rolling budget: that there is one to spend, and that its use is known."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(_spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where the budget allows nothing at all, or where what was used of it is unknown.

    A plan larger than what is left of it is no refusal: a run stops at it and goes on later.
    """
    budget = policy.budget if policy is not None else None
    if policy is None or budget is None or facts.left == 0:
        return None
    place = policy.place_of("budget")
    if budget.max_delete <= 0:
        problem = f"the app's rolling budget is {budget.max_delete:,}: nothing may be deleted"
        return Finding("PP105", problem, "have the policy's budget raised", place)
    if facts.budget_used is None:
        problem = f"it is unknown how much of the rolling budget ({budget.max_delete:,}) is used"
        mend = "run it where the app's journal is, or name that with --journal"
        return Finding("PP105", problem, mend, place)
    return None


_conforms: Guard = judge
