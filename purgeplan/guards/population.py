"""The guard that what the app holds is known; a share of the unknown is no share."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import empties, held, noun
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where nobody says how many there are."""
    known = held(facts.population, spec.target.resource)
    if facts.left == 0 or known is not None or empties(spec, policy):
        return None
    kind = noun(spec.target.resource, 2)
    return Finding(
        "PP106",
        f'it is unknown how many {kind} "{spec.app.name}" holds',
        "give a key that may view the app, take the ids from an export, or declare it in the"
        " policy (purgeplan.yaml), at the app: `population: {subscriptions: 61000}`",
        spec.place_of("app.id"),
    )


_conforms: Guard = judge
