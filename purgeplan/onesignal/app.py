"""Looks at one app through the API's views: its name and count, who is there, whom an alias names.

Bodies hold credentials and personal data: no more than a name, a count or an id is taken out.
"""

from http import HTTPStatus

from purgeplan.errors import Finding, RefusedError
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.ports import AppFacts, AppView, Clock
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Resource, Target
from purgeplan.onesignal.answers import who
from purgeplan.onesignal.api import Api, Reply, foreign, refused_key
from purgeplan.onesignal.base import segment
from purgeplan.onesignal.turns import Turns


class OneSignalApp:
    """One app, seen with the app's own key, at one request a second."""

    def __init__(
        self, app: App, target: Target, key: Secret, clock: Clock, turns: Turns | None = None
    ) -> None:
        self._app_id = app.id
        self._legacy = target.resource is Resource.PLAYER
        self._api = Api(app, target.resource, key, clock, turns)

    async def look(self) -> AppFacts:
        """Check the key and give name and count of subscriptions; see AppView.

        Whether an app's own key may see its app is documented both ways (onesignal.md 1.8), so a
        refusal is not yet one of the key: that is asked of an endpoint which surely takes it.
        Raises RefusedError where there is no such app, AttentionError where it is another one.
        """
        reply = await self._api.get(f"/apps/{segment(self._app_id)}")
        if reply.ok:
            if str(reply.said.document.get("id", self._app_id)).lower() != self._app_id:
                raise foreign(reply.status)  # another app than was asked for
            return _facts(reply)
        if reply.denied and reply.status not in _GONE:
            await self._prove_key()
            return AppFacts(None, None)
        raise self._why(reply)

    async def holds(self, kind: str, one: str) -> bool | None:
        """Tell whether a subscription or a user exists; None where the API can't say."""
        reply = await self._api.get(self._path_of(kind, one))
        if reply.ok or reply.absent:
            return reply.ok
        if reply.denied:
            raise refused_key()
        return None

    async def onesignal_id(self, kind: str, one: str) -> str | None:
        """Give whom an id names now, or None; raises AttentionError where the API can't say."""
        reply = await self._api.get(self._identity_of(kind, one))
        if reply.absent:
            return None
        if reply.denied:
            raise refused_key()
        named = who(reply.said) if reply.ok else None
        if named is None:
            raise foreign(reply.status)
        return named

    async def close(self) -> None:
        """Close every connection."""
        await self._api.close()

    async def _prove_key(self) -> None:
        app = segment(self._app_id)
        path = f"/players?app_id={app}&limit=1" if self._legacy else f"/apps/{app}/segments?limit=1"
        reply = await self._api.get(path)
        if not (reply.ok or _only_the_plan_forbids(reply)):
            raise self._why(reply)

    def _why(self, reply: Reply) -> Exception:
        if reply.status in _GONE:
            problem = f"OneSignal knows no app {self._app_id} (or the key can't reach it)"
            return RefusedError(Finding("PP603", problem, "check app.id and the key"))
        return refused_key() if reply.denied else foreign(reply.status)

    def _path_of(self, kind: str, one: str) -> str:
        if self._legacy and kind == SUBSCRIPTION_ID:
            return f"/players/{segment(one, kind)}?app_id={segment(self._app_id)}"
        return self._identity_of(kind, one)

    def _identity_of(self, kind: str, one: str) -> str:
        """Give the path of an identity: it tells what exists, and no e-mail or token with it."""
        app = segment(self._app_id)
        if kind == SUBSCRIPTION_ID:
            return f"/apps/{app}/subscriptions/{segment(one, kind)}/user/identity"
        return f"/apps/{app}/users/by/{segment(kind)}/{segment(one, kind)}/identity"


def _facts(reply: Reply) -> AppFacts:
    name, players = reply.said.document.get("name"), reply.said.document.get("players")
    return AppFacts(
        name=name if isinstance(name, str) else None,
        subscriptions=players if type(players) is int and players >= 0 else None,
    )


def _only_the_plan_forbids(reply: Reply) -> bool:
    """Tell whether the key was good, and the customer's plan too small for the endpoint."""
    return reply.status == HTTPStatus.FORBIDDEN and "on your plan" in reply.said.errors


_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_conforms: type[AppView] = OneSignalApp
