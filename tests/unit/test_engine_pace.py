"""How fast a run goes: one at a time with a delay, or at a rate that no latency slows."""

import itertools

from support.engine import ACCEPTED, ScriptedTarget, Stage, ended

from purgeplan.engine.stops import Switches
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.spec import Pace


def test_a_delay_is_one_at_a_time():
    """With a delay the next request starts half a second after the one before."""
    stage = Stage(10)
    stage.settings["pace"] = Pace(delay_s=0.5)

    stage.run()

    gaps = {round(b - a, 3) for a, b in zip(stage.target.at, stage.target.at[1:], strict=False)}
    assert gaps == {0.5}


def test_a_slow_answer_is_waited_for_with_a_delay():
    """One at a time means that no request starts while one is under way."""
    stage = Stage(5, target=ScriptedTarget(latency_s=3.0))
    stage.settings["pace"] = Pace(delay_s=0.5)

    stage.run()

    gaps = [after - before for before, after in itertools.pairwise(stage.target.at)]

    assert min(gaps) >= 3.0 - 1e-9


def test_nobody_is_claimed_while_a_slow_answer_is_waited_for():
    """One at a time: a kill meanwhile leaves one in doubt, not the next as well."""
    stage = Stage(5)
    stage.settings["pace"] = Pace(delay_s=0.5)
    stage.target.latency_s = 3.0
    claimed = []
    stage.target.answer = lambda item, attempt: claimed.append(stage.tally[State.SENT]) or ACCEPTED

    assert ended(stage.run()).exit is Exit.DONE

    assert claimed == [1] * 5


def test_a_rate_is_reached_with_concurrency():
    """A thousand a second at 80 ms of latency takes half a second for 450 ids."""
    stage = Stage(450)

    stage.run()

    assert stage.target.at[-1] - stage.target.at[0] <= 0.5


def test_a_rate_does_not_wait_for_the_first_answers():
    """At 300 ms of latency the next are claimed before those that were claimed have all begun."""
    stage = Stage(450, target=ScriptedTarget(latency_s=0.3))

    stage.run()

    gaps = [after - before for before, after in itertools.pairwise(stage.target.at)]

    assert max(gaps) <= 0.005


def test_a_slow_disk_is_not_waited_for_beside():
    """What a commit takes is time in which answers gather: none is waited for after it."""
    stage = Stage(900, commit_s=0.08)

    stage.run()

    assert stage.target.at[-1] - stage.target.at[0] <= 1.25


def test_an_id_that_is_due_before_it_may_start_is_waited_for():
    """At a slow pace nobody asks ten thousand times a second whether the time has come."""
    turns = []
    stage = Stage(2, switches=Switches(paused=lambda: turns.append(1) or len(turns) > 5000))
    stage.settings["pace"] = Pace(delay_s=5.0)
    stage.target.answer = lambda item, attempt: (
        ACCEPTED if attempt > 1 else Answer(Code.SERVER_ERROR, 503)
    )

    assert ended(stage.run(until=60.0)).exit is Exit.DONE
    assert len(turns) < 500


def test_claims_reach_a_tenth_of_a_second_ahead():
    """What is claimed and not begun is never more than starts within 100 ms."""
    stage = Stage(400)
    worst = []
    turn = stage.journal.turn

    def watching(run_id, outcomes, again, fresh):
        items = turn(run_id, outcomes, again, fresh)
        worst.append(stage.tally.claimed - len(set(stage.target.begun)))
        return items

    stage.journal.turn = watching
    stage.run()

    assert max(worst) <= 100
