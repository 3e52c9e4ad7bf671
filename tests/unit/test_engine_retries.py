"""Who is tried again, when, and what is known of those whose answer was lost."""

from dataclasses import replace

from support.engine import ACCEPTED, FAST, Stage, always, ended, ids

from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Waiting
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Pace, Retry


def test_a_429_pauses_everyone_and_fails_nobody():
    """Nothing starts for the pause, and the throttled id is sent again and accepted."""
    stage = Stage(400)
    throttled = Answer(Code.THROTTLED, 429, retry_after_s=12.0)
    first = ids(400)[100]
    stage.target.answer = lambda item, attempt: (
        throttled if item.id == first and attempt == 1 else ACCEPTED
    )

    progress = stage.run()

    assert ended(progress).exit is Exit.DONE
    assert stage.target.begun.count(first) == 2
    largest = max(b - a for a, b in zip(stage.target.at, stage.target.at[1:], strict=False))
    assert 11.8 <= largest <= 12.5
    assert any(isinstance(one, Waiting) and "Retry-After" in one.why for one in progress)


def test_a_429_uses_up_no_attempt():
    """Throttled three times, an id still has all its attempts for what really fails."""
    stage = Stage(1)
    stage.settings["retry"] = Retry(max_attempts=2, backoff_s=1.0, max_backoff_s=1.0)
    answers = {1: 429, 2: 429, 3: 429, 4: 500}
    codes = {429: Code.THROTTLED, 500: Code.SERVER_ERROR}
    stage.target.answer = lambda item, attempt: (
        Answer(codes[answers[attempt]], answers[attempt], 1.0) if attempt in answers else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.DONE
    assert len(stage.target.begun) == 5


def test_a_429_of_one_user_delays_only_that_id():
    """The others go on meanwhile."""
    stage = Stage(200)
    throttled = Answer(Code.THROTTLED, 429, retry_after_s=30.0, per_user=True)
    first = ids(200)[0]
    stage.target.answer = lambda item, attempt: (
        throttled if item.id == first and attempt == 1 else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.DONE
    assert stage.target.begun[-1] == first
    assert stage.target.at[-2] < 1.0
    assert stage.target.at[-1] >= 30.0


def test_server_errors_are_tried_again_with_backoff():
    """A 503 without Retry-After is tried again after two seconds, then four."""
    stage = Stage(1)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.SERVER_ERROR, 503) if attempt < 3 else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.DONE
    first, second, third = stage.target.at
    assert 2.0 <= second - first <= 2.3
    assert 4.0 <= third - second <= 4.3


def test_absent_after_a_lost_answer_is_presumed_ours():
    """A 404 to the second attempt, the first being lost, was probably our own doing."""
    stage = Stage(1)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.CONNECTION_LOST) if attempt == 1 else Answer(Code.ABSENT, 404)
    )

    assert ended(stage.run()).exit is Exit.DONE
    assert stage.tally.presumed_ours == 1


def test_what_a_later_try_did_not_do_takes_no_doubt_away():
    """A lost answer, a pause, and then nobody there: it was our own doing all the same."""
    stage = Stage(1)
    answers = {
        1: Answer(Code.CONNECTION_LOST),
        2: Answer(Code.THROTTLED, 429, retry_after_s=1.0),
        3: Answer(Code.ABSENT, 404),
    }
    stage.target.answer = lambda item, attempt: answers[attempt]

    assert ended(stage.run()).exit is Exit.DONE
    assert stage.tally.presumed_ours == 1


def test_each_try_has_a_claim_that_is_durable_before_it_leaves():
    """However long the disk takes: a crash leaves no request that the journal knows nothing of."""
    stage = Stage(5, commit_s=0.5)
    claims = []

    def attempts(item):
        rows = stage.journal.items(stage.row.plan_id)
        return next(row.attempts for row in rows if row.id == item.id)

    def answer(item, attempt):
        return Answer(Code.SERVER_ERROR, 503) if attempt < 3 else ACCEPTED

    stage.target.answer = answer
    stage.target.on_begin = lambda item: claims.append(attempts(item))

    assert ended(stage.run()).exit is Exit.DONE
    assert sorted(claims) == [1] * 5 + [2] * 5 + [3] * 5


def test_whoever_is_tried_again_is_claimed_no_further_ahead_than_others():
    """After a pause all are due at once: a kill leaves in doubt what a tenth of a second starts."""
    stage = Stage(40)
    stage.settings["pace"] = Pace(delay_s=None, rate_per_s=20.0)
    stage.settings["retry"] = Retry(max_attempts=2)
    throttled = Answer(Code.THROTTLED, 429, retry_after_s=10.0)
    stage.target.answer = lambda item, attempt: throttled if attempt == 1 else ACCEPTED
    sent = []

    def begins(item):
        again = item.id in stage.target.begun
        stage.target.latency_s = 0.01 if again else 3.0
        sent.extend([stage.tally[State.SENT]] * again)

    stage.target.on_begin = begins

    assert ended(stage.run()).exit is Exit.DONE
    assert len(sent) == 40
    assert max(sent) <= 4


def test_lost_answers_to_the_end_stay_unknown():
    """After max_attempts without an answer the id is unknown, the code is four."""
    stage = Stage(100)
    stage.settings["retry"] = Retry(max_attempts=2)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.TIMEOUT) if item.position == 0 else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.INCOMPLETE
    assert stage.tally[State.SENT] == 1
    assert stage.journal.plan(stage.row.plan_id).state is PlanState.OPEN


def test_unknown_ids_are_sent_again_by_the_next_run():
    """What a run left unknown the next one takes up first, and resolves."""
    stage = Stage(100)
    stage.settings["retry"] = Retry(max_attempts=1)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.TIMEOUT) if item.position == 0 and attempt == 1 else ACCEPTED
    )
    stage.run()

    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert stage.tally[State.ACCEPTED] == 100


def test_an_alias_claimed_long_ago_is_looked_at_and_not_sent_again():
    """After an hour it may name somebody new: where it names nobody they are gone, else unknown."""
    stage = Stage(2, by="external_id")
    stage.settings = {
        "pace": FAST,
        "canary": 0,
        "target": replace(stage.spec().target, by="external_id"),
    }
    stage.settings["retry"] = Retry(max_attempts=1)
    stage.target.answer = always(Code.TIMEOUT)
    stage.run()
    gone, there = (row.id for row in stage.journal.items(stage.row.plan_id))
    stage.view.names = {there: "somebody"}
    stage.clock.offset_s = 7200.0
    stage.target.answer = lambda item, attempt: ACCEPTED

    stage.run()

    assert len(stage.target.begun) == 2
    states = {row.id: row.state for row in stage.journal.items(stage.row.plan_id)}
    assert states == {gone: State.ABSENT, there: State.SENT}
