"""Runs, and their turns: outcomes settled and items claimed, whole or not at all."""

from copy import deepcopy
from dataclasses import replace

from support.fake_journal.part import Part, floor

from purgeplan.journal.chain import outcomes_digest
from purgeplan.model.outcome import Item, State
from purgeplan.model.records import PlanState, RunRow


class Runs(Part):
    """The part of the fake that has runs."""

    def start_run(self, plan_id, command, operator, at):
        """Open a run; close what was still open."""
        self._open_plan(plan_id)
        for run in list(self._runs.values()):
            if run.ended_at is None:
                self._runs[run.run_id] = replace(run, ended_at=floor(at), why="interrupted")
                self._event("run.interrupted", at, run.plan_id, run.run_id)
        run_id = len(self._runs) + 1
        self._runs[run_id] = RunRow(run_id, plan_id, command, operator, floor(at))
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
        now = floor(self.clock.now())
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
            settled_at=floor(outcome.at) if final else None,
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
        self._runs[run_id] = RunRow(run_id, *began, floor(at), why, int(exit_code))
        self._event("run.ended", at, run.plan_id, run_id, {"why": why, "exit": int(exit_code)})
