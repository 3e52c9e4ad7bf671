"""A subscription: only that one; its user and their other subscriptions stay (onesignal.md 1.2)."""

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def path_of(app_id: str, by: str, claimed: Item) -> str:
    """Give the path of a subscription's DELETE."""
    return f"/apps/{segment(app_id)}/subscriptions/{segment(claimed.id, SUBSCRIPTION_ID)}"
