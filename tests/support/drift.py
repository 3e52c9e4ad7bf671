"""Exports of the recently active, made of rows, and a stage for runs that check by them."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from support.engine import Crash, Stage
from support.journal import FakeJournal
from support.virtual import EPOCH

from purgeplan.engine.drift import CHECKED, Drift
from purgeplan.model.outcome import Skip
from purgeplan.model.ports import ExportFile
from purgeplan.model.spec import Drift as Asked
from purgeplan.model.spec import DriftCheck, Pace

EVERY = Pace(delay_s=1.0)
HEADER = "id,external_user_id,onesignal_id,last_active"


def export(folder, rows, asked_at, header=HEADER):
    """Write an export of rows, each a text; give it as an exporter does."""
    text = "\n".join([header, *rows, ""])
    path = folder / f"export-{hashlib.sha256(text.encode()).hexdigest()[:8]}.csv.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return ExportFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), asked_at)


@dataclass
class Exports:
    """Gives exports, each after ``takes_s``; ``active`` is asked for the rows when one is begun.

    ``error`` is raised instead of the n-th export, where it names one. ``asked`` is what was asked
    for, ``ages`` how old it might be, ``at`` when.
    """

    folder: object
    clock: object
    active: object = field(default=list)
    takes_s: float = 0.0
    error: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    ages: list = field(default_factory=list)
    at: list = field(default_factory=list)
    closed: int = 0

    def __call__(self, app):
        """Give the exporter: this one."""
        return self

    async def fetch(self, ask, max_age_s, progress):
        """Take a while, then give what was there at the beginning, or fail."""
        number = len(self.asked)
        self.asked.append(ask)
        self.ages.append(max_age_s)
        self.at.append(self.clock.now())
        asked_at, rows = self.clock.now(), self.active()
        progress("waiting for OneSignal to write the export", 0, None)
        await asyncio.sleep(self.takes_s)
        if number in self.error:
            raise self.error[number]
        return export(self.folder, rows, asked_at)

    async def close(self):
        """Count it."""
        self.closed += 1


def row(one, last_active, external_id="", onesignal_id=""):
    """Give one row as an export has it; a time is written without its zone."""
    at = last_active if isinstance(last_active, str) else f"{last_active:%Y-%m-%d %H:%M:%S}"
    return f"{one},{external_id},{onesignal_id},{at}"


class Dying(FakeJournal):
    """A journal whose process dies before, or right after, it does what ``dies_at`` names."""

    dies_at = None

    def _does(self, name, call):
        if self.dies_at == f"before {name}":
            raise Crash
        given = call()
        if self.dies_at == f"after {name}":
            raise Crash
        return given

    def skip(self, plan_id, positions, why, at):
        """Take items out, or die."""
        if why is not Skip.DRIFT:
            return super().skip(plan_id, positions, why, at)
        gone = list(positions)
        return self._does("skip", lambda: FakeJournal.skip(self, plan_id, gone, why, at))

    def note(self, kind, plan_id, run_id, at, data):
        """Note an event, or die where it is a check's."""
        if kind != CHECKED:
            super().note(kind, plan_id, run_id, at, data)
            return
        self._does("note", lambda: FakeJournal.note(self, kind, plan_id, run_id, at, data))


class Scene(Stage):
    """A plan that asks for drift checks; ``active`` are the ids that exports show, by then."""

    def __init__(self, folder, count=10, every_s=3.5, **changes):
        super().__init__(count, **changes)
        self.settings = {
            "pace": EVERY,
            "canary": 0,
            "drift": Asked(DriftCheck.EXPORT, every_s),
        }
        self.active = []
        self.exports = Exports(folder, self.clock, self._rows)
        self.drift = Drift(self.journal, self.clock, self.exports, every_s)

    def _rows(self):
        return [row(one, EPOCH + timedelta(days=1)) for one in self.active]

    @property
    def skipped(self):
        """Give who is out for drift."""
        rows = self.journal.items(self.row.plan_id)
        return [one.id for one in rows if one.skip is Skip.DRIFT]

    def asked_at(self):
        """Give when exports were asked for, in seconds."""
        return [round((at - EPOCH).total_seconds(), 2) for at in self.exports.at]
