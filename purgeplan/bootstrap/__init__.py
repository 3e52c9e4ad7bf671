"""Names in a plan become ready objects here: the one room that knows every other's constructors.

Rooms are imported where they are used, so that a command loads only what it needs.
"""

from purgeplan.bootstrap.foreseen import foresee
from purgeplan.bootstrap.loop import look
from purgeplan.bootstrap.shop import Shop, kinds

__all__ = ["Shop", "foresee", "kinds", "look"]
