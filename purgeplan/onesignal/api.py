"""Asks the API whatever is no DELETE: at its pace, again where it asks for that, in JSON only."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from purgeplan.errors import AttentionError, CredentialsError, Finding, UnreachableError
from purgeplan.model.answer import clamp_pause
from purgeplan.model.ports import Clock
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Resource
from purgeplan.onesignal.answers import (
    Heard,
    Said,
    is_absence,
    is_denial,
    read_retry_after,
    read_said,
)
from purgeplan.onesignal.base import Base
from purgeplan.onesignal.turns import Turns
from purgeplan.onesignal.wire import AsyncClient, RequestError, plain_client, read_up_to

TRIES: Final = 4
BACKOFF_S: Final = 2.0
PATIENCE_S: Final = 60.0
"""A longer Retry-After is not waited for: nothing was sent, the command can be repeated."""

BODY_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API's: its status and what it says."""

    status: int
    said: Said

    @property
    def ok(self) -> bool:
        """Tell whether it is a success."""
        return self.status // 100 == 2  # noqa: PLR2004 - 2xx

    @property
    def denied(self) -> bool:
        """Tell whether the key was refused."""
        return not self.ok and is_denial(self.status, self.said)

    @property
    def absent(self) -> bool:
        """Tell whether what was asked for does not exist."""
        return not self.ok and is_absence(self.status, self.said)


class Api:
    """Asks one app's API with one key, one request after the other; ``app_id`` is the app's."""

    def __init__(
        self, app: App, resource: Resource, key: Secret, clock: Clock, turns: Turns | None = None
    ) -> None:
        base = Base.of(app, resource)
        self.app_id = app.id
        self._root = base.origin + base.prefix
        self._authorization = base.authorization(key)
        self._clock = clock
        self._turns = turns or Turns()
        self._client: AsyncClient | None = None

    async def get(self, target: str) -> Reply:
        """Ask for a path and query below the API's root; see ``post`` for what is raised."""
        return await self._ask("GET", target, None)

    async def post(self, target: str, document: Mapping[str, Any]) -> Reply:
        """Send a document; it may arrive twice where an answer was lost.

        Raises UnreachableError where no answer can be had, AttentionError where it is not the
        API's. A refused key and other refusals are the reply's to tell.
        """
        return await self._ask("POST", target, document)

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _ask(
        self, method: Literal["GET", "POST"], target: str, document: Mapping[str, Any] | None
    ) -> Reply:
        wait_s, why = 0.0, ""
        for attempt in range(1, TRIES + 1):
            turn_s = self._turns.take(self._clock.monotonic(), wait_s)
            if turn_s > 0:
                await self._clock.sleep(turn_s)
            heard = await self._once(method, target, document)
            if heard is not None and not _is_passing(heard.status):
                return _read(heard)
            wait_s, why = self._pause(heard, attempt)
            if wait_s > PATIENCE_S:
                break
        raise UnreachableError(Finding("PP608", why, "repeat the command later"))

    async def _once(
        self, method: str, target: str, document: Mapping[str, Any] | None
    ) -> Heard | None:
        """Give the answer, read up to BODY_BYTES; None where there is none."""
        client = self._client = self._client or plain_client()
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        request = client.build_request(method, self._root + target, headers=headers, json=document)
        try:
            response = await client.send(request, stream=True)
            try:
                body = await read_up_to(BODY_BYTES, response)
            finally:
                await response.aclose()
        except RequestError:
            return None
        return Heard(response.status_code, response.headers, body)

    def _pause(self, heard: Heard | None, attempt: int) -> tuple[float, str]:
        """Give how long to wait before asking again, in seconds, and why."""
        backoff_s = BACKOFF_S * 2.0 ** (attempt - 1)
        if heard is None:
            return backoff_s, "the API can't be reached"
        asked_s = read_retry_after(heard.headers, self._clock.now())
        if heard.status == HTTPStatus.TOO_MANY_REQUESTS or asked_s is not None:
            pause_s = clamp_pause(asked_s)
            return pause_s, f"the API asks for a pause of {pause_s:.0f} s (status {heard.status})"
        return backoff_s, f"the API answers with status {heard.status}"


def _is_passing(status: int) -> bool:
    """Tell whether the same question may have an answer a little later."""
    passing = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
    return status in passing or status // 100 == 5  # noqa: PLR2004 - 5xx


def _read(heard: Heard) -> Reply:
    said = read_said(heard.headers, heard.body)
    if said is None or heard.status // 100 not in (2, 4):
        raise foreign(heard.status)
    return Reply(heard.status, said)


def foreign(status: int) -> AttentionError:
    """Give the error for an answer that is not the API's."""
    problem = f"an answer was not what OneSignal's API says (status {status})"
    return AttentionError(Finding("PP602", problem, _LOOK))


def refused_key() -> CredentialsError:
    """Give the error for a key that the API refuses."""
    return CredentialsError(Finding("PP601", "OneSignal refused the key", _CHECK))


_LOOK: Final = "look at what answers at base_url"
_CHECK: Final = "check the key under Settings > Keys & IDs of the app"
