"""The one place that sends DELETE: for a claimed item, once, to the target that was decided."""

from collections.abc import Callable, Mapping

from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, Item
from purgeplan.model.ports import Clock
from purgeplan.model.ports import Target as TargetPort
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Target
from purgeplan.onesignal.answers import read_answer
from purgeplan.onesignal.base import Base
from purgeplan.onesignal.targets import TARGETS
from purgeplan.onesignal.transport import LostError, NotSentError, TookTooLongError, Transport
from purgeplan.onesignal.wire import USER_AGENT


class DeleteTarget:
    """Deletes subscriptions, users or players of one app through a transport that repeats nothing.

    ``transport`` makes one from an origin and the headers of every request; it is closed here.
    """

    def __init__(
        self,
        app: App,
        target: Target,
        key: Secret,
        clock: Clock,
        transport: Callable[[str, Mapping[str, str]], Transport] = Transport,
    ) -> None:
        base = Base.of(app, target.resource)
        self._path_of = TARGETS[target.resource](base.prefix, app.id, target.by)
        self._clock = clock
        headers = {
            "Authorization": base.authorization(key),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
        }
        self._transport = transport(base.origin, headers)

    async def delete(self, claimed: Item) -> Answer:
        """Send one DELETE and read its answer."""
        try:
            heard = await self._transport.send("DELETE", self._path_of(claimed))
        except NotSentError:
            return Answer(Code.NOT_SENT)
        except TookTooLongError:
            return Answer(Code.TIMEOUT)
        except LostError:
            return Answer(Code.CONNECTION_LOST)
        return read_answer(heard.status, heard.headers, heard.body, self._clock.now())

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.close()


_conforms: type[TargetPort] = DeleteTarget
