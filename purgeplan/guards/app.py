"""The guard that the app is the one meant: the name behind the id is the name in the plan."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse another name than OneSignal's; where that can't be seen, the policy must vouch."""
    if facts.live_name is None:
        return None if _vouched(spec, policy) else _unseen(spec)
    if facts.live_name == spec.app.name:
        return None
    return Finding(
        "PP107",
        f'the app with this id is "{facts.live_name}", the plan says "{spec.app.name}"',
        "correct app.id or app.name, whichever is wrong",
        spec.place_of("app.name"),
    )


def _vouched(spec: PlanSpec, policy: Policy | None) -> bool:
    entry = policy.app(spec.app.id) if policy is not None else None
    return entry is not None and entry.app.name == spec.app.name


def _unseen(spec: PlanSpec) -> Finding:
    return Finding(
        "PP107",
        f'nobody confirms that the app with this id is "{spec.app.name}": OneSignal was not asked'
        " or may not tell with this key",
        "give the key to plan with, or list the app's id and name in the policy (purgeplan.yaml)",
        spec.place_of("app.name"),
    )


_conforms: Guard = judge
