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
from purgeplan.model.ports import Clock
from purgeplan.model.secret import Secret
from purgeplan.model.spec import App, Target
from purgeplan.onesignal.api import Api, foreign, refused_key
from purgeplan.onesignal.base import segment
from purgeplan.onesignal.download import Download

KEPT_S: Final = 3 * 86_400.0
"""OneSignal keeps a file for three days."""

ROWS_PER_S: Final = 2_000.0
LEAST_PATIENCE_S: Final = 600.0
UNKNOWN_PATIENCE_S: Final = 3_600.0
SLACK: Final = 3.0
POLL_S: Final = 2.0
SLOWEST_POLL_S: Final = 15.0

_HOPELESS = re.compile(r"segment not found|malformed|unknown field|must be", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export is to hold; without a segment everyone, the unsubscribed included.

    ``active_since`` keeps only rows active after it: it can't select the inactive.
    """

    extra_fields: tuple[str, ...] = ()
    segment_name: str | None = None
    active_since: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Give the body of the request; a segment's unsubscribed rows must be asked for."""
        body: dict[str, Any] = {"extra_fields": list(self.extra_fields)}
        if self.segment_name is not None:
            body |= {"segment_name": self.segment_name, "include_unsubscribed": True}
        if self.active_since is not None:
            body["last_active_since"] = str(int(self.active_since.timestamp()))
        return body


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the URL of one ``Wanted`` of one app outlives the process.

    ``remember`` is durable when it returns; ``recall`` gives URL and time (aware UTC), or None.
    """

    recall: Callable[[], tuple[str, datetime] | None]
    remember: Callable[[str, datetime], None]


@dataclass(frozen=True, slots=True)
class Export:
    """A whole export on disk, true at ``asked_at``; ``reused`` where it was there already."""

    path: Path
    asked_at: datetime
    reused: bool = False


def patience_s(subscriptions: int | None) -> float:
    """Give how long an export may take, in seconds: it grows with the app."""
    if subscriptions is None:
        return UNKNOWN_PATIENCE_S
    return LEAST_PATIENCE_S + SLACK * subscriptions / ROWS_PER_S


class Exporter:
    """Gets exports of one app; ``say`` is told what is waited for."""

    def __init__(
        self, app: App, target: Target, key: Secret, clock: Clock, say: Callable[[str], None]
    ) -> None:
        self._path = f"/players/csv_export?app_id={segment(app.id)}"
        self._api = Api(app, target.resource, key, clock)
        self._download = Download()
        self._clock = clock
        self._say = say

    async def obtain(
        self, wanted: Wanted, folder: Path, memory: Memory, max_age_s: float, patience: float
    ) -> Export:
        """Get an export into ``folder``, or the remembered one that is younger than max_age_s.

        Raises UnreachableError where none can be had within ``patience`` seconds; the URL stays
        remembered, and the next call goes on with it. See ``ask`` and ``Download.fetch`` too.
        """
        known = memory.recall()
        if known is not None and self._age_s(known[1]) < min(max_age_s, KEPT_S):
            url, asked_at = known
            path = folder / _name(url)
            if path.is_file():
                return Export(path, asked_at, reused=True)
            if await self._appears(url, path, asked_at + timedelta(seconds=patience)):
                return Export(path, asked_at)
            self._say("the export asked for earlier never appeared; asking for another")
        asked_at = self._clock.now()
        url = await self._ask_when_free(wanted, asked_at + timedelta(seconds=patience))
        asked_at = self._clock.now()
        memory.remember(url, asked_at)
        path = folder / _name(url)
        if await self._appears(url, path, asked_at + timedelta(seconds=patience)):
            return Export(path, asked_at)
        problem = f"the export did not appear within {patience:.0f} s"
        raise UnreachableError(Finding("PP610", problem, _AGAIN))

    async def ask(self, wanted: Wanted) -> str | None:
        """Ask for an export and give the URL of its file; None where the account is busy.

        How a second export is refused is documented nowhere, so any refusal but those of the key
        and of what was asked for counts as that.
        """
        reply = await self._api.post(self._path, wanted.document())
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
        return url

    async def close(self) -> None:
        """Close every connection."""
        await self._api.close()
        await self._download.close()

    async def _ask_when_free(self, wanted: Wanted, until: datetime) -> str:
        while (url := await self.ask(wanted)) is None:
            if self._clock.now() >= until:
                problem = "another export of this OneSignal account is still under way"
                raise UnreachableError(Finding("PP609", problem, _AGAIN))
            self._say("another export of this OneSignal account is under way; waiting for it")
            await self._clock.sleep(SLOWEST_POLL_S)
        return url

    async def _appears(self, url: str, path: Path, until: datetime) -> bool:
        """Poll for the file, once at least; False where it is not there in time."""
        wait_s = POLL_S
        while not await self._download.fetch(url, path):
            if self._clock.now() >= until:
                return False
            self._say("OneSignal is writing the export")
            await self._clock.sleep(wait_s)
            wait_s = min(wait_s * 1.5, SLOWEST_POLL_S)
        return True

    def _age_s(self, at: datetime) -> float:
        return (self._clock.now() - at).total_seconds()


def _name(url: str) -> str:
    """Give the name of an export's file: one that is there was fetched whole from this URL."""
    return f"export-{hashlib.sha256(url.encode()).hexdigest()[:16]}.csv.gz"


_AGAIN: Final = "repeat the command later: it goes on with this export"
