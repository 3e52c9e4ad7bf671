"""Exports of a plan's app: who gets them, where their files lie, how one is remembered."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from purgeplan.model.fingerprint import origin
from purgeplan.model.ports import AppFacts, Clock, ExportAsk, Exporter, ExportFile, Journal
from purgeplan.model.spec import App, PlanSpec

if TYPE_CHECKING:
    from purgeplan.model.secret import Secret
    from purgeplan.onesignal.turns import Turns
    from purgeplan.sources.audience.copies import Copy, Wish
    from purgeplan.sources.reading.reach import Progress

_ASKED: Final = "export.asked"


@dataclass(frozen=True, slots=True)
class Exports:
    """Gets exports of one plan's app; ``folder`` is where they lie, existing or not.

    ``key`` finds the API key, or raises CredentialsError; ``turns`` are those of every look at it.
    """

    spec: PlanSpec
    clock: Clock
    key: Callable[[], "Secret"]
    folder: Path
    turns: "Turns"

    def exporter(self, journal: Journal, app: AppFacts) -> Exporter:
        """Give what gets exports, as long as the app's size lets it; files too old are deleted."""
        from purgeplan.journal.files import folder_beside
        from purgeplan.onesignal.api import Api
        from purgeplan.onesignal.export import KEPT_S, Memory, patience_s
        from purgeplan.onesignal.export import Exporter as CsvExporter

        spec = self.spec
        folder_beside(self.folder)
        self.drop(KEPT_S)
        api = Api(spec.app, spec.target.resource, self.key(), self.clock, self.turns)
        memory = Memory(
            self.folder,
            partial(_recall, journal, spec.app),
            partial(_remember, journal, spec.app),
        )
        return CsvExporter(api, self.clock, memory, patience_s(app.subscriptions))

    def drop(self, older_than_s: float = 0.0) -> int:
        """Delete files of exports that are older than so many seconds; give how many."""
        before = self.clock.now().timestamp() - older_than_s
        files = self.folder.glob("export-*.csv.gz*")
        old = [one for one in files if one.stat().st_mtime <= before]
        for one in old:
            one.unlink()
        return len(old)

    def copy(self, file: ExportFile, wish: "Wish", into: Path, progress: "Progress") -> "Copy":
        """Write an export's rows to a new file, 0600, whole or not at all; see ``copied``."""
        from purgeplan.journal.files import appearing
        from purgeplan.sources.audience.copies import copied
        from purgeplan.sources.workspace import Workspace

        with Workspace() as work, appearing(into) as unfinished:
            return copied(work, file, wish, unfinished, progress)

    def get(
        self,
        journal: Journal,
        app: AppFacts,
        ask: ExportAsk,
        max_age_s: float,
        progress: "Progress",
    ) -> ExportFile:
        """Get one export where no event loop runs; a segment must be there and not be everyone.

        Raises CredentialsError where there is no key, InvalidError for such a segment, and what
        ``Exporter.fetch`` does.
        """
        import asyncio

        return asyncio.run(self._get(journal, app, ask, max_age_s, progress))

    async def _get(
        self,
        journal: Journal,
        app: AppFacts,
        ask: ExportAsk,
        max_age_s: float,
        progress: "Progress",
    ) -> ExportFile:
        from purgeplan.onesignal.api import Api
        from purgeplan.onesignal.segments import find_segment

        if ask.segment is not None:
            api = Api(self.spec.app, self.spec.target.resource, self.key(), self.clock, self.turns)
            try:
                await find_segment(api, ask.segment)
            finally:
                await api.close()
        exporter = self.exporter(journal, app)
        try:
            return await exporter.fetch(ask, max_age_s, progress)
        finally:
            await exporter.close()


def _recall(journal: Journal, app: App, ask: ExportAsk) -> tuple[str, datetime] | None:
    """Give URL and time of the last export that was asked for just so."""
    asked = _digest(app, ask)
    found = [one for one in journal.events(kind=_ASKED) if one.data["ask"] == asked]
    return (found[-1].data["url"], datetime.fromisoformat(found[-1].data["at"])) if found else None


def _remember(journal: Journal, app: App, ask: ExportAsk, url: str, at: datetime) -> None:
    data = {"ask": _digest(app, ask), "url": url, "at": at.isoformat()}
    journal.note(_ASKED, None, None, at, data)


def _digest(app: App, ask: ExportAsk) -> str:
    """Name what was asked for, and where: a sandbox's export says nothing of the app itself."""
    asked = json.dumps([origin(app.base_url), app.id, asdict(ask)], default=str, sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()
