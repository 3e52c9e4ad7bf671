"""The guard that plans stay with the apps of the policy."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse an app that the policy does not list, or lists under another name."""
    if policy is None:
        return None
    entry = policy.app(spec.app.id)
    if entry is None:
        problem = f'the policy does not list the app "{spec.app.name}" with this id'
        mend = f"correct app.id, or add the app to {policy.path} and have that reviewed"
        return Finding("PP109", problem, mend, spec.place_of("app.id"))
    if entry.app.name != spec.app.name:
        problem = f'the policy calls this app "{entry.app.name}", the plan "{spec.app.name}"'
        mend = f"correct app.id or app.name, or the entry in {policy.path}"
        return Finding("PP109", problem, mend, spec.place_of("app.name"))
    return None


_conforms: Guard = judge
