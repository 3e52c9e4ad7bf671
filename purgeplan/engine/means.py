"""What a run works with: journal, target, clock, pace, what stops it, and a thread to wait in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from purgeplan.engine.pacer import Pacer
from purgeplan.engine.stops import Stops
from purgeplan.engine.waiting import Claimed
from purgeplan.model.breaker import BreakerWatch
from purgeplan.model.outcome import Outcome
from purgeplan.model.ports import Clock, Journal, Target

Result = TypeVar("Result")


class Offload(Protocol):
    """Runs a blocking call of the journal where it does not hold up the loop, one at a time."""

    def __call__(self, call: Callable[[], Result], /) -> Awaitable[Result]:
        """Give what the call gives."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with.

    ``dump`` saves outcomes that the journal could not take. ``check_due`` tells that nothing new
    may be claimed before a check, which is made while nothing is under way. ``left`` takes whoever
    has a check to come before them: the next ``again``.
    """

    journal: Journal
    target: Target
    clock: Clock
    pacer: Pacer
    stops: Stops
    breaker: BreakerWatch
    offload: Offload
    dump: Callable[[Sequence[Outcome]], None]
    check_due: Callable[[], bool] = lambda: False
    left: list[Claimed] = field(default_factory=list)

    def taken_left(self) -> tuple[Claimed, ...]:
        """Give what was left, once."""
        left = tuple(self.left)
        self.left.clear()
        return left
