"""The guard that a drift check can tell whom it looks for: every id is one that an export has."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy


def judge(spec: PlanSpec, _policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse ids that no row of an export can be compared with, or where that is unknown."""
    if spec.drift.check is DriftCheck.NONE or facts.untraced == 0:
        return None
    many = "it is unknown how many" if facts.untraced is None else f"{facts.untraced:,}"
    problem = f"drift can't be checked: no export holds ids by {spec.target.by} ({many} ids)"
    mend = (
        "target by external_id or onesignal_id, take a list that has onesignal_id beside the"
        " alias, or write `drift: {check: none}` and have it reviewed"
    )
    return Finding("PP118", problem, mend, spec.place_of("target.by"))


_conforms: Guard = judge
