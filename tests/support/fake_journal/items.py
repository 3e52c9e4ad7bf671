"""Items of plans: rows, counts, and what they prove about earlier deletions."""

from support.fake_journal.part import Part, floor

from purgeplan.model.ids import is_uuid_kind
from purgeplan.model.outcome import NOTHING_DONE, Code, Item, Skip, State
from purgeplan.model.records import ADDRESSED, Tally, Unresolved


def _counted(values):
    return {one: values.count(one) for one in set(values)} if values else {}


def _reached_at(row, one):
    """Tell when a request reached an id, or may have; None where surely none has."""
    item = one.item
    if item.state in (State.ACCEPTED, State.ABSENT):
        return item.settled_at
    if item.claimed_at is None or is_uuid_kind(row.draft.by):
        return None
    idle = item.attempts == 1 and item.code in (*NOTHING_DONE, Code.REJECTED)
    return None if idle else one.last_claim


class Items(Part):
    """The part of the fake that reads items, and skips or addresses them."""

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
                if one.last_claim is not None and one.last_claim >= floor(since)
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
            one.to(state=State.SKIPPED, skip=why, settled_at=floor(at))
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
