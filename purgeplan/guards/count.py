"""The guard of ``max_delete``: all that a plan ever claims, over all its runs."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where the ids claimed before and those left are more than the limit allows."""
    ever = facts.claimed_before + facts.left - facts.claimed_left
    ceiling = policy.max_delete if policy is not None else None
    if ever > spec.limits.max_delete:
        allowed, place = f"max_delete {spec.limits.max_delete:,}", spec.place_of(_POINTER)
        if policy is not None and ceiling is not None:
            allowed += f"; ceiling {ceiling:,} in {policy.place_of(_CEILING)}"
    elif policy is not None and ceiling is not None and ever > ceiling:
        allowed, place = f"the policy's max_delete {ceiling:,}", policy.place_of(_CEILING)
    else:
        return None
    return Finding("PP103", f"{_amount(facts, ever)} over {allowed}", _MEND, place)


def _amount(facts: Facts, ever: int) -> str:
    if facts.claimed_before == 0:
        return f"{ever:,} to delete is"
    return f"{ever:,} ids in all ({facts.claimed_before:,} claimed by earlier runs) is"


_POINTER, _CEILING = "limits.max_delete", "max_delete"
_MEND = "split the plan, or raise the limit in the file and have it reviewed"
_conforms: Guard = judge
