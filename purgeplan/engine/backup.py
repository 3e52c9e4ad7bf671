"""Before anybody is sent: the full rows of exactly those who go are kept, or nothing is sent."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from purgeplan.engine.leaving import Leaving
from purgeplan.errors import Finding, InvalidError, UnreachableError
from purgeplan.model.backup import BEGUN, FORGOTTEN, KEPT, Backup, backups
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppFacts, Clock, ExportAsk, Exporter, ExportFile, Journal
from purgeplan.model.records import ItemRow, PlanRow
from purgeplan.sources.audience.fields import FIELDS
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.workspace import Workspace

ASK: Final = ExportAsk(tuple(name for name, field in FIELDS.items() if field.extra))
"""Everyone, with every field that can be asked for."""

RESUMED_S: Final = 3 * 3_600.0
"""How long the export of an apply that was killed is gone on with: 10 M rows take 83 minutes."""

SLACK_S: Final = 1.0
"""An export that was asked for just before counts as asked for now; clocks are read twice."""

REOPENED: Final = "plan.reopened"


@dataclass(frozen=True, slots=True)
class Backups:
    """Keeps backups in ``folder``; ``new_file`` names a file once it is written.

    ``exporter`` makes what gets an export, given what the app says of itself.
    """

    journal: Journal
    exporter: Callable[[AppFacts], Exporter]
    clock: Clock
    folder: Path
    new_file: Callable[[Path], AbstractContextManager[Path]]
    tell: Progress

    async def keep(self, row: PlanRow, app: AppFacts) -> Backup:
        """Give the backup of whoever is left of a plan, made now where there is none.

        Whoever it finds under an external_id goes by their onesignal_id from then on: who registers
        under that name after the export has no row in it, and is another person.
        The one that the journal knows holds if its file is there, unchanged, and nobody is left
        whom it does not cover. Raises what the exporter raises, InvalidError where the export
        can't be read whole, UnreachableError where there is no room, JournalError where the file
        can't be put in place; then nothing may be sent.
        """
        known = backups(self.journal.events(row.plan_id))
        if known and self._holds(row, known[-1]):
            return known[-1]
        if not self.folder.is_dir():
            problem = f"{self.folder} is no folder"
            raise UnreachableError(Finding("PP616", problem, "move it away, then repeat"))
        asked_since = self._begun(row)
        self._clear(row, known)
        age_s = (self.clock.now() - asked_since).total_seconds() + SLACK_S
        exporter = self.exporter(app)
        try:
            export = await exporter.fetch(ASK, age_s, self.tell)
        finally:
            await exporter.close()
        return self._made(row, export, len(known) + 1)

    def _left(self, row: PlanRow) -> Iterator[ItemRow]:
        return self.journal.items(row.plan_id, (State.PENDING, State.SENT))

    def _made(self, row: PlanRow, export: ExportFile, number: int) -> Backup:
        path = self.folder / f"{_stem(row.plan_id)}{number}.parquet"
        ids = self.journal.tally(row.plan_id).left
        try:
            with Workspace() as work, self.new_file(path) as unfinished:
                leaving = Leaving(work, row.draft.by, self._left(row))
                cut = leaving.cut(export, unfinished, self.tell)
                self.journal.address(row.plan_id, leaving.met(), self.clock.now())
        except InvalidError:
            self._begin(row)  # the next apply asks for another export
            raise
        made = Backup(path.name, cut.sha256, cut.rows, ids, cut.without, export.asked_at)
        self.journal.note(KEPT, row.plan_id, None, self.clock.now(), made.data())
        Path(export.path).unlink()  # everyone's rows, of which those who stay are nobody's
        return made

    def _holds(self, row: PlanRow, backup: Backup) -> bool:
        """Tell whether a file is the one that was made, and covers whoever is left.

        The set only shrinks, so it covers them unless somebody was taken back since: then each of
        them must have a row in it.
        """
        path = self.folder / backup.file
        if backup.forgotten or not path.is_file() or path.is_symlink():
            return False
        self.tell("checking the backup", 0, None)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != backup.sha256:
                return False
        return not self._reopened_since(row) or self._has_all(row, path)

    def _has_all(self, row: PlanRow, path: Path) -> bool:
        with Workspace() as work, work.spool() as (spool, copy):
            with path.open("rb") as file:
                shutil.copyfileobj(file, copy)
            copy.flush()
            return Leaving(work, row.draft.by, self._left(row)).without(spool) == 0

    def _reopened_since(self, row: PlanRow) -> bool:
        kinds = [one.kind for one in self.journal.events(row.plan_id)]
        return REOPENED in kinds[len(kinds) - kinds[::-1].index(KEPT) :]

    def _begun(self, row: PlanRow) -> datetime:
        """Give since when an export may have been asked for: now, or when a killed apply began."""
        told = [one for one in self.journal.events(row.plan_id) if one.kind in (BEGUN, KEPT)]
        if told and told[-1].kind == BEGUN:
            age_s = (self.clock.now() - told[-1].at).total_seconds()
            if age_s < RESUMED_S:
                return told[-1].at
        return self._begin(row)

    def _begin(self, row: PlanRow) -> datetime:
        now = self.clock.now()
        self.journal.note(BEGUN, row.plan_id, None, now, {})
        return now

    def _clear(self, row: PlanRow, known: tuple[Backup, ...]) -> None:
        """Delete what a killed apply left: files of this plan that the journal does not know."""
        named = {one.file for one in known}
        for one in files_of(self.folder, row.plan_id):
            if one.name not in named:
                one.unlink()


def forget(journal: Journal, row: PlanRow, folder: Path, now: datetime) -> int:
    """Delete every backup of a plan, and note it; give how many files there were.

    Noted is what is true by then. Killed before, the next call finds no file, and notes it still.
    """
    files = files_of(folder, row.plan_id)
    for one in files:
        one.unlink()
    if files or any(not one.forgotten for one in backups(journal.events(row.plan_id))):
        journal.note(FORGOTTEN, row.plan_id, None, now, {"files": len(files)})
    return len(files)


def files_of(folder: Path, plan_id: int) -> list[Path]:
    """Give the files of a plan's backups, unfinished ones too."""
    stem = _stem(plan_id)
    return [*folder.glob(f"{stem}*"), *folder.glob(f".{stem}*")]


def _stem(plan_id: int) -> str:
    return f"plan-{plan_id}-"
