"""The guard that a plan may tighten the policy's ceilings and never loosen them."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import empties, percent
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse limits written above the policy's; a default is bound by the size guards alone."""
    if policy is None:
        return None
    limits, most = spec.limits, policy.max_delete
    if most is not None and not limits.max_delete <= most:
        own, pointer, allowed = f"{limits.max_delete:,}", "limits.max_delete", f"{most:,}"
    elif _loosens_percent(spec, policy) and policy.max_delete_percent is not None:
        own, pointer = percent(limits.max_delete_percent), "limits.max_delete_percent"
        allowed = percent(policy.max_delete_percent)
    else:
        return None
    name = pointer.removeprefix("limits.")
    problem = f"{name} {own} is over the policy's {allowed} ({policy.place_of(name)})"
    mend = f"write {name}: {allowed} or less, or have the policy changed"
    return Finding("PP108", problem, mend, spec.place_of(pointer))


def _loosens_percent(spec: PlanSpec, policy: Policy) -> bool:
    ceiling, own = policy.max_delete_percent, spec.limits.max_delete_percent
    if ceiling is None or "limits.max_delete_percent" not in spec.places or empties(spec, policy):
        return False
    return not (own.is_finite() and ceiling.is_finite() and own <= ceiling)


_conforms: Guard = judge
