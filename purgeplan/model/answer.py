"""What came back for one DELETE, and what to do about it: a decision without effects."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from purgeplan.model.outcome import Code, State
from purgeplan.model.spec import Retry

MIN_PAUSE_S: Final = 1.0
MAX_PAUSE_S: Final = 900.0
DEFAULT_PAUSE_S: Final = 60.0
"""What OneSignal's Android SDK waits where Retry-After can't be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read: its code, and what only some answers carry.

    ``retry_after_s`` is as sent, unclamped; ``per_user`` says that the throttled bucket is that of
    one user or subscription; ``onesignal_id`` is who was deleted, named by the 202 of a user.
    """

    code: Code
    status: int | None = None
    retry_after_s: float | None = None
    per_user: bool = False
    onesignal_id: str | None = None


class Then(StrEnum):
    """What follows for the run."""

    ON = "on"
    AGAIN = "again"  # this id, after `wait_s`
    PAUSE = "pause"  # everyone, for `wait_s`; this id afterwards
    STOP_DENIED = "stop_denied"
    STOP_FOREIGN = "stop_foreign"
    STOP_UNREACHABLE = "stop_unreachable"


@dataclass(frozen=True, slots=True)
class Decision:
    """The state an item takes, and what follows; ``wait_s`` in seconds from now."""

    state: State
    code: Code
    then: Then = Then.ON
    wait_s: float = 0.0


MAY_HAVE_WORKED: Final = frozenset({Code.TIMEOUT, Code.CONNECTION_LOST, Code.SERVER_ERROR})
"""Attempts after which a 404 is presumed to be our own doing."""

FAILURES: Final = frozenset(
    {
        Code.SERVER_ERROR,
        Code.CONFLICT,
        Code.TIMEOUT,
        Code.CONNECTION_LOST,
        Code.NOT_SENT,
        Code.REJECTED,
    }
)
"""What the breaker counts as a failure; a 429 is pacing and counts for nothing."""


_ACCEPTED: Final = Decision(State.ACCEPTED, Code.ACCEPTED)


def clamp_pause(retry_after_s: float | None) -> float:
    """Give the pause for a 429, in seconds: what was asked for, within 1 s and 15 min."""
    if retry_after_s is None:
        return DEFAULT_PAUSE_S
    return min(max(retry_after_s, MIN_PAUSE_S), MAX_PAUSE_S)


def backoff_s(retry: Retry, attempts: int) -> float:
    """Give the wait before the next attempt: doubling, at least a second (1/s per user)."""
    return max(MIN_PAUSE_S, min(retry.backoff_s * 2.0 ** (attempts - 1), retry.max_backoff_s))


def decide(  # noqa: PLR0911 - one return for each answer is the table that it is
    answer: Answer, attempts: int, doubtful: bool, retry: Retry
) -> Decision:
    """Decide what an answer means for its item, after so many attempts (this one included).

    ``doubtful``: an earlier attempt may have worked. A 429 and a refusal before sending leave the
    item pending, since nothing was done; whatever may have worked leaves it sent.
    """
    code = answer.code
    unsure = State.SENT if doubtful else State.PENDING
    match code:
        case Code.ACCEPTED:
            return _ACCEPTED
        case Code.ABSENT | Code.PRESUMED_OURS:
            return Decision(State.ABSENT, Code.PRESUMED_OURS if doubtful else code)
        case Code.REJECTED:
            return Decision(State.FAILED, code)
        case Code.DENIED:
            return Decision(unsure, code, Then.STOP_DENIED)
        case Code.FOREIGN:
            return Decision(State.SENT, code, Then.STOP_FOREIGN)
        case Code.THROTTLED:
            return _throttled(answer, unsure)
        case _:
            return _again(code, attempts, unsure if code is Code.NOT_SENT else State.SENT, retry)


def _throttled(answer: Answer, state: State) -> Decision:
    then = Then.AGAIN if answer.per_user else Then.PAUSE
    return Decision(state, answer.code, then, clamp_pause(answer.retry_after_s))


def _again(code: Code, attempts: int, state: State, retry: Retry) -> Decision:
    if attempts < retry.max_attempts:
        return Decision(state, code, Then.AGAIN, backoff_s(retry, attempts))
    return _given_up(code, state)


def _given_up(code: Code, state: State) -> Decision:
    """Name what is left after the last attempt: out of reach, unknown, or failed by its answer."""
    if code is Code.NOT_SENT:
        return Decision(state, code, Then.STOP_UNREACHABLE)
    if code in (Code.TIMEOUT, Code.CONNECTION_LOST):
        return Decision(State.SENT, code)
    return Decision(State.FAILED, code)
