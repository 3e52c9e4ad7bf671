"""What is seen of a run while it goes on: one live line on a terminal, elsewhere a line at times.

The numbers are for show: the truth is counted from the journal at the end.
"""

from collections import Counter, deque
from typing import Final

from purgeplan.cli.console import Console
from purgeplan.cli.progress_text import Seen, progress_line
from purgeplan.cli.ticker import REDRAW_S, Ticker
from purgeplan.model.outcome import Code, State
from purgeplan.model.ports import Clock
from purgeplan.model.progress import Checked, Ended, Progress, Settled, Waiting
from purgeplan.model.records import Tally

RATE_SPAN_S: Final = 30.0


class ProgressView:
    """Consumes what a run yields and shows how far it is."""

    def __init__(self, console: Console, clock: Clock, start: Tally) -> None:
        self._ticker = Ticker(console, clock)
        self._clock = clock
        self._total = start.total
        self._states: Counter[State] = Counter(dict(start.states))
        self._settled = start.total - start.left
        self._throttled = 0
        self._in_flight = 0
        self._why = ""
        self._samples = deque([(clock.monotonic(), self._settled)])

    def show(self, progress: Progress) -> None:
        """Take one thing that happened into account, and show it when a line is due."""
        match progress:
            case Settled():
                self._settle(progress)
            case Waiting(why=why, seconds=seconds):
                self._why = f"{why}, {seconds:.0f} s" if seconds >= 1 else why
                if not seconds:
                    self._anew()
            case Checked(active=active):
                self._why = ""
                self._settled += active
            case Ended():
                self._ticker.close()
                return
        self._sample()
        if self._ticker.is_due:
            self._ticker.show(progress_line(self.seen()))

    def close(self) -> None:
        """Take the live line away, whatever ended the run."""
        self._ticker.close()

    def seen(self) -> Seen:
        """Give the numbers as they stand."""
        per_s = self._rate()
        left = self._total - self._settled
        return Seen(
            done=self._settled,
            total=self._total,
            accepted=self._states[State.ACCEPTED],
            absent=self._states[State.ABSENT],
            failed=self._states[State.FAILED],
            throttled=self._throttled,
            in_flight=self._in_flight,
            per_s=per_s,
            eta_s=left / per_s if per_s else None,
            why=self._why,
        )

    def _settle(self, progress: Settled) -> None:
        self._why = ""
        self._in_flight = progress.in_flight
        for outcome in progress.outcomes:
            self._throttled += outcome.code is Code.THROTTLED
            if outcome.state in (State.ACCEPTED, State.ABSENT, State.FAILED):
                self._states[outcome.state] += 1
                self._settled += 1

    def _anew(self) -> None:
        """Measure the rate from here on: while the app is looked at nothing is to be deleted."""
        self._samples.clear()
        self._samples.append((self._clock.monotonic(), self._settled))

    def _sample(self) -> None:
        """Remember how far it was, back to the last sample older than RATE_SPAN_S."""
        now = self._clock.monotonic()
        if now - self._samples[-1][0] >= REDRAW_S:
            self._samples.append((now, self._settled))
        while len(self._samples) > 1 and now - self._samples[1][0] >= RATE_SPAN_S:
            self._samples.popleft()

    def _rate(self) -> float | None:
        """Give settled ids a second since the oldest sample; None before any time has passed."""
        since, before = self._samples[0]
        span_s = self._clock.monotonic() - since
        return (self._settled - before) / span_s if span_s > 0 else None
