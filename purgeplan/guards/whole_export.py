"""The guard that an export is narrowed down: unnarrowed it is everyone."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.measure import empties
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse an export without ``inactive_for`` or ``where``, unless the app may be emptied."""
    if empties(spec, policy):
        return None
    for one in spec.sources:
        narrowed = any(one.options.get(name) is not None for name in ("inactive_for", "where"))
        if one.kind == "export" and not narrowed:
            problem = "an export without `inactive_for` or `where` selects everyone"
            return Finding("PP115", problem, "write one of them", one.place)
    return None


_conforms: Guard = judge
