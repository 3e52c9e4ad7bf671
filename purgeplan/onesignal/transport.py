"""One HTTP request over aiohttp: it goes out as it was decided, once.

aiohttp by itself sends an idempotent request such as DELETE a second time when a kept-alive
connection dies, follows redirects, keeps cookies and normalizes paths; here it does none of it.
Its private switch for the first is not needed: aiohttp repeats only on errors of its own, and
here each is another's before aiohttp sees it.
"""

from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from purgeplan.onesignal.answers import Heard
from purgeplan.onesignal.wire import BODY_BYTES, CONNECT_S, TOTAL_S, tls_context

CONNECTIONS: Final = 512
"""At most; as many as a run has requests in flight."""

DNS_S: Final = 300
"""OneSignal asks that its DNS TTL of 300 s be respected (onesignal.md 1.0)."""

KEPT_ALIVE_S: Final = 30.0
AUTOMATIC: Final = ("Accept", "Accept-Encoding", "User-Agent")
"""Headers that aiohttp would add to a DELETE: only those that were given go out."""


class NotSentError(Exception):
    """Failed to resolve, to connect or to shake hands: no byte of the request has left."""


class TookTooLongError(Exception):
    """No whole answer came in time; the request may have been carried out."""


class LostError(Exception):
    """Whatever else may have happened after sending: the request may have been carried out."""


class Transport:
    """Sends requests to one origin, any number at once, each exactly once, with the same headers.

    A reused connection that turns out dead is a LostError: the server may have read the request.
    Answers are read, and decompressed, up to 64 KiB; a longer one comes cut.
    """

    def __init__(
        self,
        origin: str,
        headers: Mapping[str, str],
        connections: int = CONNECTIONS,
        total_s: float = TOTAL_S,
        connect_s: float = CONNECT_S,
    ) -> None:
        self._origin = origin
        self._headers = headers
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, target: str) -> Heard:
        """Send a request for a path and query, percent-encoded as they stand; read its answer.

        Raises NotSentError, TookTooLongError or LostError; ValueError, with nothing sent, where
        the target on the wire would be another one.
        """
        url = URL(self._origin + target, encoded=True)
        if url.raw_path_qs != target:
            raise ValueError(_ALTERED)
        session = self._session or self._open(tls=url.scheme == "https")
        try:
            async with session.request(method, url, allow_redirects=False) as answer:
                body = await _up_to(BODY_BYTES, answer.content)
                return Heard(answer.status, answer.headers, body)
        except _ERRORS as error:
            raise _named(error) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self, *, tls: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            ttl_dns_cache=DNS_S,
            keepalive_timeout=KEPT_ALIVE_S,
            ssl=tls_context() if tls else True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=[name for name in AUTOMATIC if name not in self._headers],
            auto_decompress=True,
            trust_env=False,
            middlewares=(_once,),
        )
        return self._session


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send, and name errors so that aiohttp does not take them for a reason to send again."""
    try:
        return await handler(request)
    except _ERRORS as error:
        raise _named(error) from error


_ERRORS: Final = (aiohttp.ClientError, TimeoutError, OSError)


def _named(error: Exception) -> Exception:
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return NotSentError(type(error).__name__)
        case TimeoutError():
            return TookTooLongError(type(error).__name__)
        case _:
            return LostError(type(error).__name__)


async def _up_to(limit: int, stream: aiohttp.StreamReader) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < limit and not stream.at_eof():
        part = await stream.readany()
        parts.append(part)
        size += len(part)
    return b"".join(parts)[:limit]


_ALTERED: Final = "a bug in purgeplan: the target of a request changed on its way to the wire"
