"""Items of plans, read: rows, counts, and what they prove about earlier deletions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final

from purgeplan.journal.part import Part
from purgeplan.journal.rows import ITEMS, UNRESOLVED, item_row, unresolved
from purgeplan.journal.times import ms, utc
from purgeplan.model.ids import UUID_KINDS, is_uuid_kind
from purgeplan.model.outcome import NOTHING_DONE, Code, Skip, State, Verdict
from purgeplan.model.records import ADDRESSED, ItemRow, Tally, Unresolved


def _any(codes: Iterable[Code]) -> str:
    return " OR ".join(f"code IS '{code}'" for code in codes)


_COUNTED: Final = (
    *(f"state = '{state}'" for state in State),
    *(f"skip IS '{skip}'" for skip in Skip),
    *(f"verdict IS '{verdict}'" for verdict in Verdict),
    f"code IS '{Code.PRESUMED_OURS}'",
    "claimed_at IS NOT NULL",
    "claimed_at IS NOT NULL AND (state = 'pending' OR state = 'sent')",
    f"claimed_at IS NOT NULL AND state = 'pending' AND ({_any(NOTHING_DONE)})",
)
_ADDRESSED: Final = """
    SELECT id || char(9) || onesignal_id FROM items
    WHERE plan_id = ? AND onesignal_id IS NOT NULL ORDER BY id"""
_SUMS: Final = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in _COUNTED)
_TALLY: Final = f"SELECT {_SUMS} FROM items WHERE plan_id = ?"  # noqa: S608 - made of enums
_CLAIMED: Final = "SELECT count(*) FROM items WHERE plan_id = ? AND claimed_at IS NOT NULL"
_LINEAGE: Final = """
    FROM items JOIN plans AS mine ON mine.plan_id = ?
    JOIN plans ON plans.plan_id = items.plan_id AND plans.lineage = mine.lineage
        AND plans.plan_id <= mine.plan_id
    WHERE items.claimed_at IS NOT NULL"""
_CLAIMED_LEFT: Final = f"""
    SELECT count(*) FROM items AS left_ones WHERE plan_id = ?
        AND (state = 'pending' OR state = 'sent') AND id IN (SELECT items.id {_LINEAGE})"""  # noqa: S608 - our own
_GONE: Final = "(items.state = 'accepted' OR items.state = 'absent')"
_ALIAS: Final = " AND ".join(f"by_kind <> '{kind}'" for kind in sorted(UUID_KINDS))
_IDLE: Final = _any((*NOTHING_DONE, Code.REJECTED))
_REACHED: Final = (
    f"({_GONE} OR ({_ALIAS} AND items.claimed_at IS NOT NULL AND NOT (attempts = 1 AND ({_IDLE}))))"
)
"""Whom a request has reached, or may have: an alias that was claimed, unless its only attempt did
nothing. How an earlier attempt ended is not kept. A UUID in doubt names nobody else, ever."""
_REACHED_AT: Final = f"CASE WHEN {_GONE} THEN settled_at ELSE last_claim END"
_DELETED: Final = f"""
    SELECT id, max({_REACHED_AT}) FROM plans JOIN items USING (plan_id)
    WHERE app_id = ? AND by_kind = ? AND sealed_at IS NULL AND {_REACHED}
    GROUP BY id"""  # noqa: S608 - made of enums
_CLAIMED_SINCE: Final = """
    SELECT count(*) FROM (SELECT DISTINCT by_kind, id FROM plans JOIN items USING (plan_id)
    WHERE app_id = ? AND last_claim >= ?)"""
_SKIP: Final = "UPDATE items SET state = 'skipped', skip = ?, settled_at = ? WHERE plan_id = ?"
_ELSEWHERE: Final = f"""
    SELECT items.id FROM plans AS mine
    JOIN plans USING (app_id, by_kind) CROSS JOIN items ON items.plan_id = plans.plan_id
    WHERE mine.plan_id = ? AND plans.plan_id <> mine.plan_id
        AND {_REACHED} AND {_REACHED_AT} >= ?"""  # noqa: S608 - made of enums
"""CROSS: SQLite would go through all items, this plan's too, to look up the plan of each."""
_DOUBTFUL_ELSEWHERE: Final = f"""
    SELECT position FROM items
    WHERE plan_id = ? AND state = 'sent' AND onesignal_id IS NULL
        AND id IN ({_ELSEWHERE})"""  # noqa: S608 - made of enums
_ADDRESS: Final = """
    UPDATE items SET onesignal_id = ? WHERE plan_id = ? AND position = ? AND state = 'pending'
        AND claimed_at IS NULL AND onesignal_id IS NULL"""
_ADOPTED: Final = "SELECT 1 FROM events WHERE plan_id = ? AND kind = 'plan.adopted'"


class Items(Part):
    """The part that reads items, and leaves out those that need not go."""

    def sorted_ids(self, plan_id: int) -> Iterator[str]:
        """Give every id in order of its UTF-8 bytes, which is how SQLite compares text."""
        rows = self._store.stream("SELECT id FROM items WHERE plan_id = ? ORDER BY id", plan_id)
        return map(itemgetter(0), rows)

    def addressed(self, plan_id: int) -> Iterator[str]:
        """Give id, tab and onesignal_id of items that have one, in order of the ids' UTF-8."""
        return map(itemgetter(0), self._store.stream(_ADDRESSED, plan_id))

    def items(self, plan_id: int, states: Sequence[State] = ()) -> Iterator[ItemRow]:
        """Give items in the order of sending, page by page."""
        wanted = " OR ".join("state = ?" for _ in states) or "1"
        sql = f"{ITEMS} WHERE plan_id = ? AND position >= ? AND ({wanted}) ORDER BY position"
        for row in self._paged(sql, plan_id, *states):
            yield self._read(item_row, row)

    def tally(self, plan_id: int) -> Tally:
        """Count the items of a plan, in one pass over its rows."""
        ((*counts,),) = self._store.read(_TALLY, plan_id)
        numbers = [int(count) for count in counts]
        kinds = (*State, *Skip, *Verdict)
        found = {kind: n for kind, n in zip(kinds, numbers, strict=False) if n}
        presumed_ours, claimed, claimed_left, given_back = numbers[len(kinds) :]
        return Tally(
            {kind: n for kind, n in found.items() if isinstance(kind, State)},
            {kind: n for kind, n in found.items() if isinstance(kind, Skip)},
            {kind: n for kind, n in found.items() if isinstance(kind, Verdict)},
            presumed_ours,
            claimed,
            claimed_left,
            given_back,
        )

    def unresolved(self, plan_id: int) -> list[Unresolved]:
        """Give items sent and unresolved, in the order of sending."""
        rows = self._store.read(
            f"{UNRESOLVED} WHERE plan_id = ? AND state = 'sent' ORDER BY position", plan_id
        )
        return [unresolved(row) for row in rows]

    def claimed_in_lineage(self, plan_id: int) -> int:
        """Count the distinct ids ever claimed by this plan and those it superseded."""
        if self.plan(plan_id).lineage == plan_id:  # it superseded none: its own ids are distinct
            ((count,),) = self._store.read(_CLAIMED, plan_id)
        else:
            sql = f"SELECT count(DISTINCT items.id) {_LINEAGE}"
            ((count,),) = self._store.read(sql, plan_id)
        return int(count)

    def claimed_ids(self, plan_id: int) -> Iterator[str]:
        """Give those distinct ids."""
        self.plan(plan_id)
        rows = self._store.stream(f"SELECT DISTINCT items.id {_LINEAGE}", plan_id)
        yield from map(itemgetter(0), rows)

    def claimed_left(self, plan_id: int) -> int:
        """Count those of them that are left of this plan, pending or unresolved."""
        self.plan(plan_id)
        ((count,),) = self._store.read(_CLAIMED_LEFT, plan_id, plan_id)
        return int(count)

    def first_seen(self, app_id: str, ids_digest: str) -> datetime | None:
        """Give the earliest time that was ever planned for a source with these ids."""
        row = self._store.one(
            "SELECT as_of FROM evidence WHERE app_id = ? AND ids_digest = ?", app_id, ids_digest
        )
        return None if row is None else utc(row[0])

    def deleted(self, app_id: str, by: str) -> Iterator[tuple[str, datetime]]:
        """Give ids accepted or absent, whatever the resource: a player is a subscription.

        An alias in doubt is among them, as of its last claim: by now it may name somebody new.
        Nothing comes of sealed plans: their HMACs compare with no id without the key.
        """
        for one, reached_at in self._store.stream(_DELETED, app_id, by):
            yield one, utc(reached_at)

    def claimed_since(self, app_id: str, since: datetime) -> int:
        """Count the app's distinct ids with a claim, the last in its plan, not older than that."""
        ((count,),) = self._store.read(_CLAIMED_SINCE, app_id, ms(since))
        return int(count)

    def skip_deleted_elsewhere(self, plan_id: int, at: datetime) -> int:
        """Skip pending ids that another plan of the app deleted since this one was planned.

        So with an alias of which a request under that other plan may have worked since.
        A plan made elsewhere knows nothing of what was deleted here, so for one that was taken
        over it is since its oldest evidence: whoever is back since then is spared.
        """
        with self._store.write():
            row = self.plan(plan_id)
            times = (row.planned_at, *row.draft.evidence.values())
            since = min(times) if self._store.one(_ADOPTED, plan_id) else row.planned_at
            if self._store.one(_ELSEWHERE, plan_id, ms(since)) is None:
                return 0  # nobody to look for among what may be millions
            count = self._store.execute(
                f"{_SKIP} AND state = 'pending' AND id IN ({_ELSEWHERE})",
                *(Skip.DELETED_BEFORE, ms(at), plan_id, plan_id, ms(since)),
            )
            self._skipped(plan_id, Skip.DELETED_BEFORE, count, at)
        return count

    def doubtful_elsewhere(self, plan_id: int) -> frozenset[int]:
        """Give the positions of aliases in doubt that another plan may have reached since.

        Whoever has one of them by now may be somebody new; a UUID names nobody else.
        """
        row = self.plan(plan_id)
        if is_uuid_kind(row.draft.by):
            return frozenset()
        since = ms(row.planned_at)
        found = self._store.read(_DOUBTFUL_ELSEWHERE, plan_id, plan_id, since)
        return frozenset(position for (position,) in found)

    def skip(self, plan_id: int, positions: Iterable[int], why: Skip, at: datetime) -> int:
        """Skip the pending ones among the named."""
        with self._store.write():
            self.plan(plan_id)
            count = self._store.execute_many(
                f"{_SKIP} AND position = ? AND state = 'pending'",
                ((why, ms(at), plan_id, position) for position in positions),
            )
            self._skipped(plan_id, why, count, at)
        return count

    def address(self, plan_id: int, found: Iterable[tuple[int, str]], at: datetime) -> int:
        """Note whom pending ids name that were never claimed; one that is known stays."""
        with self._store.write():
            self.plan(plan_id)
            rows = ((who, plan_id, position) for position, who in found)
            count = self._store.execute_many(_ADDRESS, rows)
            if count:
                self._event(ADDRESSED, at, (plan_id, None), {"count": count})
        return count

    def _skipped(self, plan_id: int, why: Skip, count: int, at: datetime) -> None:
        if count:
            self._event("items.skipped", at, (plan_id, None), {"why": why, "count": count})
