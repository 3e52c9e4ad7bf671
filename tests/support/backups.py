"""An office that keeps backups: a plan, the app's rows, a journal and a clock of its own."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from support.audience import Exports
from support.journal import ANN, FakeJournal, HandClock, draft

from purgeplan.engine.backup import ASK, Backups
from purgeplan.journal.files import appearing
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.ports import AppFacts
from purgeplan.model.records import PlannedItem
from purgeplan.sources.reading.reach import quiet

APP = AppFacts(None, 100)


@dataclass
class Office:
    """A plan, the app's rows, and what keeps them.

    ``fails`` is raised instead of an export, which takes ``takes_s`` seconds.
    """

    folder: Path
    rows: list
    journal: FakeJournal = field(default_factory=FakeJournal)
    clock: HandClock = field(default_factory=HandClock)
    ages: list = field(default_factory=list)
    fails: Exception | None = None
    takes_s: float = 0.0
    exported: Exports | None = None

    def __post_init__(self):
        """Make the folders."""
        self.kept = self.folder / "backups"
        self.kept.mkdir(parents=True)
        self.exported = Exports(self.folder, self.rows, as_of=self.clock.at)

    def plan(self, ids, by=SUBSCRIPTION_ID, who=()):
        """Freeze ids, with the onesignal_ids that are known of them."""
        known = dict(who)
        items = [PlannedItem(one, known.get(one)) for one in ids]
        self.row = self.journal.save(draft(by=by), items, self.clock.now())
        return self

    async def fetch(self, ask, max_age_s, progress):
        """Give the rows as they are now, as an exporter does."""
        self.ages.append(max_age_s)
        assert ask == ASK
        if self.fails is not None:
            raise self.fails
        asked_at = self.clock.now()
        self.clock.tick(self.takes_s)
        return replace(self.exported(ask, max_age_s, progress), asked_at=asked_at)

    async def close(self):
        """Close nothing."""

    def keep(self):
        """Keep the rows of whoever is left."""
        one = Backups(self.journal, lambda _: self, self.clock, self.kept, appearing, quiet)
        self.covered = asyncio.run(one.keep(self.row, APP))
        return self.covered.backup

    def rows_in(self, backup):
        """Give the rows of a backup, as an export shows them."""
        with duckdb.connect() as base:
            found = base.read_parquet(str(self.kept / backup.file))
            names = found.columns
            return [
                {name: cell or "" for name, cell in zip(names, one, strict=True)}
                for one in found.fetchall()
            ]

    def states(self):
        """Give the state of each id of the plan, and why it is skipped if it is."""
        return {one.id: one.skip or one.state for one in self.journal.items(self.row.plan_id)}

    def sent(self, ids, state=State.ACCEPTED, code=Code.ACCEPTED):
        """Send these, all with one outcome."""
        run = self.journal.start_run(self.row.plan_id, "apply", ANN, self.clock.now())
        claimed = self.journal.turn(run, [], [], len(ids))
        now = self.clock.now()
        done = [Outcome(one, state, code, now) for one in claimed]
        self.journal.turn(run, done, [], 0)
        self.journal.end_run(run, "limit", 7, now)
        return [one.position for one in claimed]
