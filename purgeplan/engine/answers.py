"""What the breaker of one run leaves to the next: the last answers of a plan, in its journal."""

from itertools import groupby
from typing import Final

from purgeplan.errors import Exit
from purgeplan.model.breaker import BreakerWatch
from purgeplan.model.outcome import Code
from purgeplan.model.ports import Journal
from purgeplan.model.progress import Ended
from purgeplan.model.records import REOPENED
from purgeplan.model.spec import Breaker

KEPT: Final = "run.answers"
"""The kind of the event that tells a plan's last answers, as codes and how often in a row."""


def watch(journal: Journal, plan_id: int, limits: Breaker) -> BreakerWatch:
    """Give the breaker of a run that starts: it goes on from the answers of the runs before.

    A person has looked at those before a `retry`. A run that was killed has left none.
    """
    kept = list(journal.events(plan_id, KEPT))[-1:]
    reopened = max((one.seq for one in journal.events(plan_id, REOPENED)), default=0)
    runs = (one.data["last"] for one in kept if one.seq > reopened)
    return BreakerWatch(limits, [Code(code) for last in runs for code, n in last for _ in range(n)])


def answers(breaker: BreakerWatch, ended: Ended) -> dict[str, list[tuple[Code, int]]]:
    """Give what a run tells those after it: nothing where a person must look at it first."""
    kept = () if ended.exit is Exit.ATTENTION else breaker.kept
    return {"last": [(code, len(list(some))) for code, some in groupby(kept)]}
