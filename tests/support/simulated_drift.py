"""Drift checks of a simulated process: an export in virtual time, compared in plain Python."""

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from support.simulated_ledger import law

from purgeplan.engine.drift import Active, Drift
from purgeplan.journal.times import ms
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import ExportFile
from purgeplan.model.spec import DriftCheck

TAKES_S = 0.6
SLACK_S = 0.3
"""Whatever comes between a look at the time and a request, to begin with the claim's commit."""
NO_FILE = "there-is-no-such-export"


@dataclass(frozen=True)
class Export:
    """What was asked for and when, and the rows: by who somebody is, their id and last session."""

    ask: object
    asked_at: datetime
    rows: dict

    def active(self, items):
        """Give those of the items whose people were active since what was known of them."""
        by_id = dict(self.rows.values())
        for item in items:
            who = item.onesignal_id
            session = self.rows.get(who, (None, None))[1] if who else by_id.get(item.id)
            if session is not None and ms(session) > item.evidence_ms:
                yield item


class ExporterPort:
    """Gets exports of a process's world; one that was asked for is remembered by all that follow.

    ``checks`` tells of each comparison: the export it was made by, and when.
    """

    def __init__(self, process, world):
        self._process = process
        self._world = world

    def __call__(self, app):
        """Give the exporter: this one."""
        return self

    async def fetch(self, ask, max_age_s, progress):
        """Ask, or go on with what was asked for, and wait."""
        process, clock, onesignal = self._process, self._world.clock, self._world.onesignal
        process.effect("before asking")
        found, now = onesignal.export, clock.now()
        if found is None or not 0 <= (now - found.asked_at).total_seconds() < max_age_s:
            onesignal.settle(clock.elapsed)
            rows = onesignal.active_since(now, ask.active_since)
            found = onesignal.export = Export(ask, now, rows)
            process.changed()
        process.effect("asked")
        progress("waiting", 0, None)
        await asyncio.sleep(TAKES_S)
        process.effect("fetched")
        return ExportFile(NO_FILE, "0" * 64, found.asked_at)

    async def close(self):
        """Close nothing."""

    @contextmanager
    def compared(self, _row, items, file, _tell):
        """Give who of the items is active by the last export; the product does this in SQL."""
        export = self._world.onesignal.export
        law(export.asked_at == file.asked_at, "compared with another export than was fetched")
        active = list(export.active(items))
        sent = frozenset(one.position for one in active if one.state is State.SENT)
        yield Active([one.position for one in active if one.state is State.PENDING], sent)


def drift_of(process, world, journal):
    """Give the product's drift checks of a process, where its plan asks for them."""
    if world.spec.drift.check is DriftCheck.NONE:
        return None
    exporter = ExporterPort(process, world)
    every_s = world.spec.drift.every_s
    return Drift(journal, world.clock, exporter, every_s, compare=exporter.compared)


class Checks:
    """The laws of drift checks, for one process."""

    def __init__(self, onesignal, clock, spec):
        self._onesignal = onesignal
        self._clock = clock
        self._every_s = max(spec.drift.every_s, 1.0)
        self.wanted = spec.drift.check is not DriftCheck.NONE
        self._export = None
        self._checked_s = 0.0

    def begun(self, row):
        """Somebody is sent: after a check in this process, which has not seen them active."""
        if not self.wanted:
            return
        law(self._export is not None, "sent before this process has checked who is active")
        law(not any(self._export.active([row])), "sent, and the check saw them active")
        age_s = self._clock.monotonic() - self._checked_s
        law(age_s <= self._every_s + SLACK_S, "sent, and a check was due")

    def skipped(self, why, before, after):
        """Items were skipped: for drift exactly those who are active, and were pending."""
        if why is not Skip.DRIFT:
            return
        export = self._onesignal.export
        pending = [row for row in before if row.state is State.PENDING]
        expected = {row.position for row in export.active(pending)}
        changed = {
            new.position
            for old, new in zip(before, after, strict=True)
            if new.state is not old.state
        }
        law(changed == expected, "others were taken out than those who are active")

    def noted(self, last_asked_at):
        """A check is noted: by an export that was asked for after that of the check before."""
        export = self._export = self._onesignal.export
        law(last_asked_at is None or export.asked_at > last_asked_at, "one export for two checks")
        self._checked_s = self._clock.monotonic()
        return export.asked_at
