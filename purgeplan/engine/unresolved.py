"""What an earlier run left sent and unresolved: who of them may be sent again."""

from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Final

from purgeplan.engine.waiting import Claimed
from purgeplan.model.ids import is_uuid_kind
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.ports import AppView, Clock, Journal

SOON: Final = timedelta(hours=1)
"""An alias may name somebody new after that; a subscription id or onesignal_id never does."""


def sure_s(by: str) -> float:
    """Give for how many seconds an id of this kind surely names whom it named."""
    return inf if is_uuid_kind(by) else SOON.total_seconds()


@dataclass(frozen=True, slots=True)
class Sorted:
    """Unresolved items, sorted: to be sent again, gone meanwhile, renamed, or not to be told."""

    again: tuple[Claimed, ...] = ()
    gone: tuple[Outcome, ...] = ()
    recreated: tuple[Item, ...] = ()
    unknown: int = 0


async def sort_unresolved(
    journal: Journal, plan_id: int, by: str, view: AppView, clock: Clock
) -> Sorted:
    """Sort what earlier runs left unresolved by whether sending it again can hit somebody new."""
    again: list[Claimed] = []
    gone: list[Outcome] = []
    recreated: list[Item] = []
    unknown, sure = 0, sure_s(by)
    for item, claimed_at in journal.unresolved(plan_id):
        since_s = (clock.now() - claimed_at).total_seconds()
        if sure == inf or 0 <= since_s <= sure:
            again.append(Claimed(item, doubtful=True, until=clock.monotonic() + sure - since_s))
            continue
        names = await view.onesignal_id(by, item.id)
        if names is None:
            gone.append(Outcome(item, State.ABSENT, Code.PRESUMED_OURS, clock.now()))
        elif item.onesignal_id is None:
            unknown += 1
        elif names == item.onesignal_id:
            again.append(Claimed(item, doubtful=True, until=clock.monotonic() + sure))
        else:
            recreated.append(item)
    return Sorted(tuple(again), tuple(gone), tuple(recreated), unknown)
