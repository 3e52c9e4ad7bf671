"""Finding a plan in a journal for commands that only read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.opening import named, open_plan
from purgeplan.cli.state import state_folder
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.backup import backups
from purgeplan.model.outcome import State
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow
from purgeplan.model.review import Named

if TYPE_CHECKING:
    from purgeplan.reports import Record

plan_or_run = click.argument("what", metavar="PLAN|NAME|RUN")


@dataclass(frozen=True, slots=True)
class Found:
    """A plan and the journal it is in, open for reading."""

    journal: Journal
    row: PlanRow
    named: Named

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def record(self) -> "Record":
        """Give what a report tells of the plan."""
        from purgeplan.reports import Record, troubles  # noqa: PLC0415 - start-up stays fast

        journal, plan_id = self.journal, self.row.plan_id
        runs = tuple(reversed(journal.runs(plan_id)))
        return Record(
            plan=self.row,
            tally=journal.tally(plan_id),
            runs=runs,
            troubles=troubles(journal.items(plan_id, (State.FAILED, State.SENT))),
            head=journal.head(),
            events=sum(1 for _ in journal.events(plan_id)),
            journal=journal.where,
            identity=journal.identity,
            named=self.named,
            backups=backups(journal.events(plan_id)),
            run_before=None if runs else self._run_before(),
        )

    def _run_before(self) -> int | None:
        draft = self.row.draft
        named = self.journal.plans(draft.app_id, draft.name)
        before = (one.plan_id for one in named if one.plan_id < self.row.plan_id)
        return next((run.run_id for one in before for run in self.journal.runs(one)), None)


def journals(given: Path | None) -> Iterator[Journal]:
    """Open the journal that is given, else every one in the state folder, for reading."""
    from purgeplan.journal import known_journals, open_reader  # noqa: PLC0415

    paths = [given] if given is not None else known_journals(state_folder())
    for path in paths:
        yield open_reader(path)


def find_plan(what: str, journal: Path | None) -> Found:
    """Find a plan by its file, its name or a run's number; the newest where there are several.

    Raises InvalidError where no journal holds it.
    """
    path = Path(what)
    if path.is_file():
        return _by_file(path, journal)
    run_id = int(what) if what.isdigit() else None
    for one in journals(journal):
        row = (
            _by_run(one, run_id) if run_id is not None else next(iter(one.plans(None, what)), None)
        )
        if row is not None:
            return Found(one, row, replace(named(row.draft.path, journal), what=what))
        one.close()
    raise InvalidError(Finding("PP099", f"no plan file, plan or run is called {what!r}", _WHERE))


def _by_file(path: Path, journal: Path | None) -> Found:
    from purgeplan.journal import open_reader  # noqa: PLC0415

    opened = open_plan(path, journal, SystemClock())
    shop = opened.shop
    spec = shop.rules.spec
    reader = open_reader(shop.journal_path)
    rows = reader.plans(spec.app.id, spec.name)
    if not rows:
        reader.close()
        raise InvalidError(Finding("PP099", f"{spec.name!r} was never planned here", _WHERE))
    return Found(reader, rows[0], opened.named)


def _by_run(journal: Journal, run_id: int) -> PlanRow | None:
    run = next((one for one in journal.runs() if one.run_id == run_id), None)
    return journal.plan(run.plan_id) if run is not None else None


_WHERE = "`purgeplan status` lists what the journals hold; --journal names another one"
