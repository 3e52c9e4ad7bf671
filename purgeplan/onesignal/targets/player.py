"""A subscription through the legacy endpoint, where it is called a player (onesignal.md 1.3)."""

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def path_of(app_id: str, by: str, claimed: Item) -> str:
    """Give path and query of a player's DELETE."""
    return f"/players/{segment(claimed.id, SUBSCRIPTION_ID)}?app_id={segment(app_id)}"
