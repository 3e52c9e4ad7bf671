"""The one place that sends DELETE: for a claimed item, once, to the target that was decided."""

from typing import Final

from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, Item
from purgeplan.model.ports import Clock
from purgeplan.model.ports import Target as TargetPort
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Target
from purgeplan.onesignal.answers import read_answer
from purgeplan.onesignal.base import Base
from purgeplan.onesignal.targets import TARGETS
from purgeplan.onesignal.wire import (
    NOT_SENT,
    USER_AGENT,
    AsyncBaseTransport,
    Request,
    TimeoutException,
    TransportError,
)


class DeleteTarget:
    """Deletes subscriptions, users or players of one app through a transport that repeats nothing.

    Whoever makes one gives it the transport, and it is the one to close it.
    """

    def __init__(
        self, app: App, target: Target, key: Secret, clock: Clock, transport: AsyncBaseTransport
    ) -> None:
        self._app_id = app.id
        self._path_of = TARGETS[target.resource]
        self._by = target.by
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
        decided = self._base.prefix + self._path_of(self._app_id, self._by, claimed)
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
