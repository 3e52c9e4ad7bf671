"""One app of the sandbox: who is still there, and deletions that take effect a little later."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from purgeplan.sandbox.audience import EXTERNAL_ID, Audience
from purgeplan.sandbox.limits import Limits
from purgeplan.sandbox.options import AppOptions
from purgeplan.sandbox.rows import Device, Person, device, person

_THERE: Final = 0
_LEAVING: Final = 1
_GONE: Final = 2

Row = tuple[Person, Device]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who was there at one moment, however much is deleted while it is read.

    Holds a byte for each subscription ever made and nothing else that grows.
    """

    audience: Audience
    fates: bytes
    active: dict[int, int]

    def rows(self) -> Iterator[Row]:
        """Give every user and subscription, in the order of their making."""
        user, owner = -1, None
        for index, fate in enumerate(self.fates):
            if fate == _GONE:
                continue
            if owner is None or index not in self.audience.subscriptions_of(user):
                user = self.audience.user_of(index)
                owner = person(self.audience, user)
            yield owner, self.row(owner, index)

    def row(self, owner: Person, index: int) -> Device:
        """Give one subscription as it looked then."""
        row = device(self.audience, index, owner)
        seen = self.active.get(index)
        return row if seen is None else row._replace(last_active=seen)


class AppState:
    """Who is there, with what is pending; instants given to it are monotonic seconds.

    A deletion is accepted at once and carried out ``lag_s`` later; until then everything shows
    whoever it is about. A user whose last subscription is deleted stays: no page says otherwise.
    """

    def __init__(self, app: AppOptions, audience: Audience, limits: Limits, lag_s: float) -> None:
        self.app = app
        self.key: str | None = app.api_key
        self.audience = audience
        self.limits = limits
        self.requests: Counter[str] = Counter()
        self.deletes: Counter[str] = Counter()
        self._lag_s = lag_s
        self._users = bytearray(audience.users)
        self._subscriptions = bytearray(audience.subscriptions)
        self._due: deque[tuple[float, bool, int]] = deque()
        self._active: dict[int, int] = {}
        self._gone_subscribed = 0
        self._returned = 0

    def opens_with(self, key: str | None) -> bool:
        """Tell whether a key is this app's; a revoked one is nobody's."""
        return key is not None and key == self.key

    def settle(self, now: float) -> None:
        """Carry out every deletion that is due."""
        while self._due and self._due[0][0] <= now:
            _, is_user, index = self._due.popleft()
            if is_user:
                self._users[index] = _GONE
            for subscription in self.audience.subscriptions_of(index) if is_user else (index,):
                self._drop(subscription)

    def _drop(self, subscription: int) -> None:
        if self._subscriptions[subscription] != _GONE:
            self._subscriptions[subscription] = _GONE
            self._gone_subscribed += self.audience.subscribed(subscription)

    def find_user(self, label: str, alias: str) -> int | None:
        """Give the index of the user who holds an alias now, or None."""
        found = self.audience.candidates(label, alias)
        return next((user for user in found if self._users[user] != _GONE), None)

    def find_subscription(self, subscription_id: str) -> int | None:
        """Give the index of a subscription that is there now, or None."""
        index = self.audience.subscription(subscription_id)
        return None if index is None or self._subscriptions[index] == _GONE else index

    def delete_user(self, user: int, now: float) -> None:
        """Accept the deletion of a user; a second time it is accepted and changes nothing."""
        if self._users[user] == _THERE:
            self._users[user] = _LEAVING
            self._due.append((now + self._lag_s, True, user))

    def delete_subscription(self, index: int, now: float) -> None:
        """Accept the deletion of a subscription; a second time likewise."""
        if self._subscriptions[index] == _THERE:
            self._subscriptions[index] = _LEAVING
            self._due.append((now + self._lag_s, False, index))

    def delete_player(self, index: int) -> None:
        """Delete a subscription at once, as the legacy endpoint's 200 says."""
        self._drop(index)

    def subscriptions_of(self, user: int) -> list[int]:
        """Give the indexes of those subscriptions of a user that are there now."""
        of_user = self.audience.subscriptions_of(user)
        return [index for index in of_user if self._subscriptions[index] != _GONE]

    def snapshot(self) -> Snapshot:
        """Freeze who is there; costs a byte a subscription."""
        return Snapshot(self.audience, bytes(self._subscriptions), dict(self._active))

    def mark_active(self, index: int, at: int) -> None:
        """Give a subscription a session at ``at``, Unix seconds."""
        self._active[index] = at

    def come_back(self, external_id: str, at: int) -> int | None:
        """Bring somebody back under an external_id, as a new user; None while it is taken."""
        if self.find_user(EXTERNAL_ID, external_id) is not None:
            return None
        user = self.audience.add(external_id)
        self._users.append(_THERE)
        self._subscriptions.append(_THERE)
        self._returned += 1
        self.mark_active(self.audience.subscriptions_of(user)[0], at)
        return user

    @property
    def present(self) -> int:
        """Give how many subscriptions are there now."""
        return len(self._subscriptions) - self._subscriptions.count(_GONE)

    @property
    def messageable(self) -> int:
        """Give how many of them messages may be sent to."""
        return self.audience.count_subscribed() - self._gone_subscribed

    def counts(self) -> dict[str, Any]:
        """Give what there is and what became of requests, for ``/_sandbox/state``.

        ``requests`` counts every request of the app by status (by fault where none went out),
        ``deletes`` only DELETEs. Whoever leaves within the lag still counts as there.
        """
        users, subscriptions = self._users, self._subscriptions
        return {
            "app_id": self.app.app_id,
            "name": self.app.name,
            "subscriptions": self.present,
            "users": len(users) - users.count(_GONE),
            "messageable": self.messageable,
            "pending_subscriptions": subscriptions.count(_LEAVING),
            "pending_users": users.count(_LEAVING),
            "deleted_subscriptions": subscriptions.count(_GONE),
            "deleted_users": users.count(_GONE),
            "returned_users": self._returned,
            "requests": dict(self.requests),
            "deletes": dict(self.deletes),
        }
