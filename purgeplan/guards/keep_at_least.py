"""The guard of ``keep_at_least``: how many must stay."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import UNMEASURED, empties, held, noun, of_held
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where fewer would stay than the limit says, or where that is unknown."""
    if facts.left == 0 or empties(spec, policy):
        return None
    floor, whole = spec.limits.keep_at_least, held(facts.population, spec.target.resource)
    if whole is not None and whole - facts.left >= floor:
        return None
    words = of_held(spec, facts, facts.left)
    mend = "narrow the source, or lower the limit in the file and have it reviewed"
    if whole is None:
        mend = UNMEASURED
        problem = f"keep_at_least {floor:,} can't be judged: {words}"
    elif whole < facts.left:
        problem = f"more would go than are known to be there: {words}"
    else:
        stay = whole - facts.left
        kind = noun(spec.target.resource, stay)
        problem = f"{stay:,} {kind} would stay, under keep_at_least {floor:,}: {words} would go"
    return Finding("PP104", problem, mend, spec.place_of("limits.keep_at_least"))


_conforms: Guard = judge
