"""The guard of ``max_delete_percent``: what is left against what the app holds now."""

from decimal import Decimal

from purgeplan.errors import Finding, Place
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import UNMEASURED, empties, exceeds, held, of_held
from purgeplan.model.measure import percent as in_words
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse a share over the plan's limit or the policy's ceiling, exact to one id."""
    if facts.left == 0 or empties(spec, policy):
        return None
    whole = held(facts.population, spec.target.resource)
    for limit, words, place in _limits(spec, policy):
        if whole is None or exceeds(facts.left, whole, limit):
            problem, mend = f"{of_held(spec, facts, facts.left, limit)} is over {words}", _MEND
            if whole is None:
                problem = f"{words} can't be judged: {of_held(spec, facts, facts.left)}"
                mend = UNMEASURED
            return Finding("PP102", problem, mend, place)
    return None


def _limits(spec: PlanSpec, policy: Policy | None) -> list[tuple[Decimal, str, Place]]:
    own = spec.limits.max_delete_percent
    words = f"max_delete_percent {in_words(own)}"
    if policy is None or policy.max_delete_percent is None:
        return [(own, words, spec.place_of(_POINTER))]
    ceiling, place = policy.max_delete_percent, policy.place_of(_CEILING)
    return [
        (own, f"{words}; ceiling {in_words(ceiling)} in {place}", spec.place_of(_POINTER)),
        (ceiling, f"the policy's max_delete_percent {in_words(ceiling)}", place),
    ]


_POINTER, _CEILING = "limits.max_delete_percent", "max_delete_percent"
_MEND = "split the plan, or raise the limit in the file and have it reviewed"
_conforms: Guard = judge
