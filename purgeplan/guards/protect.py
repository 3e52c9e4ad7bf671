"""The guard that every protect list was compared with the ids: a list unread saves nobody."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where a list could not be compared, or where one that is asked for is missing."""
    blind = [one for one in facts.protects if one.saved is None]
    if blind:
        names = ", ".join(f"{one.name} (by {one.by})" for one in blind)
        problem = f"protect lists can't be compared with ids by {spec.target.by}: {names}"
        return Finding("PP111", problem, _mend(spec.target.by), blind[0].place)
    asked = len(spec.protect) + (len(policy.protect) if policy is not None else 0)
    if len(facts.protects) < asked:
        problem = f"{len(facts.protects)} of {asked} protect lists were read"
        mend = "this is a bug in purgeplan: please report it"
        return Finding("PP111", problem, mend, spec.place_of("protect"))
    return None


def _mend(by: str) -> str:
    return (
        f"give the list by {by}, or a source that holds both kinds of id: an export, or a file"
        " with OneSignal's columns external_user_id and onesignal_id"
    )


_conforms: Guard = judge
