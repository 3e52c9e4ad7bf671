"""Runs, and their turns: outcomes settled and items claimed in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from purgeplan.journal import refusals
from purgeplan.journal.chain import outcomes_digest
from purgeplan.journal.part import Part, all_moved
from purgeplan.journal.rows import item, operator_text
from purgeplan.journal.store import Row
from purgeplan.journal.times import ms
from purgeplan.model.outcome import Item, Outcome, State
from purgeplan.model.records import Operator, PlanState

FINAL: Final = frozenset({State.ACCEPTED, State.ABSENT, State.FAILED})

_LIVE: Final = """
    SELECT plan_id, state FROM runs JOIN plans USING (plan_id)
    WHERE run_id = ? AND ended_at IS NULL"""
_SETTLE: Final = """
    UPDATE items SET state = ?, code = ?, status = ?, settled_at = ?,
        onesignal_id = coalesce(onesignal_id, ?)
    WHERE plan_id = ? AND position = ? AND id = ? AND state = 'sent'"""
_CLAIM: Final = """
    UPDATE items SET state = 'sent', attempts = attempts + 1,
        claimed_at = coalesce(claimed_at, ?1), last_claim = ?1, run_id = ?2 WHERE plan_id = ?3"""
_AGAIN: Final = f"{_CLAIM} AND position = ?4 AND id = ?5 AND (state = 'pending' OR state = 'sent')"
_FRESH: Final = f"{_CLAIM} AND position BETWEEN ?4 AND ?5 AND state = 'pending'"
_PENDING: Final = """
    SELECT position, id, attempts + 1, onesignal_id FROM items
    WHERE plan_id = ? AND position >= ? AND state = 'pending' ORDER BY position LIMIT ?"""
_END: Final = "UPDATE runs SET ended_at = ?, why = ?, exit_code = ? WHERE run_id = ?"


class Runs(Part):
    """The part that a run writes."""

    def start_run(self, plan_id: int, command: str, operator: Operator, at: datetime) -> int:
        """Open a run of an open plan; of any plan, whatever run was still open is interrupted."""
        with self._store.write():
            self._open_plan(plan_id)
            for dead, its_plan in self._store.read(
                "SELECT run_id, plan_id FROM runs WHERE ended_at IS NULL"
            ):
                self._store.execute(_END, ms(at), "interrupted", None, dead)
                self._event("run.interrupted", at, (its_plan, dead))
            ((run_id,),) = self._store.read("SELECT coalesce(max(run_id), 0) + 1 FROM runs")
            self._store.execute(
                "INSERT INTO runs (run_id, plan_id, command, operator, started_at)"
                " VALUES (?, ?, ?, ?, ?)",
                run_id,
                plan_id,
                command,
                operator_text(operator),
                ms(at),
            )
            self._event("run.started", at, (plan_id, run_id), {"command": command})
        return int(run_id)

    def turn(
        self, run_id: int, outcomes: Sequence[Outcome], again: Sequence[Item], fresh: int
    ) -> list[Item]:
        """Settle, then claim again, then claim fresh ones beyond the last that this run claimed.

        What a run gives back as pending is claimed by it through ``again`` only, and by the next
        run as fresh. A run that another one has closed can claim and settle nothing any more.
        """
        at = self._now()
        with self._store.write():
            plan_id = self._live(run_id, claims=bool(again) or fresh > 0)
            self._settle((plan_id, run_id), outcomes, at)
            now = ms(at)
            self._moved(
                _AGAIN, [(now, run_id, plan_id, one.position, one.id) for one in again], "claimed"
            )
            items = self._claim_fresh(run_id, plan_id, fresh, now) if fresh > 0 else []
        if items:
            self._cursors[run_id] = items[-1].position + 1
        return items

    def _live(self, run_id: int, *, claims: bool) -> int:
        row = self._store.one(_LIVE, run_id)
        if row is None:
            raise refusals.run_over(run_id)
        plan_id, state = row
        if claims and state != PlanState.OPEN:
            raise refusals.claiming_closed(state)
        return int(plan_id)

    def _settle(self, about: tuple[int, int], outcomes: Sequence[Outcome], at: datetime) -> None:
        if not outcomes:
            return
        plan_id, _ = about
        self._moved(_SETTLE, [_settled(plan_id, outcome) for outcome in outcomes], "settled")
        data = {"count": len(outcomes), "outcomes": outcomes_digest(outcomes)}
        self._event("items.settled", at, about, data)

    def _claim_fresh(self, run_id: int, plan_id: int, fresh: int, now: int) -> list[Item]:
        since = self._cursors.get(run_id, 0)
        rows = self._store.read(_PENDING, plan_id, since, fresh)
        if not rows:
            return []
        first, last = rows[0][0], rows[-1][0]
        moved = self._store.execute(_FRESH, now, run_id, plan_id, first, last)
        all_moved(moved, len(rows), "claimed")
        return [item(row) for row in rows]

    def end_run(self, run_id: int, why: str, exit_code: int, at: datetime) -> None:
        """Close a run that is open."""
        with self._store.write():
            plan_id = self._live(run_id, claims=False)
            self._store.execute(_END, ms(at), why, int(exit_code), run_id)
            data = {"why": why, "exit": int(exit_code)}
            self._event("run.ended", at, (plan_id, run_id), data)


def _settled(plan_id: int, outcome: Outcome) -> Row:
    one = outcome.item
    return (
        outcome.state,
        outcome.code,
        outcome.status,
        ms(outcome.at) if outcome.state in FINAL else None,
        outcome.onesignal_id,
        plan_id,
        one.position,
        one.id,
    )
