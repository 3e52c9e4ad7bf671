"""One breaker over the runs of a plan: small runs are judged by what the ones before met."""

import pytest
from support.engine import Stage, ended
from support.journal import T0

from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code
from purgeplan.model.spec import Breaker, Retry


def answering(code, status=None):
    """Give a stage of 240 ids where every answer is this one."""
    stage = Stage(240)
    stage.settings["retry"] = Retry(max_attempts=1)
    stage.target.answer = lambda item, attempt: Answer(code, status)
    return stage


def test_runs_of_a_few_ids_each_trip_it_too():
    """Forty at a time, all of them gone already: the second run stops, and not after the last."""
    stage = answering(Code.ABSENT, 404)

    first = ended(stage.run(most=40))
    second = ended(stage.run(most=40))

    assert (first.exit, first.why) == (Exit.STOPPED_EARLY, "limit")
    assert (second.exit, second.finding.code) == (Exit.ATTENTION, "PP503")
    assert len(stage.target.begun) <= 80


@pytest.mark.parametrize("after", ["look", "retry"])
def test_once_a_person_has_looked_it_begins_anew(after):
    """After a stop that wants a look, and after a retry, a run of forty is judged by itself."""
    stage = answering(Code.REJECTED, 422)
    stage.settings["breaker"] = Breaker(max_consecutive_failures=1000)
    stage.run(most=40)
    if after == "look":
        assert ended(stage.run(most=40)).exit is Exit.ATTENTION
    else:
        stage.journal.reopen(stage.row.plan_id, T0)

    assert ended(stage.run(most=40)).why == "limit"


def test_good_answers_of_earlier_runs_excuse_nothing():
    """A run is judged by its own answers as well: it stops as soon as if it were the first."""
    gone, first, later = answering(Code.ABSENT, 404).target.answer, Stage(1000), Stage(1000)
    later.run(most=200)
    first.target.answer = later.target.answer = gone

    ends = [ended(first.run()), ended(later.run())]

    assert {(end.exit, end.finding.code) for end in ends} == {(Exit.ATTENTION, "PP503")}
    assert len(later.target.begun) - 200 <= len(first.target.begun) < 300


def test_an_api_that_was_down_is_not_held_against_the_next_run():
    """Who was out of reach says nothing of the list: once the API is back the plan goes on."""
    stage = answering(Code.SERVER_ERROR, 500)
    assert ended(stage.run(most=15)).exit is Exit.STOPPED_EARLY
    assert ended(stage.run(most=15)).exit is Exit.STOPPED_EARLY
    stage.target.answer = lambda item, attempt: Answer(Code.ACCEPTED, 202)

    assert ended(stage.run(most=60)).why == "limit"
