"""Why a run stops though ids are left: asked between turns, answered from values and two files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from purgeplan.errors import Exit, Finding
from purgeplan.model.ports import Clock
from purgeplan.model.progress import Ended
from purgeplan.model.span import in_words
from purgeplan.model.spec import Budget, Window
from purgeplan.model.window import is_open, next_opening

PAUSE_LOOK_S: Final = 0.5

LIMIT: Final = "limit"
BUDGET: Final = "budget"
MAX_DELETE: Final = "max_delete"


@dataclass(slots=True)
class StopRequest:
    """Set by a signal handler; the run looks at it at every turn, ten times a second."""

    asked: bool = False


@dataclass(frozen=True, slots=True)
class Switches:
    """The pause and the stop file beside the journal, as questions and as names for messages."""

    paused: Callable[[], bool] = lambda: False
    stopped: Callable[[], bool] = lambda: False
    pause_file: str = ""
    stop_file: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds one run: ``most`` ids that are sent (``--limit``), the time box, the window.

    ``allowance`` is how many ids max_delete still lets this plan claim, ``budget_left`` how many
    the rolling budget does; None is no such bound. ``wait`` sleeps out a closed window.
    """

    allowance: int
    most: int | None = None
    budget: Budget | None = None
    budget_left: int | None = None
    window: Window | None = None
    wait: bool = False
    until: float | None = None  # monotonic


class Stops:
    """Tells at each turn whether the run pauses or ends; counts what it lets through."""

    def __init__(
        self, bounds: Bounds, switches: Switches, request: StopRequest, clock: Clock
    ) -> None:
        self._bounds = bounds
        self._switches = switches
        self._request = request
        self._clock = clock
        self._claimed = self._sent = self._budgeted = 0
        self._claims: dict[int, datetime] = {}

    def count(self, fresh: int) -> None:
        """Take fresh claims into account."""
        self._claimed += fresh
        self._sent += fresh
        self._budgeted += fresh

    def unresolved(self, claims: Mapping[int, datetime]) -> None:
        """Learn whom earlier runs left unresolved, by position, and when each was claimed last."""
        self._claims = dict(claims)

    def resume(self, position: int) -> bool:
        """Tell whether this run may send again whom one left unresolved, counted the first time.

        The plan's cap has them already, and the budget where their last claim is within the span.
        """
        last = self._claims.get(position)
        if last is None:
            return True  # of this run, which has counted them
        budget, now = self._bounds.budget, self._clock.now()
        known = budget is None or last >= now - timedelta(seconds=budget.per_s)
        if self._left(self._bounds.most, self._sent) <= 0:
            return False
        if not known and self._left(self._bounds.budget_left, self._budgeted) <= 0:
            return False
        del self._claims[position]
        self._sent += 1
        self._budgeted += not known
        return True

    @staticmethod
    def _left(bound: int | None, used: int) -> float:
        return inf if bound is None else bound - used

    def allowed(self) -> int:
        """Give how many fresh ids may still be claimed; never less than none."""
        limit = self._left(self._bounds.most, self._sent)
        budget = self._left(self._bounds.budget_left, self._budgeted)
        return int(max(0, min(self._bounds.allowance - self._claimed, limit, budget)))

    def spent(self) -> Ended:
        """Say which bound is used up, once nothing more is allowed."""
        if self._bounds.most is not None and self._sent >= self._bounds.most:
            return Ended(Exit.STOPPED_EARLY, LIMIT, Finding("PP508", "--limit is reached", _SAME))
        budget, left = self._bounds.budget, self._bounds.budget_left
        if budget is not None and left is not None and self._budgeted >= left:
            return self._budget_spent(budget)
        problem = f"max_delete lets this plan claim no more than {self._bounds.allowance:,} ids"
        return Ended(Exit.REFUSED, MAX_DELETE, Finding("PP103", problem, "plan again"))

    @staticmethod
    def _budget_spent(budget: Budget) -> Ended:
        span = in_words(budget.per_s)
        problem = f"the budget of {budget.max_delete:,} ids in {span} for this app is used up"
        return Ended(Exit.STOPPED_EARLY, BUDGET, Finding("PP509", problem, _SAME))

    def ended(self) -> Ended | None:
        """Say whether the run must end now: asked to, stop file, time box, window."""
        if self._request.asked:
            return Ended(Exit.INTERRUPTED, "interrupted")
        if self._switches.stopped():
            problem = f"{self._switches.stop_file} exists"
            mend = "remove the file, then repeat the command with --after RUN"
            return Ended(Exit.ATTENTION, "stop_file", Finding("PP504", problem, mend))
        if self._bounds.until is not None and self._clock.monotonic() >= self._bounds.until:
            finding = Finding("PP506", "max_run_time is over", _SAME)
            return Ended(Exit.STOPPED_EARLY, "max_run_time", finding)
        return None if self._bounds.wait else self._window_closed()

    def _window_closed(self) -> Ended | None:
        window, now = self._bounds.window, self._clock.now()
        if window is None or is_open(window, now):
            return None
        return Ended(Exit.STOPPED_EARLY, "window", window_finding(window, now))

    def paused(self) -> tuple[str, float] | None:
        """Say why nothing new starts, and for how many seconds to look away; None where it may."""
        if self._switches.paused():
            return f"paused: {self._switches.pause_file} exists", PAUSE_LOOK_S
        window, now = self._bounds.window, self._clock.now()
        if window is None or is_open(window, now):
            return None
        opens = next_opening(window, now)
        seconds = min((opens - now).total_seconds(), PAUSE_LOOK_S)
        return f"outside the window until {opens:%Y-%m-%d %H:%M}Z", seconds


def window_finding(window: Window, now: datetime) -> Finding:
    """Give the finding of a closed window, naming the next opening in UTC and in its zone."""
    opens = next_opening(window, now)
    there = opens.astimezone(ZoneInfo(window.tz))
    when = f"{there:%Y-%m-%d %H:%M} {window.tz} ({opens:%Y-%m-%d %H:%M}Z)"
    problem = f"outside the window; it opens at {when}"
    return Finding("PP505", problem, "repeat the command then, or give --wait")


_SAME = "repeat the same command to go on"
