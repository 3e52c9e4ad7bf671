"""The breaker: when a run stops by itself, judged by the last answers."""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from purgeplan.errors import Exit, Finding
from purgeplan.model.answer import FAILURES
from purgeplan.model.outcome import Code
from purgeplan.model.spec import Breaker

SAMPLE: Final = 200
FIRST_LOOK: Final = 50

COUNTED: Final = FAILURES | {Code.ACCEPTED, Code.ABSENT}
"""A 429 is pacing; an absence presumed to be ours says nothing of the list."""

OUT_OF_REACH: Final = frozenset({Code.NOT_SENT, Code.SERVER_ERROR, Code.TIMEOUT})


class _Window:
    """The last answers, and how many of them failed or were absences."""

    def __init__(self, codes: Iterable[Code] = ()) -> None:
        self.last: deque[Code] = deque(maxlen=SAMPLE)
        self._failures = 0
        self._absent = 0
        for code in codes:
            self.take(code)

    def take(self, code: Code) -> None:
        if len(self.last) == SAMPLE:
            self._weigh(self.last[0], -1)
        self.last.append(code)
        self._weigh(code, 1)

    def _weigh(self, code: Code, by: int) -> None:
        if code in FAILURES:
            self._failures += by
        elif code is Code.ABSENT:
            self._absent += by

    def verdict(self, limits: Breaker) -> tuple[Exit, Finding] | None:
        if len(self.last) < FIRST_LOOK:
            return None
        return shares(limits, len(self.last), self._failures, self._absent)


class BreakerWatch:
    """Counts answers and says when to stop; holds no clock and does nothing itself.

    A run is judged by its own answers, and by the last ones of the plan: ``before`` are those of
    earlier runs, the oldest first. Without them runs of a few ids each would never be judged.
    """

    def __init__(self, limits: Breaker, before: Iterable[Code] = ()) -> None:
        self._limits = limits
        self._own = _Window()
        self._plans = _Window(before)
        self._streak: list[Code] = []

    @property
    def kept(self) -> tuple[Code, ...]:
        """Give what later runs of the plan are to be judged by, too.

        Not who was out of reach: that speaks of the API's hour, and not of the list.
        """
        return tuple(self._plans.last)

    def count(self, code: Code) -> None:
        """Take one answer into account."""
        if code not in COUNTED:
            return
        self._own.take(code)
        if code not in OUT_OF_REACH:
            self._plans.take(code)
        if code in FAILURES:
            self._streak.append(code)
        else:
            self._streak.clear()

    def verdict(self) -> tuple[Exit, Finding] | None:
        """Give the exit code and the reason to stop, or None."""
        if len(self._streak) >= self._limits.max_consecutive_failures:
            return self._in_a_row()
        return self._own.verdict(self._limits) or self._plans.verdict(self._limits)

    def _in_a_row(self) -> tuple[Exit, Finding]:
        count, last = len(self._streak), self._streak[-1]
        if all(code in OUT_OF_REACH for code in self._streak):
            problem = f"{count} requests in a row got no answer or a server error (last: {last})"
            return Exit.STOPPED_EARLY, Finding("PP507", problem, "repeat the command later")
        problem = f"{count} requests in a row failed (last: {last})"
        return Exit.ATTENTION, Finding("PP501", problem, _LOOK)


def shares(
    limits: Breaker, answers: int, failures: int, absent: int
) -> tuple[Exit, Finding] | None:
    """Judge shares of so many answers; also a plan too small for a sample, at its end."""
    return _over("PP502", "failed", (failures, answers), limits.max_failure_percent) or _over(
        "PP503", "were already gone", (absent, answers), limits.max_absent_percent
    )


def _over(
    code: str, what: str, share: tuple[int, int], limit: Decimal | None
) -> tuple[Exit, Finding] | None:
    part, whole = share
    if part == 0 or limit is None or part * 100 <= limit * whole:
        return None
    problem = f"{part} of the last {whole} answers {what}, over {limit} percent"
    return Exit.ATTENTION, Finding(code, problem, _LOOK)


_LOOK = "look at the report, then repeat the command with --after RUN"
