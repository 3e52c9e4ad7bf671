"""A subscription through the legacy endpoint, where it is called a player (onesignal.md 1.3)."""

from collections.abc import Callable

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def paths(root: str, app_id: str, by: str) -> Callable[[Item], str]:
    """Give what makes the paths and queries of players' DELETEs."""
    query = f"?app_id={segment(app_id)}"
    return lambda claimed: f"{root}/players/{segment(claimed.id, SUBSCRIPTION_ID)}{query}"
