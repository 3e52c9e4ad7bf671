"""Plans: written whole, renewed, closed, taken over, opened again."""

from dataclasses import replace

from support.fake_journal.part import Part, Row, floor

from purgeplan.errors import Finding, InvalidError, StaleError
from purgeplan.journal.chain import digest
from purgeplan.model.ids import is_uuid_kind
from purgeplan.model.outcome import Code, Skip, State, Verdict
from purgeplan.model.records import ItemRow, PlannedItem, PlanRow, PlanState


def _same_set(row, other):
    return (row.draft.app_id, row.draft.name, row.draft.fingerprint, row.planned_at) == (
        other.draft.app_id,
        other.draft.name,
        other.draft.fingerprint,
        other.planned_at,
    )


class Plans(Part):
    """The part of the fake that has plans."""

    def save(self, draft, items, at):
        """Write a plan, superseding the open one."""
        self._alive()
        rows = self._frozen(items, at)
        row = self._insert(draft, rows, at)
        self._event("plan.saved", at, row.plan_id, data=self._proof(row))
        return row

    def _frozen(self, items, at):
        return [
            Row(
                ItemRow(
                    position=position,
                    id=one.id,
                    state=State.SKIPPED if one.skip else State.PENDING,
                    skip=one.skip,
                    code=None,
                    status=None,
                    attempts=0,
                    claimed_at=None,
                    settled_at=floor(at) if one.skip else None,
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
                before, state=PlanState.SUPERSEDED, closed_at=floor(at)
            )
            self._event("plan.superseded", at, before.plan_id)
        self._items[plan_id] = rows
        self._plans[plan_id] = PlanRow(
            plan_id,
            lineage,
            PlanState.OPEN,
            floor(planned_at or at),
            len(rows),
            self._noticed(draft),
        )
        return self._plans[plan_id]

    def _noticed(self, draft):
        evidence = {ids: floor(at) for ids, at in draft.evidence.items()}
        for ids, at in evidence.items():
            key = (draft.app_id, ids)
            self._seen[key] = min(at, self._seen.get(key, at))
        return replace(
            draft,
            evidence=evidence,
            expires_at=floor(draft.expires_at),
            not_before=floor(draft.not_before),
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
                one.to(state=State.SKIPPED, skip=Skip.CANCELLED, settled_at=floor(at))
        self._plans[plan_id] = replace(row, state=state, closed_at=floor(at))
        self._event("plan.concluded", at, plan_id, data={"state": state})

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
