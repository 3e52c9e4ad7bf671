"""Forgetting: the ids of a closed plan become HMACs, and their old pages are overwritten."""

from datetime import datetime
from functools import partial
from typing import Final

from purgeplan.journal import refusals
from purgeplan.journal.record import Record
from purgeplan.journal.rows import draft_columns, draft_digest
from purgeplan.journal.sealing import sealed_id, wiped
from purgeplan.journal.times import ms
from purgeplan.model.records import PlanRow, PlanState

READERS_MS: Final = 1_000
"""How long overwriting waits for those who read the journal at the same time."""

_SEAL: Final = """
    UPDATE plans SET sealed_at = ?, text = ?, summary = ? WHERE plan_id = ?"""
_SEAL_ITEMS: Final = """
    UPDATE items SET id = sealed(id), onesignal_id = sealed(onesignal_id), evidence_at = NULL
    WHERE plan_id = ?"""


class Forgetting(Record):
    """The part that seals plans."""

    def seal(self, plan_id: int, key: bytes, at: datetime) -> int:
        """Replace the ids of a plan that nothing will be sent of any more.

        With the key one can still ask whether a person was deleted: the HMAC-SHA256 of their id.
        Without it nothing compares: ``deleted`` gives nothing of a sealed plan, so that an old
        list applied again is no longer held back by it. Digests of whole sets stay (fingerprint,
        evidence); of a set of one or two, who can guess the id can confirm it.
        Ids that are unknown go with it: no command acts on those of a closed plan any more.
        Raises RefusedError while a plan of that lineage is open; repeated, it is nothing. Old
        pages hold the ids until ``overwrite``.
        """
        row = self.plan(plan_id)
        return self._seal(row, key, at) if row.sealed_at is None else 0

    def _seal(self, row: PlanRow, key: bytes, at: datetime) -> int:
        blank = wiped(row.draft)
        columns = draft_columns(blank)
        self._store.define("sealed", partial(_sealed_or_none, key))
        with self._store.write():
            self._sealable(row)
            sealed = (ms(at), columns[7], columns[10], row.plan_id)
            self._store.execute(_SEAL, *sealed)
            count = self._store.execute(_SEAL_ITEMS, row.plan_id)
            data = {"ids": self._ids_digest(row.plan_id), "draft": draft_digest(blank)}
            self._event("plan.sealed", at, (row.plan_id, None), data)
        return count

    def _sealable(self, row: PlanRow) -> None:
        line = [one for one in self.plans() if one.lineage == row.lineage]
        if any(one.state is PlanState.OPEN for one in line):
            raise refusals.still_open(row)

    def overwrite(self) -> None:
        """Rewrite the file without its free space, and empty the write-ahead log.

        Raises RefusedError where a reader keeps old pages alive.
        """
        self._store.alone("VACUUM")
        self._store.alone(f"PRAGMA busy_timeout = {READERS_MS}")
        ((busy, _, _),) = self._store.alone("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise refusals.traces_left(self.where)


def _sealed_or_none(key: bytes, one: str | None) -> str | None:
    return None if one is None else sealed_id(key, one)
