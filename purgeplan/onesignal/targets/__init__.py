"""What can be deleted, one kind a file; the table below is the only list of them.

A kind is the path of its DELETE, below the API's root, for an item that was claimed. A new one is
a file here, a line below, and its word in ``model.spec.Resource``.
"""

from collections.abc import Callable
from typing import Final

from purgeplan.model.outcome import Item
from purgeplan.model.spec import Resource
from purgeplan.onesignal.targets import player, subscription, user

PathOf = Callable[[str, str, Item], str]
"""Gives path and query from the app id, the kind of alias, and the item.

Raises ValueError for an id that is unfit to be sent, which is a bug by then.
"""

TARGETS: Final[dict[Resource, PathOf]] = {
    Resource.SUBSCRIPTION: subscription.path_of,
    Resource.USER: user.path_of,
    Resource.PLAYER: player.path_of,
}
