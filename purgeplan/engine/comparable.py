"""By which kinds of ids protect lists can be compared with what the sources name."""

from collections.abc import Mapping

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.spec import PlanSpec, Resource
from purgeplan.sources.reading.columns import NAMES


def compared(
    spec: PlanSpec, known: frozenset[str], *, exported: bool
) -> Mapping[str, tuple[str, str, str]]:
    """Give the kinds by which protect lists can be compared, and where their values are.

    A subscription has one user, so columns beside it tell whose it is. A user has subscriptions
    that no list need name, so a list of those says nothing certain of users, unless an export at
    hand (``exported``) has them all.
    """
    named = {spec.target.by: ("named", "id", "id")}
    if exported:
        return {kind: ("beside", "id", kind) for kind in NAMES} | named
    beside = known & set(NAMES)
    if spec.target.resource is Resource.USER:
        beside -= {SUBSCRIPTION_ID}
    return {kind: ("stated", "id", kind) for kind in beside} | named
