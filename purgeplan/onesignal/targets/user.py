"""A user, with all aliases, subscriptions and properties (onesignal.md 1.1)."""

from purgeplan.model.ids import ONESIGNAL_ID
from purgeplan.model.outcome import Item
from purgeplan.onesignal.base import segment


def path_of(app_id: str, by: str, claimed: Item) -> str:
    """Give the path of a user's DELETE.

    Addressed by onesignal_id where it is known: who registered anew has another one.
    """
    one = claimed.id
    if claimed.onesignal_id is not None:
        by, one = ONESIGNAL_ID, claimed.onesignal_id
    return f"/apps/{segment(app_id)}/users/by/{segment(by)}/{segment(one, by)}"
