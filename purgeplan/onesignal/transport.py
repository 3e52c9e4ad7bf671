"""httpx's transport over aiohttp: each request goes out as it was decided, once.

aiohttp by itself sends an idempotent request such as DELETE a second time when a kept-alive
connection dies, follows redirects, keeps cookies and normalizes paths; here it does none of it.
Its private switch for the first is not needed: aiohttp repeats only on errors of its own, and
here each is another's before aiohttp sees it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
from yarl import URL

from purgeplan.onesignal.wire import (
    BODY_BYTES,
    CONNECT_S,
    TOTAL_S,
    AsyncBaseTransport,
    ConnectError,
    ReadError,
    ReadTimeout,
    Request,
    Response,
    tls_context,
)

CONNECTIONS: Final = 512
"""At most; as many as a run has requests in flight."""

DNS_S: Final = 300
"""OneSignal asks that its DNS TTL of 300 s be respected (onesignal.md 1.0)."""

KEPT_ALIVE_S: Final = 30.0
AUTOMATIC: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add: only those of the request go out."""


class AiohttpTransport(AsyncBaseTransport):
    """Sends requests, any number at once over ``connections`` connections, each exactly once.

    Raises ConnectError where nothing was sent (resolve, connect, handshake), ReadTimeout after
    ``total_s`` seconds, and ReadError for whatever else may have happened after sending: a reused
    connection that turns out dead is among these, since the server may have read the request.
    Answers are read, and decompressed, up to 64 KiB; a longer one comes cut.
    """

    def __init__(
        self, connections: int = CONNECTIONS, total_s: float = TOTAL_S, connect_s: float = CONNECT_S
    ) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: Request) -> Response:
        """Send a request and read its answer whole."""
        session = self._session or self._open(tls=request.url.scheme == "https")
        url = URL(str(request.url), encoded=True)
        if url.raw_path_qs.encode() != request.url.raw_path:
            raise ValueError(_ALTERED)
        with _errors_named():
            async with session.request(
                request.method,
                url,
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
            ) as answer:
                body = await _up_to(BODY_BYTES, answer.content)
                return Response(answer.status, headers=_decoded(answer.raw_headers), content=body)

    async def aclose(self) -> None:
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
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=AUTOMATIC,
            auto_decompress=True,
            trust_env=False,
            middlewares=(_once,),
        )
        return self._session


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send, and name errors so that aiohttp does not take them for a reason to send again."""
    with _errors_named():
        return await handler(request)


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise ConnectError(type(error).__name__) from error
    except TimeoutError as error:
        raise ReadTimeout(type(error).__name__) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ReadError(type(error).__name__) from error


def _decoded(raw: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Give the headers without that of an encoding which is undone by now."""
    return [(name, value) for name, value in raw if name.lower() != b"content-encoding"]


async def _up_to(limit: int, stream: aiohttp.StreamReader) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in stream.iter_any():
        parts.append(part)
        size += len(part)
        if size >= limit:
            break
    return b"".join(parts)[:limit]


_ALTERED: Final = "a bug in purgeplan: the target of a request changed on its way to the wire"
