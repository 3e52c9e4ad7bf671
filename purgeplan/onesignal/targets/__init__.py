"""What can be deleted, one kind a file; the table below is the only list of them.

A kind is the path of its DELETE for an item that was claimed. A new one is a file here, a line
below, and its word in ``model.spec.Resource``.
"""

from collections.abc import Callable
from typing import Final

from purgeplan.model.outcome import Item
from purgeplan.model.spec import Resource
from purgeplan.onesignal.targets import player, subscription, user

PathOf = Callable[[Item], str]
"""Gives path and query for an item.

Raises ValueError for an id that is unfit to be sent, which is a bug by then.
"""

TARGETS: Final[dict[Resource, Callable[[str, str, str], PathOf]]] = {
    Resource.SUBSCRIPTION: subscription.paths,
    Resource.USER: user.paths,
    Resource.PLAYER: player.paths,
}
"""Each gives a PathOf from the API's root, the app id and the kind of alias."""
