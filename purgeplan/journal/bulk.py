"""A frozen set on its way into the journal: many rows a statement, counted and committed to."""

from collections.abc import Iterable
from functools import cache
from itertools import chain, islice
from typing import Final

from purgeplan.journal.chain import IdsDigest
from purgeplan.journal.store import Store
from purgeplan.model.records import PlannedItem

ROWS: Final = 250
"""Rows a statement. One row each takes twice the time, most of it between Python and SQLite."""

_INSERT: Final = """
    INSERT INTO items (plan_id, position, id, onesignal_id, skip, evidence_at, state, settled_at)
    VALUES """


def write_items(store: Store, plan_id: int, items: Iterable[PlannedItem], at: int) -> IdsDigest:
    """Insert items as they come, numbered from 0, and give the digest of their ids.

    What is skipped from the first was settled at ``at`` (ms). Raises whatever ``items`` raises.
    """
    digest, coming = IdsDigest(), iter(items)
    while rows := list(islice(coming, ROWS)):
        parameters = chain((plan_id, digest.count, at), chain.from_iterable(rows))
        store.execute(_insert(len(rows)), *parameters)
        digest.take([one.id for one in rows])
    return digest


@cache
def _insert(rows: int) -> str:
    """Give a statement for so many rows; ?1 is the plan, ?2 the first position, ?3 the time."""
    return _INSERT + ", ".join(_row(number) for number in range(rows))


def _row(number: int) -> str:
    one = 4 + number * len(PlannedItem._fields)
    skip = f"?{one + 2}"
    state = f"iif({skip} IS NULL, 'pending', 'skipped'), iif({skip} IS NULL, NULL, ?3)"
    return f"(?1, ?2 + {number}, ?{one}, ?{one + 1}, {skip}, ?{one + 3}, {state})"
