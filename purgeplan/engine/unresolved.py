"""What an earlier run left sent and unresolved: who of them may be sent again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Final

from purgeplan.engine.waiting import Claimed
from purgeplan.model.ids import ONESIGNAL_ID, is_uuid_kind
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.ports import AppView, Clock, Journal

SOON: Final = timedelta(hours=1)
"""An alias may name somebody new after that; a subscription id or onesignal_id never does."""


def sure_s(by: str, item: Item) -> float:
    """Give for how many seconds a DELETE of an item surely hits whom it was planned for.

    For ever where it names a UUID: the id itself, or the onesignal_id that was planned.
    """
    named = by if item.onesignal_id is None else ONESIGNAL_ID
    return inf if is_uuid_kind(named) else SOON.total_seconds()


@dataclass(frozen=True, slots=True)
class Sorted:
    """Unresolved items, sorted: to be sent again, gone meanwhile, or not to be told.

    ``claims`` is when each was claimed last, by position.
    """

    again: tuple[Claimed, ...] = ()
    gone: tuple[Outcome, ...] = ()
    unknown: int = 0
    claims: Mapping[int, datetime] = field(default_factory=dict)


async def sort_unresolved(
    journal: Journal, plan_id: int, by: str, view: AppView, clock: Clock
) -> Sorted:
    """Sort what earlier runs left unresolved by whether sending it again can hit somebody new.

    The hour counts from the first claim: the journal keeps no other of those that came into doubt,
    and by the last one it would begin anew with each run.
    """
    again: list[Claimed] = []
    gone: list[Outcome] = []
    unknown = 0
    unresolved = journal.unresolved(plan_id)
    for item, claimed_at, _, _ in unresolved:
        sure = sure_s(by, item)
        since_s = (clock.now() - claimed_at).total_seconds()
        if sure == inf or 0 <= since_s <= sure:
            again.append(Claimed(item, doubtful=True, until=clock.monotonic() + sure - since_s))
        elif await view.onesignal_id(by, item.id) is None:
            gone.append(Outcome(item, State.ABSENT, Code.PRESUMED_OURS, clock.now()))
        else:
            unknown += 1
    last = {one.item.position: one.last_claim for one in unresolved}
    return Sorted(tuple(again), tuple(gone), unknown, last)
