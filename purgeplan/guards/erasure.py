"""The guard of erasure: who asks to be forgotten is a user, not one of their devices."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy, Purpose, Resource


def judge(spec: PlanSpec, _policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse an erasure that would leave the user and the other subscriptions."""
    if spec.purpose is not Purpose.ERASURE or spec.target.resource is Resource.USER:
        return None
    problem = f"an erasure deletes users, and this plan's target is {spec.target.resource}"
    mend = "write `target: {resource: user, by: ...}`, or another purpose"
    return Finding("PP113", problem, mend, spec.place_of("target.resource"))


_conforms: Guard = judge
