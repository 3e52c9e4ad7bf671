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
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import AppFacts, Clock, ExportAsk, Exporter, ExportFile, Journal
from purgeplan.model.records import REOPENED, ItemRow, PlanRow, PlanState
from purgeplan.sources.audience.fields import FIELDS
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.workspace import Workspace

ASK: Final = ExportAsk(tuple(name for name, field in FIELDS.items() if field.extra))
"""Everyone, with every field that can be asked for."""

RESUMED_S: Final = 3 * 3_600.0
"""How long the export of an apply that was killed is gone on with: 10 M rows take 83 minutes."""

SLACK_S: Final = 1.0
"""An export that was asked for just before counts as asked for now; clocks are read twice."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A backup with a row of everyone who is pending.

    ``held_back`` are positions of unresolved items that have none: nobody knows whether an earlier
    request has reached them, so they stay unknown, and are not sent again.
    """

    backup: Backup
    held_back: frozenset[int] = frozenset()


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

    async def keep(self, row: PlanRow, app: AppFacts) -> Covered:
        """Give the backup of whoever is left of a plan, made now where there is none.

        Whoever it finds under an external_id goes by their onesignal_id from then on: who registers
        under that name after the export has no row in it, and is another person. Of whom it finds
        no row, that one is skipped; where nobody is left then the plan is done.
        The one that the journal knows holds if its file is there, unchanged, and nobody is pending
        whom it does not cover. Raises what the exporter raises, InvalidError where the export
        can't be read whole, UnreachableError where there is no room, JournalError where the file
        can't be put in place; then nothing may be sent.
        """
        known = backups(self.journal.events(row.plan_id))
        if known and (covered := self._covered(row, known[-1])) is not None:
            return covered
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

    def _made(self, row: PlanRow, export: ExportFile, number: int) -> Covered:
        path = self.folder / f"{_stem(row.plan_id)}{number}.parquet"
        ids = self.journal.tally(row.plan_id).left
        with Workspace() as work:
            leaving = Leaving(work, row.draft.by, self._left(row))
            try:
                with self.new_file(path) as unfinished:
                    cut = leaving.cut(export, unfinished, self.tell)
            except InvalidError:
                self._begin(row)  # the next apply asks for another export
                raise
            skipped, held_back = self._leave(row, leaving)
        without = skipped + len(held_back)
        made = Backup(path.name, cut.sha256, cut.rows, ids, without, export.asked_at, skipped)
        self.journal.note(KEPT, row.plan_id, None, self.clock.now(), made.data())
        Path(export.path).unlink()  # everyone's rows, of which those who stay are nobody's
        if not self.journal.tally(row.plan_id).left:
            self.journal.conclude(row.plan_id, PlanState.DONE, self.clock.now())
        return Covered(made, held_back)

    def _leave(self, row: PlanRow, leaving: Leaving) -> tuple[int, frozenset[int]]:
        """Skip who has no row, and address who has one, before the file counts as a backup.

        Killed in between, whoever was skipped stays so: nobody is sent on the word of a file that
        the journal does not know.
        """
        plan_id, now = row.plan_id, self.clock.now()
        self.journal.address(plan_id, leaving.met(), now)
        skipped = self.journal.skip(plan_id, leaving.missing(State.PENDING), Skip.NO_BACKUP, now)
        return skipped, frozenset(leaving.missing(State.SENT))

    def _covered(self, row: PlanRow, backup: Backup) -> Covered | None:
        """Give a backup where its file is the one that was made, and covers whoever is pending.

        The set only shrinks, so it covers them unless somebody was taken back since, or stayed in
        it without a row: then each of them is looked up in it.
        """
        path = self.folder / backup.file
        if backup.forgotten or not path.is_file() or path.is_symlink():
            return None
        self.tell("checking the backup", 0, None)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != backup.sha256:
                return None
        if backup.without == backup.skipped and not self._reopened_since(row):
            return Covered(backup)
        return self._looked_up(row, backup)

    def _looked_up(self, row: PlanRow, backup: Backup) -> Covered | None:
        with Workspace() as work, work.spool() as (spool, copy):
            with (self.folder / backup.file).open("rb") as file:
                shutil.copyfileobj(file, copy)
            copy.flush()
            leaving = Leaving(work, row.draft.by, self._left(row))
            leaving.look_up(spool)
            if next(leaving.missing(State.PENDING), None) is not None:
                return None
            return Covered(backup, frozenset(leaving.missing(State.SENT)))

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
