"""A Journal in plain Python, held to the same contract suite as the real one."""

import sqlite3
from collections import Counter
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from purgeplan.errors import Finding, InvalidError, JournalError, RefusedError, StaleError
from purgeplan.journal.chain import digest, flaws, genesis, linked, outcomes_digest
from purgeplan.journal.sealing import sealed_id, wiped
from purgeplan.journal.times import ms, utc
from purgeplan.model.ids import is_uuid_kind
from purgeplan.model.outcome import NOTHING_DONE, Code, Item, Skip, State, Verdict
from purgeplan.model.records import (
    ADDRESSED,
    Draft,
    Event,
    ItemRow,
    Operator,
    PlannedItem,
    PlanRow,
    PlanState,
    RunRow,
    Tally,
    Unresolved,
)

T0 = datetime(2026, 6, 1, tzinfo=UTC)
APP = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
ANN = Operator("ann", "build-7", 4711, "0.1.0", "abc1234")


class HandClock:
    """A Clock that moves only when told to."""

    def __init__(self, at=T0):
        self.at = at

    def now(self):
        """Give the time it was set to."""
        return self.at

    def monotonic(self):
        """Give seconds since T0."""
        return (self.at - T0).total_seconds()

    async def sleep(self, seconds):
        """Move on at once."""
        self.tick(seconds)

    def tick(self, seconds=1.0):
        """Move on, and give the new time."""
        self.at += timedelta(seconds=seconds)
        return self.at


def behind_its_back(path, *statements):
    """Change a journal as somebody does who leaves its tables and triggers as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        triggers = base.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = dict(triggers.fetchall())
        base.execute("PRAGMA ignore_check_constraints = ON")
        for name in kept:
            base.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *kept.values()):
            sql, *values = (statement,) if isinstance(statement, str) else statement
            base.execute(sql, values)


def draft(name="inactive", **changes):
    """Give a draft of a plan for subscriptions of one app."""
    base = Draft(
        name=name,
        app_id=APP,
        app_name="Acme Prod",
        fingerprint="f" * 64,
        resource="subscription",
        by="subscription_id",
        path="plans/inactive.yaml",
        text="version: 1\n",
        expires_at=T0 + timedelta(days=7),
        not_before=T0,
        summary={"counts": {"planned": 3}, "sample": ["first@acme.example"]},
    )
    return replace(base, **changes)


def planned(*ids):
    """Give items to plan, from plain ids."""
    return [PlannedItem(one) for one in ids]


def _counted(values):
    return {one: values.count(one) for one in set(values)} if values else {}


@lru_cache(1_000)
def _floor(at):
    return utc(ms(at))


def _same_set(row, other):
    return (row.draft.app_id, row.draft.name, row.draft.fingerprint, row.planned_at) == (
        other.draft.app_id,
        other.draft.name,
        other.draft.fingerprint,
        other.planned_at,
    )


@dataclass
class _Row:
    """One item, as it is now."""

    item: ItemRow
    last_claim: datetime | None = None

    def to(self, **changes):
        self.item = replace(self.item, **changes)


def _reached_at(row, one):
    """Tell when a request reached an id, or may have; None where surely none has."""
    item = one.item
    if item.state in (State.ACCEPTED, State.ABSENT):
        return item.settled_at
    if item.claimed_at is None or is_uuid_kind(row.draft.by):
        return None
    idle = item.attempts == 1 and item.code in (*NOTHING_DONE, Code.REJECTED)
    return None if idle else one.last_claim


class FakeJournal:
    """Keeps the Journal's promises in memory; ``reopened`` is what a crash and a restart leave.

    Set ``breaks`` to "before" or "after" and the next turn fails like a disk: before its commit,
    or after it, as an ambiguous commit does.
    """

    def __init__(self, clock=None):
        self.clock = clock or HandClock()
        self.breaks = None
        self._plans = {}
        self._items = {}
        self._runs = {}
        self._events = []
        self._seen = {}
        self._cursors = {}
        self._dead = None

    @property
    def where(self):
        """Say that it is nowhere."""
        return ":memory:"

    @property
    def identity(self):
        """Give the one name that all fakes have."""
        return "fake"

    def close(self):
        """Do nothing."""

    def reopened(self):
        """Give the journal as the next process finds it: a copy without what was in memory."""
        other = FakeJournal(self.clock)
        kept = deepcopy((self._plans, self._items, self._runs, self._events, self._seen))
        other._plans, other._items, other._runs, other._events, other._seen = kept
        return other

    def _alive(self):
        if self._dead is not None:
            raise self._dead

    def _die(self, code, problem):
        self._dead = JournalError(Finding(code, problem))
        raise self._dead

    # Plans

    def save(self, draft, items, at):
        """Write a plan, superseding the open one."""
        self._alive()
        rows = self._frozen(items, at)
        row = self._insert(draft, rows, at)
        self._event("plan.saved", at, row.plan_id, data=self._proof(row))
        return row

    def _frozen(self, items, at):
        return [
            _Row(
                ItemRow(
                    position=position,
                    id=one.id,
                    state=State.SKIPPED if one.skip else State.PENDING,
                    skip=one.skip,
                    code=None,
                    status=None,
                    attempts=0,
                    claimed_at=None,
                    settled_at=_floor(at) if one.skip else None,
                    onesignal_id=one.onesignal_id,
                    verdict=None,
                    run_id=None,
                    evidence_ms=one.evidence_ms,
                )
            )
            for position, one in enumerate(items)
        ]

    def _insert(self, draft, rows, at, planned_at=None):
        plan_id = len(self._plans) + 1
        before = self._open(draft.app_id, draft.name)
        lineage, newest = plan_id, next(iter(self.plans(draft.app_id, draft.name)), None)
        if newest and newest.state is PlanState.DONE and not newest.sealed_at:
            lineage = plan_id if self.runs(newest.plan_id) else newest.lineage
        if before is not None:
            lineage = before.lineage
            self._plans[before.plan_id] = replace(
                before, state=PlanState.SUPERSEDED, closed_at=_floor(at)
            )
            self._event("plan.superseded", at, before.plan_id)
        self._items[plan_id] = rows
        self._plans[plan_id] = PlanRow(
            plan_id,
            lineage,
            PlanState.OPEN,
            _floor(planned_at or at),
            len(rows),
            self._noticed(draft),
        )
        return self._plans[plan_id]

    def _open(self, app_id, name):
        rows = self.plans(app_id, name)
        return next((row for row in rows if row.state is PlanState.OPEN), None)

    def _noticed(self, draft):
        evidence = {ids: _floor(at) for ids, at in draft.evidence.items()}
        for ids, at in evidence.items():
            key = (draft.app_id, ids)
            self._seen[key] = min(at, self._seen.get(key, at))
        return replace(
            draft,
            evidence=evidence,
            expires_at=_floor(draft.expires_at),
            not_before=_floor(draft.not_before),
        )

    def _proof(self, row):
        ids = [one.item.id for one in self._items[row.plan_id]]
        return {"fingerprint": row.draft.fingerprint, "total": row.total, "ids": digest(ids)}

    def renew(self, plan_id, draft, at):
        """Take over a draft with the same fingerprint."""
        row = self._open_plan(plan_id)
        old = (row.draft.app_id, row.draft.name, row.draft.fingerprint)
        if (draft.app_id, draft.name, draft.fingerprint) != old:
            raise StaleError(Finding("PP305", "another fingerprint"))
        self._plans[plan_id] = replace(row, draft=self._noticed(draft))
        self._event("plan.renewed", at, plan_id)
        return self._plans[plan_id]

    def _open_plan(self, plan_id):
        row = self.plan(plan_id)
        if row.state is not PlanState.OPEN:
            raise StaleError(Finding("PP304", f"plan is {row.state}"))
        return row

    def conclude(self, plan_id, state, at):
        """Close an open plan; a second time is nothing."""
        row = self.plan(plan_id)
        if row.state is state and state in (PlanState.DONE, PlanState.CANCELLED):
            return
        self._open_plan(plan_id)
        if state not in (PlanState.DONE, PlanState.CANCELLED):
            self._die("PP404", f"illegal move: open to {state}")
        if state is PlanState.DONE and self.tally(plan_id).left:
            self._die("PP404", "illegal move: done with ids left")
        for one in self._items[plan_id] if state is PlanState.CANCELLED else ():
            if one.item.state is State.PENDING:
                one.to(state=State.SKIPPED, skip=Skip.CANCELLED, settled_at=_floor(at))
        self._plans[plan_id] = replace(row, state=state, closed_at=_floor(at))
        self._event("plan.concluded", at, plan_id, data={"state": state})

    def plan(self, plan_id):
        """Give a plan."""
        self._alive()
        return self._plans[plan_id]

    def plans(self, app_id=None, name=None):
        """Give plans, the newest first."""
        self._alive()
        return [
            row
            for row in reversed(self._plans.values())
            if app_id in (None, row.draft.app_id) and name in (None, row.draft.name)
        ]

    def adopt(self, other, plan_id, at):
        """Take over a saved plan."""
        self._alive()
        theirs = other.plan(plan_id)
        here = self.plans(theirs.draft.app_id, theirs.draft.name)
        for row in here:
            if _same_set(row, theirs):
                return row
        if theirs.state is not PlanState.OPEN or other.runs():
            raise InvalidError(Finding("PP415", "not a saved plan"))
        if any(row.planned_at > theirs.planned_at for row in here):
            raise StaleError(Finding("PP304", "planned again since"))
        items = [
            PlannedItem(one.id, one.onesignal_id, one.skip, one.evidence_ms)
            for one in other.items(plan_id)
        ]
        rows = self._frozen(items, theirs.planned_at)
        row = self._insert(theirs.draft, rows, at, theirs.planned_at)
        self._event("plan.adopted", at, row.plan_id, data=self._proof(row))
        return row

    def sorted_ids(self, plan_id):
        """Give every id in order of its UTF-8 bytes."""
        self._alive()
        yield from sorted((one.item.id for one in self._items[plan_id]), key=str.encode)

    def addressed(self, plan_id):
        """Give id, tab and onesignal_id of items that have one."""
        self._alive()
        known = [one.item for one in self._items[plan_id] if one.item.onesignal_id is not None]
        for item in sorted(known, key=lambda item: item.id.encode()):
            yield f"{item.id}\t{item.onesignal_id}"

    def items(self, plan_id, states=()):
        """Give items in the order of sending."""
        self._alive()
        for one in self._items.get(plan_id, ()):
            if not states or one.item.state in states:
                yield one.item

    def tally(self, plan_id):
        """Count items by state."""
        self._alive()
        rows = [one.item for one in self._items.get(plan_id, ())]
        states = [row.state for row in rows]
        sent = [row for row in rows if row.claimed_at is not None]
        claimed = [row.state for row in sent]
        pending = [row for row in sent if row.state is State.PENDING]
        return Tally(
            states=_counted(states),
            skips=_counted([row.skip for row in rows if row.skip]),
            verdicts=_counted([row.verdict for row in rows if row.verdict]),
            presumed_ours=[row.code for row in rows].count(Code.PRESUMED_OURS),
            claimed=len(claimed),
            claimed_left=claimed.count(State.PENDING) + claimed.count(State.SENT),
            given_back=sum(row.code in NOTHING_DONE for row in pending),
        )

    def claimed_in_lineage(self, plan_id):
        """Count distinct ids ever claimed by a plan and those it superseded."""
        return sum(1 for _ in self.claimed_ids(plan_id))

    def claimed_ids(self, plan_id):
        """Give those distinct ids."""
        lineage = self.plan(plan_id).lineage
        yield from {
            one.item.id
            for row in self._plans.values()
            if row.lineage == lineage and row.plan_id <= plan_id
            for one in self._items[row.plan_id]
            if one.item.claimed_at is not None
        }

    def claimed_left(self, plan_id):
        """Count those of them that are left of the plan."""
        claimed = set(self.claimed_ids(plan_id))
        left = self.items(plan_id, (State.PENDING, State.SENT))
        return sum(one.id in claimed for one in left)

    # Evidence

    def first_seen(self, app_id, ids_digest):
        """Tell when a source with these ids was first planned."""
        self._alive()
        return self._seen.get((app_id, ids_digest))

    def deleted(self, app_id, by):
        """Give ids settled as gone, with the latest time of each."""
        self._alive()
        latest = {}
        for row in self._plans.values():
            if row.draft.app_id != app_id or row.draft.by != by or row.sealed_at:
                continue
            for one in self._items[row.plan_id]:
                at = _reached_at(row, one)
                if at is not None:
                    latest[one.item.id] = max(at, latest.get(one.item.id, at))
        yield from latest.items()

    def claimed_since(self, app_id, since):
        """Count the app's ids that were claimed since."""
        self._alive()
        return len(
            {
                (row.draft.by, one.item.id)
                for row in self._plans.values()
                if row.draft.app_id == app_id
                for one in self._items[row.plan_id]
                if one.last_claim is not None and one.last_claim >= _floor(since)
            }
        )

    def skip_deleted_elsewhere(self, plan_id, at):
        """Skip pending ids that another plan settled after this one was planned."""
        plan = self.plan(plan_id)
        adopted = any(True for _ in self.events(plan_id, "plan.adopted"))
        times = (plan.planned_at, *(plan.draft.evidence.values() if adopted else ()))
        gone = self._reached_elsewhere(plan_id, min(times))
        rows = [one for one in self._items[plan_id] if one.item.id in gone]
        return self._skip(plan_id, rows, Skip.DELETED_BEFORE, at)

    def doubtful_elsewhere(self, plan_id):
        """Give positions of aliases in doubt that another plan may have reached since."""
        plan = self.plan(plan_id)
        gone = self._reached_elsewhere(plan_id, plan.planned_at)
        rows = (one.item for one in self._items[plan_id] if one.item.state is State.SENT)
        named = [one for one in rows if one.onesignal_id is None and one.id in gone]
        alias = not is_uuid_kind(plan.draft.by)
        return frozenset(one.position for one in named if alias)

    def _reached_elsewhere(self, plan_id, since):
        plan = self.plan(plan_id)
        return {
            one.item.id
            for row in self._plans.values()
            if row.plan_id != plan_id
            and (row.draft.app_id, row.draft.by) == (plan.draft.app_id, plan.draft.by)
            for one in self._items[row.plan_id]
            if (reached_at := _reached_at(row, one)) is not None and reached_at >= since
        }

    def skip(self, plan_id, positions, why, at):
        """Skip the pending among the named."""
        self.plan(plan_id)
        rows = self._items[plan_id]
        named = [rows[position] for position in set(positions) if 0 <= position < len(rows)]
        return self._skip(plan_id, named, why, at)

    def _skip(self, plan_id, rows, why, at):
        skipped = [one for one in rows if one.item.state is State.PENDING]
        for one in skipped:
            one.to(state=State.SKIPPED, skip=why, settled_at=_floor(at))
        if skipped:
            self._event("items.skipped", at, plan_id, data={"why": why, "count": len(skipped)})
        return len(skipped)

    def address(self, plan_id, found, at):
        """Note whom pending ids name that were never claimed."""
        self.plan(plan_id)
        rows, count = self._items[plan_id], 0
        for position, who in found:
            one = rows[position].item
            if (one.state, one.claimed_at, one.onesignal_id) == (State.PENDING, None, None):
                rows[position].to(onesignal_id=who)
                count += 1
        if count:
            self._event(ADDRESSED, at, plan_id, data={"count": count})
        return count

    # Runs

    def start_run(self, plan_id, command, operator, at):
        """Open a run; close what was still open."""
        self._open_plan(plan_id)
        for run in list(self._runs.values()):
            if run.ended_at is None:
                self._runs[run.run_id] = replace(run, ended_at=_floor(at), why="interrupted")
                self._event("run.interrupted", at, run.plan_id, run.run_id)
        run_id = len(self._runs) + 1
        self._runs[run_id] = RunRow(run_id, plan_id, command, operator, _floor(at))
        self._event("run.started", at, plan_id, run_id)
        return run_id

    def turn(self, run_id, outcomes, again, fresh):
        """Settle and claim, whole or not at all."""
        self._alive()
        if self.breaks == "before":
            self._die("PP403", "disk I/O error")
        run = self._runs.get(run_id)
        if run is None or run.ended_at is not None:
            self._die("PP404", "illegal move: the run is over")
        rows = self._items[run.plan_id]
        claims = bool(again) or fresh > 0
        if claims and self._plans[run.plan_id].state is not PlanState.OPEN:
            self._die("PP404", "illegal move: the plan is closed")
        if self.breaks != "after":
            return self._take(run, rows, outcomes, again, fresh)
        self._take(run, rows, outcomes, again, fresh)
        return self._die("PP403", "disk I/O error")

    def _take(self, run, rows, outcomes, again, fresh):
        kept = self._copied(rows)
        now = _floor(self.clock.now())
        for outcome in outcomes:
            self._settle(kept, outcome)
        for item in again:
            one = self._named(kept, item)
            if one is None or one.item.state not in (State.PENDING, State.SENT):
                self._die("PP404", "illegal move: claimed again though settled")
            self._claim(one, run.run_id, now)
        since = self._cursors.get(run.run_id, 0)
        pending = [one for one in kept[since:] if one.item.state is State.PENDING][: max(0, fresh)]
        for one in pending:
            self._claim(one, run.run_id, now)
        if pending:
            self._cursors[run.run_id] = pending[-1].item.position + 1
        self._items[run.plan_id] = kept
        if outcomes:
            self._event("items.settled", now, run.plan_id, run.run_id, self._outcomes(outcomes))
        return [
            Item(one.item.position, one.item.id, one.item.attempts, one.item.onesignal_id)
            for one in pending
        ]

    def _copied(self, rows):
        return deepcopy(rows)

    def _outcomes(self, outcomes):
        return {"count": len(outcomes), "outcomes": outcomes_digest(outcomes)}

    @staticmethod
    def _named(rows, item):
        if not 0 <= item.position < len(rows) or rows[item.position].item.id != item.id:
            return None
        return rows[item.position]

    def _settle(self, rows, outcome):
        one = self._named(rows, outcome.item)
        legal = one is not None and one.item.state is State.SENT
        if not legal or outcome.state is State.SKIPPED:
            self._die("PP404", "illegal move: settled though not sent")
        final = outcome.state in (State.ACCEPTED, State.ABSENT, State.FAILED)
        one.to(
            state=outcome.state,
            code=outcome.code,
            status=outcome.status,
            settled_at=_floor(outcome.at) if final else None,
            onesignal_id=one.item.onesignal_id or outcome.onesignal_id,
        )

    @staticmethod
    def _claim(one, run_id, now):
        one.last_claim = now
        one.to(
            state=State.SENT,
            attempts=one.item.attempts + 1,
            claimed_at=one.item.claimed_at or now,
            run_id=run_id,
        )

    def end_run(self, run_id, why, exit_code, at):
        """Close a run."""
        self._alive()
        run = self._runs.get(run_id)
        if run is None or run.ended_at is not None:
            self._die("PP404", "illegal move: the run is over")
        began = (run.plan_id, run.command, run.operator, run.started_at)
        self._runs[run_id] = RunRow(run_id, *began, _floor(at), why, int(exit_code))
        self._event("run.ended", at, run.plan_id, run_id, {"why": why, "exit": int(exit_code)})

    def runs(self, plan_id=None):
        """Give runs, the newest first."""
        self._alive()
        return [run for run in reversed(self._runs.values()) if plan_id in (None, run.plan_id)]

    def unresolved(self, plan_id):
        """Give items sent and unresolved."""
        self._alive()
        return [
            Unresolved(
                Item(one.item.position, one.item.id, one.item.attempts, one.item.onesignal_id),
                one.item.claimed_at,
                one.last_claim,
                one.item.run_id,
            )
            for one in self._items.get(plan_id, ())
            if one.item.state is State.SENT
        ]

    def reopen(self, plan_id, at):
        """Take failed and still-there items back."""
        row = self.plan(plan_id)
        rival = self._open(row.draft.app_id, row.draft.name)
        if row.state not in (PlanState.OPEN, PlanState.DONE) or row.sealed_at is not None:
            raise StaleError(Finding("PP304", "the plan is closed"))
        if rival is not None and rival.plan_id != plan_id:
            raise StaleError(Finding("PP304", "planned again since"))
        back = [
            one
            for one in self._items[plan_id]
            if one.item.state is State.FAILED or one.item.verdict is Verdict.STILL_THERE
        ]
        for one in back:
            failed = one.item.state is State.FAILED
            doubt = failed and (one.item.code is not Code.REJECTED or one.item.attempts > 1)
            named = is_uuid_kind(row.draft.by) or one.item.onesignal_id is None
            state = State.SENT if doubt and named else State.PENDING
            one.to(state=state, settled_at=None, verdict=None)
        if not back:
            return 0
        self._plans[plan_id] = replace(row, state=PlanState.OPEN, closed_at=None)
        self._event("plan.reopened", at, plan_id, data={"count": len(back)})
        return len(back)

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

    # The record

    def note(self, kind, plan_id, run_id, at, data):
        """Append one event."""
        self._alive()
        self._event(kind, at, plan_id, run_id, data)

    def _event(self, kind, at, plan_id, run_id=None, data=None):
        event = Event(
            len(self._events) + 1, _floor(at), kind, plan_id, run_id, dict(data or {}), ""
        )
        self._events.append(linked(self.head(), event))

    def events(self, plan_id=None, kind=None):
        """Give events in order."""
        self._alive()
        for event in self._events:
            if plan_id in (None, event.plan_id) and kind in (None, event.kind):
                yield event

    def head(self):
        """Give the last link."""
        self._alive()
        return self._events[-1].link if self._events else genesis(self.identity)

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
        self._plans[plan_id] = replace(row, draft=wiped(row.draft), sealed_at=_floor(at))
        self._event("plan.sealed", at, plan_id, data={"count": len(rows)})
        return len(rows)

    def overwrite(self):
        """Leave nothing: nothing is on a disk."""
        self._alive()
