"""What an answer means: the decision table."""

import pytest

from purgeplan.model.answer import Answer, Then, backoff_s, clamp_pause, decide
from purgeplan.model.outcome import Code, State
from purgeplan.model.spec import Retry

RETRY = Retry(max_attempts=3)


@pytest.mark.parametrize(
    ("code", "doubtful", "state", "recorded", "then"),
    [
        (Code.ACCEPTED, False, State.ACCEPTED, Code.ACCEPTED, Then.ON),
        (Code.ABSENT, False, State.ABSENT, Code.ABSENT, Then.ON),
        (Code.ABSENT, True, State.ABSENT, Code.PRESUMED_OURS, Then.ON),
        (Code.REJECTED, False, State.FAILED, Code.REJECTED, Then.ON),
        (Code.DENIED, False, State.PENDING, Code.DENIED, Then.STOP_DENIED),
        (Code.DENIED, True, State.SENT, Code.DENIED, Then.STOP_DENIED),
        (Code.FOREIGN, False, State.SENT, Code.FOREIGN, Then.STOP_FOREIGN),
        (Code.THROTTLED, False, State.PENDING, Code.THROTTLED, Then.PAUSE),
        (Code.THROTTLED, True, State.SENT, Code.THROTTLED, Then.PAUSE),
        (Code.NOT_SENT, False, State.PENDING, Code.NOT_SENT, Then.AGAIN),
        (Code.NOT_SENT, True, State.SENT, Code.NOT_SENT, Then.AGAIN),
        (Code.SERVER_ERROR, True, State.SENT, Code.SERVER_ERROR, Then.AGAIN),
        (Code.TIMEOUT, False, State.SENT, Code.TIMEOUT, Then.AGAIN),
        (Code.CONNECTION_LOST, False, State.SENT, Code.CONNECTION_LOST, Then.AGAIN),
        (Code.SERVER_ERROR, False, State.SENT, Code.SERVER_ERROR, Then.AGAIN),
        (Code.CONFLICT, False, State.SENT, Code.CONFLICT, Then.AGAIN),
    ],
)
def test_first_attempt(code, doubtful, state, recorded, then):
    """Each answer to a first attempt gives its state and what follows."""
    decision = decide(Answer(code), 1, doubtful, RETRY)

    assert (decision.state, decision.code, decision.then) == (state, recorded, then)


@pytest.mark.parametrize(
    ("code", "state", "then"),
    [
        (Code.NOT_SENT, State.PENDING, Then.STOP_UNREACHABLE),
        (Code.TIMEOUT, State.SENT, Then.ON),
        (Code.CONNECTION_LOST, State.SENT, Then.ON),
        (Code.SERVER_ERROR, State.FAILED, Then.ON),
        (Code.CONFLICT, State.FAILED, Then.ON),
    ],
)
def test_last_attempt(code, state, then):
    """After the last attempt what may have worked stays unknown, and what was refused failed."""
    decision = decide(Answer(code), 3, doubtful=False, retry=RETRY)

    assert (decision.state, decision.then) == (state, then)


def test_a_throttled_user_delays_only_that_id():
    """A bucket of one user delays that id and pauses nobody else."""
    decision = decide(Answer(Code.THROTTLED, 429, 2.0, per_user=True), 1, False, RETRY)

    assert (decision.then, decision.wait_s) == (Then.AGAIN, 2.0)


@pytest.mark.parametrize(
    ("asked", "pause"), [(None, 60.0), (0.0, 1.0), (-5.0, 1.0), (12.0, 12.0), (1e9, 900.0)]
)
def test_retry_after_is_clamped(asked, pause):
    """A pause is at least a second and at most a quarter of an hour."""
    assert clamp_pause(asked) == pause


def test_backoff_doubles_up_to_its_bound():
    """The wait doubles with each attempt, within a second and max_backoff."""
    retry = Retry(backoff_s=2.0, max_backoff_s=60.0)

    assert [backoff_s(retry, n) for n in (1, 2, 3, 6, 50)] == [2.0, 4.0, 8.0, 60.0, 60.0]
    assert backoff_s(Retry(backoff_s=0.0), 1) == 1.0
