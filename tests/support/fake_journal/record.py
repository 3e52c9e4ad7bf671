"""The record: events, verdicts, the check of the chain, and forgetting."""

from collections import Counter
from dataclasses import replace

from support.fake_journal.part import Part, floor

from purgeplan.errors import Finding, RefusedError
from purgeplan.journal.chain import flaws
from purgeplan.journal.sealing import sealed_id, wiped
from purgeplan.model.outcome import State
from purgeplan.model.records import PlanState


class Record(Part):
    """The part of the fake that has the record."""

    def record_verdicts(self, plan_id, verdicts, at):
        """Fill in what verify found."""
        self.plan(plan_id)
        rows, found = self._items[plan_id], dict(verdicts)
        for position in found:
            known = 0 <= position < len(rows)
            if not known or rows[position].item.state is not State.ACCEPTED:
                self._die("PP404", "illegal move: a verdict on what was not accepted")
        for position, verdict in found.items():
            rows[position].to(verdict=verdict)
        if found:
            self._event("items.verified", at, plan_id, data=dict(Counter(found.values())))

    def note(self, kind, plan_id, run_id, at, data):
        """Append one event."""
        self._alive()
        self._event(kind, at, plan_id, run_id, data)

    def events(self, plan_id=None, kind=None):
        """Give events in order."""
        self._alive()
        for event in self._events:
            if plan_id in (None, event.plan_id) and kind in (None, event.kind):
                yield event

    def check(self):
        """Give what is wrong with the chain."""
        self._alive()
        return flaws(self.identity, self._events)

    def seal(self, plan_id, key, at):
        """Replace ids by their HMAC."""
        row = self.plan(plan_id)
        if row.sealed_at is not None:
            return 0
        rows = self._items[plan_id]
        line = [one for one in self._plans.values() if one.lineage == row.lineage]
        if any(one.state is PlanState.OPEN for one in line):
            raise RefusedError(Finding("PP416", "not to be forgotten yet"))
        for one in rows:
            other = one.item.onesignal_id
            one.to(
                id=sealed_id(key, one.item.id),
                onesignal_id=sealed_id(key, other) if other else None,
                evidence_ms=None,
            )
        self._plans[plan_id] = replace(row, draft=wiped(row.draft), sealed_at=floor(at))
        self._event("plan.sealed", at, plan_id, data={"count": len(rows)})
        return len(rows)

    def overwrite(self):
        """Leave nothing: nothing is on a disk."""
        self._alive()
