"""The one place that sends DELETE: for a claimed item, once, to the target that was decided."""

from typing import Final

from purgeplan.model.answer import Answer
from purgeplan.model.ids import ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.outcome import Code, Item
from purgeplan.model.ports import Clock
from purgeplan.model.ports import Target as TargetPort
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Resource, Target
from purgeplan.onesignal.answers import read_answer
from purgeplan.onesignal.base import Base, segment
from purgeplan.onesignal.wire import (
    NOT_SENT,
    USER_AGENT,
    AsyncBaseTransport,
    Request,
    TimeoutException,
    TransportError,
)


def decide_target(app_id: str, target: Target, claimed: Item) -> str:
    """Give path and query of the DELETE for an item, below the API's root.

    A user is addressed by onesignal_id where it is known: who registered anew has another one.
    Raises ValueError for an id that is unfit to be sent.
    """
    app = segment(app_id)
    if target.resource is Resource.PLAYER:
        return f"/players/{segment(claimed.id, SUBSCRIPTION_ID)}?app_id={app}"
    if target.resource is Resource.SUBSCRIPTION:
        return f"/apps/{app}/subscriptions/{segment(claimed.id, SUBSCRIPTION_ID)}"
    by, one = target.by, claimed.id
    if claimed.onesignal_id is not None:
        by, one = ONESIGNAL_ID, claimed.onesignal_id
    return f"/apps/{app}/users/by/{segment(by)}/{segment(one, by)}"


class DeleteTarget:
    """Deletes subscriptions, users or players of one app through a transport that repeats nothing.

    Whoever makes one gives it the transport, and it is the one to close it.
    """

    def __init__(
        self, app: App, target: Target, key: Secret, clock: Clock, transport: AsyncBaseTransport
    ) -> None:
        self._app_id = app.id
        self._target = target
        self._clock = clock
        self._transport = transport
        self._base = Base.of(app, target.resource)
        self._headers = {
            "Authorization": self._base.authorization(key),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
        }

    async def delete(self, claimed: Item) -> Answer:
        """Send one DELETE and read its answer."""
        decided = self._base.prefix + decide_target(self._app_id, self._target, claimed)
        request = Request("DELETE", self._base.origin + decided, headers=self._headers)
        if request.url.raw_path != decided.encode():
            raise ValueError(_ALTERED)
        try:
            response = await self._transport.handle_async_request(request)
            body = await response.aread()
        except NOT_SENT:
            return Answer(Code.NOT_SENT)
        except TimeoutException:
            return Answer(Code.TIMEOUT)
        except TransportError:
            return Answer(Code.CONNECTION_LOST)
        return read_answer(response.status_code, response.headers, body, self._clock.now())

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


_ALTERED: Final = "a bug in purgeplan: httpx changed the target that was decided"
_conforms: type[TargetPort] = DeleteTarget
