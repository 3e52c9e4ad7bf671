"""The audience: who was made up, which ids they have, and which subscription is whose."""

import re
from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from random import Random
from typing import Final

from purgeplan.sandbox.ids import Ids

EXTERNAL_ID: Final = "external_id"
ONESIGNAL_ID: Final = "onesignal_id"
CUSTOM_ALIAS: Final = "crm_id"
"""The one alias label that a fifth of the users have besides OneSignal's own two."""

_FAMILY: Final = (1, 2, 3, 4)
_FAMILY_WEIGHTS: Final = (55, 25, 13, 7)
_EXTERNAL_BELOW: Final = 218
_CUSTOM_BELOW: Final = 51
_UNSUBSCRIBED_BELOW: Final = 31
"""Of 256: about 85 % have an external_id, 20 % the custom alias, 12 % are unsubscribed."""

_AWKWARD: Final = {3: "{:08d}", 7: "acme/{}", 11: "ann.{}+x@example.com", 15: "Zoë {}%"}
"""Forms of some external_ids, by the index modulo 32; the others are plain."""

_NUMBER = re.compile(r"\d{1,9}")


class Audience:
    """Users and subscriptions by index; whoever was added stays, alive or not.

    Only what differs is stored: the first subscription of each user, a byte of luck for each
    subscription, and the names of those who came back. Everything else follows from the seed.
    A user's subscriptions have consecutive indexes. ``reference``, in Unix seconds, is the instant
    before which they were active.
    """

    def __init__(self, seed: int, subscriptions: int, reference: int) -> None:
        self.reference = reference
        luck = Random(seed)  # noqa: S311 - repeatable is what it must be
        self.user_ids = Ids("user", seed)
        self.subscription_ids = Ids("subscription", seed)
        families = luck.choices(_FAMILY, _FAMILY_WEIGHTS, k=subscriptions)
        self._firsts = array("I", accumulate(families, initial=0))
        del self._firsts[bisect_left(self._firsts, subscriptions) :]
        self._firsts.append(subscriptions)
        self._luck = bytearray(luck.randbytes(subscriptions))
        self._returned: dict[int, str] = {}
        self._returned_by_name: dict[str, int] = {}

    @property
    def users(self) -> int:
        """Give how many users there ever were."""
        return len(self._firsts) - 1

    @property
    def subscriptions(self) -> int:
        """Give how many subscriptions there ever were."""
        return self._firsts[-1]

    def subscriptions_of(self, user: int) -> range:
        """Give the indexes of a user's subscriptions."""
        return range(self._firsts[user], self._firsts[user + 1])

    def user_of(self, subscription: int) -> int:
        """Give the index of whose subscription it is."""
        return bisect_right(self._firsts, subscription) - 1

    def subscribed(self, subscription: int) -> bool:
        """Tell whether messages may be sent to a subscription."""
        return self._luck[subscription] >= _UNSUBSCRIBED_BELOW

    def count_subscribed(self) -> int:
        """Give how many were ever made that messages may be sent to."""
        return len(self._luck.translate(None, bytes(range(_UNSUBSCRIBED_BELOW))))

    def external_id(self, user: int, draw: bytes) -> str | None:
        """Give a user's external_id; a few are as awkward as real ones (zeros, slash, umlaut)."""
        if user in self._returned:
            return self._returned[user]
        if draw[12] >= _EXTERNAL_BELOW:
            return None
        return _AWKWARD.get(user % 32, "user_{}").format(user)

    def custom_alias(self, user: int, draw: bytes) -> str | None:
        """Give a user's id under the label ``CUSTOM_ALIAS``."""
        return f"CRM-{user}" if draw[13] < _CUSTOM_BELOW else None

    def identity(self, user: int) -> dict[str, str]:
        """Give every alias of a user, as the API's ``identity``."""
        draw = self.user_ids.draw(user)
        aliases = {
            ONESIGNAL_ID: self.user_ids.text(user, draw),
            EXTERNAL_ID: self.external_id(user, draw),
            CUSTOM_ALIAS: self.custom_alias(user, draw),
        }
        return {label: alias for label, alias in aliases.items() if alias is not None}

    def candidates(self, label: str, alias: str) -> list[int]:
        """Give the users who hold or held an alias, the latest first."""
        if label == ONESIGNAL_ID:
            found = [self.user_ids.index(alias)]
        else:
            number = _NUMBER.search(alias)
            found = [self._returned_by_name.get(alias), int(number[0]) if number else None]
        known = (user for user in found if user is not None and user < self.users)
        wanted = alias.lower() if label == ONESIGNAL_ID else alias
        return [user for user in known if self.identity(user).get(label) == wanted]

    def subscription(self, text: str) -> int | None:
        """Give the index of a subscription's id, or None where there never was one."""
        index = self.subscription_ids.index(text)
        return index if index is not None and index < self.subscriptions else None

    def add(self, external_id: str) -> int:
        """Add a user with one subscribed subscription under an external_id; give its index."""
        user = self.users
        self._firsts.append(self.subscriptions + 1)
        self._luck.append(255)
        self._returned[user] = external_id
        self._returned_by_name[external_id] = user
        return user
