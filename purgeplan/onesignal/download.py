"""Fetches the file of an export, whole or not at all; without the key, which is not its host's."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

from purgeplan.errors import AttentionError, Finding, UnreachableError
from purgeplan.onesignal.api import foreign
from purgeplan.onesignal.base import is_private_to_send
from purgeplan.onesignal.wire import (
    URL,
    AsyncClient,
    RequestError,
    Response,
    plain_client,
    url_of,
)

NOT_YET: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
"""Before the file is there its host says 404, or 403 in older texts (onesignal.md 1.6)."""

STEP_BYTES: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"

Progress = Callable[[str, int, int | None], None]
"""Is told phase, done and total (None where it is unknown)."""


class Download:
    """Fetches files of exports to paths of mode 0600."""

    def __init__(self) -> None:
        self._client: AsyncClient | None = None

    async def fetch(self, url: str, path: Path, progress: Progress) -> bool:
        """Fetch the file of an export; False where it is not there yet, or did not come whole.

        What is at ``path`` afterwards is what the host sent, of the length that it named, and
        begins as gzip does; its checksums are for whoever reads it, so that millions of rows are
        inflated once. Raises UnreachableError for another file, AttentionError for a redirect,
        another strange answer, or a disk that does not take it.
        """
        address = address_of(url)
        client = self._client = self._client or plain_client()
        try:
            async with client.stream("GET", address) as response:
                return await self._take(response, path, progress)
        except RequestError:  # cut or out of reach: asked for again, until patience ends
            return False

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _take(self, response: Response, path: Path, progress: Progress) -> bool:
        status = response.status_code
        if status in (*NOT_YET, HTTPStatus.TOO_MANY_REQUESTS) or status // 100 == 5:  # noqa: PLR2004 - 5xx
            return False
        if status != HTTPStatus.OK:
            raise foreign(status)
        size, done = response.headers.get("content-length", ""), 0
        total = int(size) if size.isdecimal() else None
        with _written(path) as file:
            async for part in response.aiter_raw(STEP_BYTES):
                if not done and not part.startswith(_GZIP):
                    raise _no_gzip()
                done += file.write(part)
                progress("downloading the export", done, total)
            if not done:
                raise _no_gzip()
        return True


def address_of(url: str) -> URL:
    """Give where a file is, as it is asked for; raises AttentionError unless that is by https."""
    address = url_of(url)
    if address is None or not is_private_to_send(address.scheme, address.host):
        problem = "the address of the export's file is no https URL"
        raise AttentionError(Finding("PP602", problem, "look at what answers at base_url"))
    return address


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """Write a file of mode 0600 beside its place, and put it there when it is complete."""
    part = path.with_name(path.name + ".part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        problem = f"the export can't be written to {path.parent} ({error.strerror})"
        raise AttentionError(Finding("PP612", problem, "make room, then repeat")) from error
    finally:
        part.unlink(missing_ok=True)


def _no_gzip() -> UnreachableError:
    problem = "what came as the export's file is no gzip"
    return UnreachableError(Finding("PP611", problem, "repeat the command: it is fetched again"))
