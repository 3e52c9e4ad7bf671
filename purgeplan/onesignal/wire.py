"""The one module that imports httpx: the field is moving to a fork with the same interface."""

import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

from httpx import (
    URL,
    AsyncClient,
    InvalidURL,
    RequestError,
    Response,
    Timeout,
    create_ssl_context,
)

from purgeplan.errors import Finding, InvalidError

__all__ = ["URL", "AsyncClient", "RequestError", "Response"]

CONNECT_S: Final = 10.0
TOTAL_S: Final = 60.0
LAST_PORT: Final = 65_535
BODY_BYTES: Final = 64 * 1024
"""More of an answer to a DELETE than this is not read: the API's are below 1 KiB."""

USER_AGENT: Final = "purgeplan"


_TLS: Final = "correct or unset SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE"


@cache
def tls_context() -> ssl.SSLContext:
    """Give the context of every connection: TLS 1.2 at least, certificates always checked.

    Trusts certifi's authorities (slim machines have none) and the system's (corporate networks
    add their own there); ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are heeded. Raises InvalidError
    where what they name can't be read.
    """
    try:
        context = create_ssl_context()
        context.load_default_certs()
    except OSError as error:  # SSLError is one
        problem = f"TLS can't be set up ({error.strerror or type(error).__name__})"
        raise InvalidError(Finding("PP617", problem, _TLS)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def plain_client(timeout_s: float = TOTAL_S) -> AsyncClient:
    """Give a client that does what it is told: no redirects, proxies, netrc, or cookies."""
    return AsyncClient(
        verify=tls_context(),
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


async def read_up_to(limit: int, response: Response) -> bytes:
    """Read a streamed answer, decompressed, up to so many bytes; raises RequestError."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size >= limit:
            break
    return b"".join(parts)[:limit]


def url_of(text: str) -> URL | None:
    """Read an address as the client will, None where it can't go there."""
    try:
        url = URL(text)
        goes = bool(url.host) and (url.port or 0) <= LAST_PORT  # IDNA is judged at the host
    except (InvalidURL, ValueError):  # of UTF-8 and of IDNA are ValueErrors
        return None
    return url if goes else None
