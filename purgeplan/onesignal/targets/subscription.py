"""A subscription: only that one; its user and their other subscriptions stay (onesignal.md 1.2)."""

from collections.abc import Callable

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def paths(root: str, app_id: str, by: str) -> Callable[[Item], str]:
    """Give what makes the paths of subscriptions' DELETEs."""
    above = f"{root}/apps/{segment(app_id)}/subscriptions/"
    return lambda claimed: above + segment(claimed.id, SUBSCRIPTION_ID)
