"""What answers mean: an outcome for the journal, and what follows for the id and for the run."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from purgeplan.engine.again import Again
from purgeplan.engine.flight import Landed
from purgeplan.engine.means import Means
from purgeplan.engine.unresolved import sure_s
from purgeplan.engine.waiting import Claimed
from purgeplan.errors import Exit, Finding
from purgeplan.model.answer import Decision, Then, decide
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.progress import Ended
from purgeplan.model.spec import PlanSpec


class Judge:
    """Judges answers of one run, without effects on journal or network.

    Whatever is to be tried again goes to ``again``; a 429 slows the pacer; ``ended`` is why the
    run must end, as soon as an answer or the breaker says so.
    """

    def __init__(self, spec: PlanSpec, means: Means, again: Again) -> None:
        self._spec = spec
        self._clock = means.clock
        self._pacer = means.pacer
        self._breaker = means.breaker
        self._again = again
        self.ended: Ended | None = None

    def outcomes(self, landed: Iterable[Landed]) -> list[Outcome]:
        """Judge answers in the order in which they came."""
        at = self._clock.now()
        return [self._outcome(one, at) for one in landed]

    def unbegun(self, grounded: Iterable[Claimed]) -> list[Outcome]:
        """Give back what was claimed and has not begun: nothing was done, unless it was before."""
        at = self._clock.now()
        return [_unbegun(one, at) for one in grounded]

    def _outcome(self, landed: Landed, at: datetime) -> Outcome:
        claimed, answer = landed.claimed, landed.answer
        decision = decide(answer, claimed.attempt, claimed.doubtful, self._spec.retry)
        self._breaker.count(decision.code)
        if decision.then is not Then.ON:
            self._follow(claimed, decision)
        self.ended = self.ended or self._tripped()
        state, code = decision.state, decision.code
        return Outcome(claimed.item, state, code, at, answer.status, answer.onesignal_id)

    def _follow(self, claimed: Claimed, decision: Decision) -> None:
        now = self._clock.monotonic()
        if decision.then in (Then.AGAIN, Then.PAUSE):
            until = now + sure_s(self._spec.target.by, claimed.item)
            self._again.put(claimed.next_try(decision.code, now + decision.wait_s, until))
        if decision.then is Then.PAUSE:
            self._pacer.throttled(now, decision.wait_s)
        self.ended = self.ended or STOPS.get(decision.then)

    def _tripped(self) -> Ended | None:
        tripped = self._breaker.verdict()
        return Ended(tripped[0], "breaker", tripped[1]) if tripped else None


def _unbegun(claimed: Claimed, at: datetime) -> Outcome:
    state = State.SENT if claimed.doubtful else State.PENDING
    return Outcome(claimed.item, state, Code.NOT_SENT, at)


_KEY = "check the key in OneSignal's settings; nothing is lost, repeat the command with a good one"
_ALIEN = "look at what answers at base_url, then repeat the command with --after RUN"
_AWAY = "the API can't be reached; repeat the command later"

STOPS: Final = {
    Then.STOP_DENIED: Ended(
        Exit.CREDENTIALS, "denied", Finding("PP601", "OneSignal refused the key", _KEY)
    ),
    Then.STOP_FOREIGN: Ended(
        Exit.ATTENTION, "foreign", Finding("PP602", "an answer was not OneSignal's", _ALIEN)
    ),
    Then.STOP_UNREACHABLE: Ended(
        Exit.STOPPED_EARLY, "unreachable", Finding("PP507", "no connection to the API", _AWAY)
    ),
}
