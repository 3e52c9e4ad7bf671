"""The guard of reset: only an app marked for it may be emptied, and by its own export."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import empties
from purgeplan.model.spec import PlanSpec, Policy, Purpose


def judge(spec: PlanSpec, policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse a reset of an app that the policy does not let be emptied, or from a list."""
    if spec.purpose is not Purpose.RESET:
        return None
    if not empties(spec, policy):
        problem = f'the policy does not let the app "{spec.app.name}" be emptied'
        mend = "reset is for test apps: have `may_be_emptied: true` written in the policy"
        return Finding("PP114", problem, mend, spec.place_of("purpose"))
    listed = [one for one in spec.sources if one.kind != "export"]
    if listed or not spec.sources:
        problem = "a reset takes its ids from an export and from nothing else"
        place = listed[0].place if listed else spec.place_of("source")
        return Finding("PP114", problem, "write `source: {from: export}`", place)
    return None


_conforms: Guard = judge
