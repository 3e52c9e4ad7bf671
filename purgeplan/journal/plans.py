"""Plans: written whole, renewed, closed, taken over, opened again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from purgeplan.journal import refusals
from purgeplan.journal.bulk import write_items
from purgeplan.journal.part import Part
from purgeplan.journal.rows import draft_columns, draft_digest
from purgeplan.journal.times import ms
from purgeplan.model.ids import ONESIGNAL_ID, is_uuid_kind, unfit
from purgeplan.model.outcome import Code, Skip
from purgeplan.model.ports import Journal
from purgeplan.model.records import Draft, ItemRow, PlannedItem, PlanRow, PlanState

_INSERT: Final = """
    INSERT INTO plans (plan_id, lineage, state, planned_at, total, name, app_id, app_name,
        fingerprint, resource, by_kind, path, text, expires_at, not_before, summary, evidence,
        files, protects)
    VALUES (?, ?, 'open', ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_RENEW: Final = """
    UPDATE plans SET name = ?, app_id = ?, app_name = ?, fingerprint = ?, resource = ?,
        by_kind = ?, path = ?, text = ?, expires_at = ?, not_before = ?, summary = ?,
        evidence = ?, files = ?, protects = ? WHERE plan_id = ?"""
_SEEN: Final = """
    INSERT INTO evidence (app_id, ids_digest, as_of) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET as_of = excluded.as_of WHERE excluded.as_of < as_of"""
_CLOSE: Final = "UPDATE plans SET state = ?, closed_at = ? WHERE plan_id = ?"
_LEFT: Final = """
    SELECT count(*) FROM items WHERE plan_id = ? AND (state = 'pending' OR state = 'sent')"""
_CANCEL: Final = """
    UPDATE items SET state = 'skipped', skip = ?, settled_at = ?
    WHERE plan_id = ? AND state = 'pending'"""
_REOPEN: Final = """
    UPDATE items SET state = 'pending', settled_at = NULL, verdict = NULL
    WHERE plan_id = ? AND (state = 'failed' OR verdict = 'still_there')"""
_DOUBT: Final = f"""
    UPDATE items SET state = 'sent'
    WHERE plan_id = ? AND state = 'pending' AND claimed_at IS NOT NULL
        AND (? OR onesignal_id IS NULL)
        AND (code = '{Code.SERVER_ERROR}' OR code = '{Code.CONFLICT}'
            OR (code = '{Code.REJECTED}' AND attempts > 1))"""  # noqa: S608 - made of enums


class Plans(Part):
    """The part that writes plans."""

    def save(self, draft: Draft, items: Iterable[PlannedItem], at: datetime) -> PlanRow:
        """Write a plan and its frozen set in one transaction, as the items come."""
        with self._store.write():
            plan_id = self._freeze("plan.saved", draft, items, (at, at))
        return self.plan(plan_id)

    def _freeze(
        self,
        kind: str,
        draft: Draft,
        items: Iterable[PlannedItem],
        times: tuple[datetime, datetime],
    ) -> int:
        """Write a plan that was planned at the first of two times, and is written at the second."""
        planned_at, at = times
        ((plan_id,),) = self._store.read("SELECT coalesce(max(plan_id), 0) + 1 FROM plans")
        lineage = self._supersede(draft, at) or plan_id
        self._store.execute(_INSERT, plan_id, lineage, ms(planned_at), *draft_columns(draft))
        self._notice(draft)
        ids = write_items(self._store, plan_id, items, ms(planned_at))
        self._store.execute("UPDATE plans SET total = ? WHERE plan_id = ?", ids.count, plan_id)
        data = {
            "fingerprint": draft.fingerprint,
            "total": ids.count,
            "ids": ids.hex(),
            "draft": draft_digest(draft),
        }
        self._event(kind, at, (plan_id, None), data)
        return int(plan_id)

    def _supersede(self, draft: Draft, at: datetime) -> int | None:
        """Close the open plan of that name, and give the lineage that it hands on.

        One that took its place and was done without a run had nobody to delete: it hands on as
        well what the open one had claimed.
        """
        rival = self._open_rival(draft.app_id, draft.name)
        if rival is None:
            newest = next(iter(self.plans(draft.app_id, draft.name)), None)
            if newest is None or newest.state is not PlanState.DONE or newest.sealed_at:
                return None
            return None if self.runs(newest.plan_id) else newest.lineage
        self._store.execute(_CLOSE, PlanState.SUPERSEDED, ms(at), rival.plan_id)
        self._event("plan.superseded", at, (rival.plan_id, None))
        return rival.lineage

    def _notice(self, draft: Draft) -> None:
        seen = [(draft.app_id, ids, ms(as_of)) for ids, as_of in draft.evidence.items()]
        self._store.execute_many(_SEEN, seen)

    def renew(self, plan_id: int, draft: Draft, at: datetime) -> PlanRow:
        """Take over a draft; raises StaleError for a closed plan, or another fingerprint."""
        with self._store.write():
            row = self._open_plan(plan_id)
            if _set_of(row.draft) != _set_of(draft):
                raise refusals.other_set(row)
            self._store.execute(_RENEW, *draft_columns(draft), plan_id)
            self._notice(draft)
            self._event("plan.renewed", at, (plan_id, None), {"draft": draft_digest(draft)})
        return self.plan(plan_id)

    def conclude(self, plan_id: int, state: PlanState, at: datetime) -> None:
        """Close an open plan; nothing where it is in that state already, else StaleError."""
        with self._store.write():
            row = self.plan(plan_id)
            if row.state is state and state in (PlanState.DONE, PlanState.CANCELLED):
                return
            self._open_plan(plan_id)
            self._close(row, state, at)

    def _close(self, row: PlanRow, state: PlanState, at: datetime) -> None:
        ((left,),) = self._store.read(_LEFT, row.plan_id)
        if state is PlanState.CANCELLED:
            self._store.execute(_CANCEL, Skip.CANCELLED, ms(at), row.plan_id)
        elif state is not PlanState.DONE or left:
            raise refusals.not_done(left, state)
        self._store.execute(_CLOSE, state, ms(at), row.plan_id)
        data = {
            "state": state,
            "counts": self._counts(row.plan_id),
            "outcomes": self._outcomes_digest(row.plan_id),
        }
        self._event("plan.concluded", at, (row.plan_id, None), data)

    def reopen(self, plan_id: int, at: datetime) -> int:
        """Take failed and still-there items back to pending; the run takes up the unresolved.

        A failed one of which a request may have worked is unresolved: nobody may say that it was
        spared, and an alias may name somebody new by now. Refused at the first attempt, nothing
        was done; an alias of which the DELETE names a onesignal_id is sent again.
        Raises StaleError for a plan that was cancelled, superseded or sealed, and where a younger
        plan of that name is open.
        """
        with self._store.write():
            row = self.plan(plan_id)
            if row.state not in (PlanState.OPEN, PlanState.DONE) or row.sealed_at is not None:
                raise refusals.closed(row)
            rival = self._open_rival(row.draft.app_id, row.draft.name)
            if rival is not None and rival.plan_id != plan_id:
                raise refusals.replaced(rival)
            count = self._store.execute(_REOPEN, plan_id)
            self._store.execute(_DOUBT, plan_id, is_uuid_kind(row.draft.by))
            if count:
                self._store.execute(_CLOSE, PlanState.OPEN, None, plan_id)
                self._event("plan.reopened", at, (plan_id, None), {"count": count})
        return count

    def adopt(self, other: Journal, plan_id: int, at: datetime) -> PlanRow:
        """Take over a saved plan; known is one of the same name, fingerprint and planning time.

        It may come from anywhere, so all of it is looked over. Raises InvalidError where it is not
        sound, or holds an id that can't be sent, and where the other journal is in use;
        StaleError where a plan of that name was planned here since.
        """
        theirs = other.plan(plan_id)
        with self._store.write():
            here = self.plans(theirs.draft.app_id, theirs.draft.name)
            known = next((row for row in here if _same(row, theirs)), None)
            if known is not None:
                return known
            if theirs.state is not PlanState.OPEN or other.runs():
                raise refusals.not_saved_plan(other.where)
            since = next((row for row in here if row.planned_at > theirs.planned_at), None)
            if since is not None:
                raise refusals.replaced(since)
            if wrong := other.check():
                raise refusals.other_unsound(other.where, wrong[0])
            items = _sendable(other, theirs)
            ours = self._freeze("plan.adopted", theirs.draft, items, (theirs.planned_at, at))
        return self.plan(ours)


def _sendable(other: Journal, theirs: PlanRow) -> Iterator[PlannedItem]:
    by = theirs.draft.by
    for one in as_planned(other.items(theirs.plan_id)):
        beside = one.onesignal_id
        why = unfit(by, one.id) or (beside and unfit(ONESIGNAL_ID, beside))
        if why:
            raise refusals.other_unsound(other.where, f"an id of it {why}")
        yield one


def as_planned(rows: Iterable[ItemRow]) -> Iterator[PlannedItem]:
    """Give items without their history, as they are planned."""
    for row in rows:
        yield PlannedItem(row.id, row.onesignal_id, row.skip, row.evidence_ms)


def _set_of(draft: Draft) -> tuple[str, str, str]:
    return draft.app_id, draft.name, draft.fingerprint


def _same(row: PlanRow, other: PlanRow) -> bool:
    return _set_of(row.draft) == _set_of(other.draft) and row.planned_at == other.planned_at
