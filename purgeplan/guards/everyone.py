"""The guard against deleting everyone; one of one is everyone."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import UNMEASURED, empties, held, noun, of_held
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where as many would go as the app is known to hold, or where that is unknown.

    For users of whom only the lower bound is known, reaching that bound is a refusal too.
    """
    if facts.left == 0 or empties(spec, policy):
        return None
    whole = held(facts.population, spec.target.resource)
    if whole is not None and facts.left < whole:
        return None
    words = of_held(spec, facts, facts.left)
    if whole is None:
        problem, mend = f"this plan may cover everyone: {words}", UNMEASURED
    else:
        everyone = f"every known {noun(spec.target.resource, 1)}"
        problem = f'this plan covers {everyone} of "{spec.app.name}": {words}'
        mend = (
            "narrow the source; only `purpose: reset`, of an app that the policy lets be emptied,"
            " may"
        )
    return Finding("PP101", problem, mend, spec.place_of("source"))


_conforms: Guard = judge
