"""A user, with all aliases, subscriptions and properties (onesignal.md 1.1)."""

from collections.abc import Callable

from purgeplan.model.ids import ONESIGNAL_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def paths(root: str, app_id: str, by: str) -> Callable[[Item], str]:
    """Give what makes the paths of users' DELETEs.

    Addressed by onesignal_id where it is known: who registered anew has another one.
    """
    above = f"{root}/apps/{segment(app_id)}/users/by"
    planned, known = f"{above}/{segment(by)}/", f"{above}/{ONESIGNAL_ID}/"

    def path_of(claimed: Item) -> str:
        if claimed.onesignal_id is not None and by != ONESIGNAL_ID:
            return known + segment(claimed.onesignal_id, ONESIGNAL_ID)
        return planned + segment(claimed.id, by)

    return path_of
