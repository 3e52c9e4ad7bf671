"""The guard that what a plan asks for can be done: nothing that it asks for is left out."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy


def judge(spec: PlanSpec, _policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse a drift check: this build would delete without it."""
    if spec.drift.check is DriftCheck.EXPORT:
        asked = "drift: {check: export}"
        mend = "write `drift: {check: none}` and have it reviewed, or wait for a build that can"
        problem = f"this build can't do `{asked}` yet, and never deletes without it"
        return Finding("PP116", problem, mend, spec.place_of("drift.check"))
    return None


_conforms: Guard = judge
