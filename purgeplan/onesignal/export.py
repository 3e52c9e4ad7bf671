"""Gets one CSV export of an app's audience, and goes on with it after a crash (onesignal.md 1.6).

An account has one export at a time, so one that was asked for is never asked for again: its URL
is remembered before the first look at it.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from purgeplan.errors import Finding, InvalidError, UnreachableError
from purgeplan.model.eta import EXPORT_ROWS_PER_S
from purgeplan.model.ports import Clock, ExportAsk, ExportFile
from purgeplan.model.ports import Exporter as ExporterPort
from purgeplan.onesignal.api import Api, foreign, refused_key
from purgeplan.onesignal.base import segment
from purgeplan.onesignal.download import Download, Progress, address_of

KEPT_S: Final = 3 * 86_400.0
"""OneSignal keeps a file for three days."""

LEAST_PATIENCE_S: Final = 600.0
UNKNOWN_PATIENCE_S: Final = 3_600.0
SLACK: Final = 3.0
POLL_S: Final = 2.0
SLOWEST_POLL_S: Final = 15.0

_HOPELESS = re.compile(r"segment not found|malformed|unknown field|must be", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives the process: the folder of files, and the URL of each ask with its time.

    ``remember`` is durable when it returns; ``recall`` gives URL and time (aware UTC), or None.
    """

    folder: Path
    recall: Callable[[ExportAsk], tuple[str, datetime] | None]
    remember: Callable[[ExportAsk, str, datetime], None]


def patience_s(subscriptions: int | None) -> float:
    """Give how long an export may take, in seconds: it grows with the app."""
    if subscriptions is None:
        return UNKNOWN_PATIENCE_S
    return LEAST_PATIENCE_S + SLACK * subscriptions / EXPORT_ROWS_PER_S


class Exporter:
    """Gets exports of one app, each within ``patience`` seconds; what it waits for it tells.

    Besides what the port says it raises InvalidError for an unknown segment or field, and
    AttentionError where the disk takes no file. A URL stays remembered whatever is raised.
    """

    def __init__(self, api: Api, clock: Clock, memory: Memory, patience: float) -> None:
        self._path = f"/players/csv_export?app_id={segment(api.app_id)}"
        self._api = api
        self._download = Download()
        self._clock = clock
        self._memory = memory
        self._patience = patience

    async def fetch(self, ask: ExportAsk, max_age_s: float, progress: Progress) -> ExportFile:
        """Give an export; its progress is in bytes while it is downloaded."""
        known = self._memory.recall(ask)
        if known is not None and 0 <= self._age_s(known[1]) < min(max_age_s, KEPT_S):
            if file := await self._appears(*known, progress):
                return file
            progress("the export asked for earlier never appeared; asking for another", 0, None)
        url, asked_at = await self._ask_when_free(ask, progress)
        self._file(url).unlink(missing_ok=True)  # of an export before, to which one URL was given
        self._memory.remember(ask, url, asked_at)
        if file := await self._appears(url, asked_at, progress):
            return file
        problem = f"the export did not appear within {self._patience:.0f} s"
        raise UnreachableError(Finding("PP610", problem, _AGAIN))

    async def close(self) -> None:
        """Close every connection."""
        await self._api.close()
        await self._download.close()

    async def _ask_when_free(self, ask: ExportAsk, progress: Progress) -> tuple[str, datetime]:
        """Give the URL, and the time before it was asked for: the file is no older."""
        until = self._until(self._clock.now())
        while True:
            asked_at = self._clock.now()
            if (url := await self._ask(ask)) is not None:
                return url, asked_at
            if self._clock.now() >= until:
                problem = "another export of this OneSignal account is still under way"
                raise UnreachableError(Finding("PP609", problem, _AGAIN))
            progress("waiting for another export of this OneSignal account", 0, None)
            await self._clock.sleep(SLOWEST_POLL_S)

    async def _ask(self, ask: ExportAsk) -> str | None:
        """Ask for an export and give the URL of its file; None where the account is busy.

        How a second export is refused is documented nowhere, so any refusal but those of the key
        and of what was asked for counts as that.
        """
        reply = await self._api.post(self._path, _document(ask))
        if reply.denied:
            raise refused_key()
        if not reply.ok:
            if _HOPELESS.search(reply.said.errors):
                problem = "OneSignal does not take this export: a segment or a field is unknown"
                raise InvalidError(Finding("PP613", problem, "check the segment's name"))
            return None
        url = reply.said.document.get("csv_file_url")
        if not isinstance(url, str):
            raise foreign(reply.status)
        address_of(url)  # before it is remembered: what can't be fetched would be asked for again
        return url

    async def _appears(self, url: str, asked_at: datetime, progress: Progress) -> ExportFile | None:
        """Poll for the file, once at least; None where it is not there in time."""
        path = self._file(url)
        wait_s = POLL_S
        while not (path.is_file() or await self._download.fetch(url, path, progress)):
            if self._clock.now() >= self._until(asked_at):
                return None
            progress("waiting for OneSignal to write the export", 0, None)
            await self._clock.sleep(wait_s)
            wait_s = min(wait_s * 1.5, SLOWEST_POLL_S)
        return ExportFile(str(path), _sha256(path), asked_at)

    def _file(self, url: str) -> Path:
        return self._memory.folder / _name(url)

    def _until(self, asked_at: datetime) -> datetime:
        return asked_at + timedelta(seconds=self._patience)

    def _age_s(self, at: datetime) -> float:
        return (self._clock.now() - at).total_seconds()


def _document(ask: ExportAsk) -> dict[str, Any]:
    """Give the body of the request; a segment's unsubscribed rows must be asked for."""
    body: dict[str, Any] = {"extra_fields": list(ask.extra_fields)}
    if ask.segment is not None:
        body |= {"segment_name": ask.segment, "include_unsubscribed": True}
    if ask.active_since is not None:
        body["last_active_since"] = str(int(ask.active_since.timestamp()))
    return body


def _name(url: str) -> str:
    """Give the name of an export's file: one that is there was fetched whole from this URL."""
    return f"export-{hashlib.sha256(url.encode()).hexdigest()[:16]}.csv.gz"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_AGAIN: Final = "repeat the command later: it goes on with this export"
_conforms: type[ExporterPort] = Exporter
