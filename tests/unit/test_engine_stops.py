"""What ends a run or holds it: answers, shares, limits, files, and whoever asks."""

import pytest
from support.engine import ACCEPTED, ScriptedTarget, Stage, always, ended

from purgeplan.engine.stops import Switches
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Waiting
from purgeplan.model.spec import Budget, Pace, Retry


def test_a_refused_key_stops_with_nothing_lost():
    """A key revoked halfway: exit 8, nobody failed, whoever was refused is pending again."""
    stage = Stage(500)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.DENIED, 403) if len(stage.target.begun) > 200 else ACCEPTED
    )

    end = ended(stage.run())

    assert (end.exit, end.finding.code) == (Exit.CREDENTIALS, "PP601")
    assert stage.tally[State.FAILED] == stage.tally[State.SENT] == 0
    assert stage.tally[State.PENDING] + stage.tally[State.ACCEPTED] == 500


def test_an_answer_that_is_not_the_api_s_stops_for_a_person():
    """A redirect or a page ends the run with exit 11."""
    stage = Stage(50)
    stage.target.answer = always(Code.FOREIGN, status=302)

    assert ended(stage.run()).exit is Exit.ATTENTION


def test_an_api_that_is_down_is_exit_seven_and_fails_nobody():
    """Connections refused end in exit 7 with everything still pending."""
    stage = Stage(100)
    stage.target.answer = always(Code.NOT_SENT)

    end = ended(stage.run())

    assert end.exit is Exit.STOPPED_EARLY
    assert stage.tally[State.PENDING] == 100


def test_one_unreachable_id_alone_ends_in_exit_seven():
    """A plan of one against a dead API stops after its attempts, still pending."""
    stage = Stage(1)
    stage.target.answer = always(Code.NOT_SENT)

    end = ended(stage.run())

    assert (end.exit, stage.tally[State.PENDING]) == (Exit.STOPPED_EARLY, 1)


def test_a_wrong_app_trips_the_absent_breaker():
    """An avalanche of 404s stops long before the list is through."""
    stage = Stage(1000)
    stage.target.answer = always(Code.ABSENT, status=404)

    end = ended(stage.run())

    assert (end.exit, end.finding.code) == (Exit.ATTENTION, "PP503")
    assert len(stage.target.begun) < 300


def test_what_lands_while_a_run_stops_makes_its_end_no_milder():
    """A tripped breaker wants a person, also where the API is away for whoever was under way."""
    stage = Stage(400)
    stage.settings["retry"] = Retry(max_attempts=1)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.REJECTED, 400) if item.position < 24 else Answer(Code.NOT_SENT)
    )

    end = ended(stage.run())

    assert stage.tally[State.PENDING] > 0
    assert (end.exit, end.why) == (Exit.ATTENTION, "breaker")


def test_a_small_plan_is_judged_at_its_end():
    """Ten of ten already gone wants a person too."""
    stage = Stage(10)
    stage.target.answer = always(Code.ABSENT, status=404)

    assert ended(stage.run()).exit is Exit.ATTENTION


def test_limit_ends_a_run_and_the_next_goes_on():
    """--limit 30 sends thirty, then exit 7; the next run sends the rest."""
    stage = Stage(100)

    first = ended(stage.run(most=30))

    assert (first.exit, len(stage.target.begun)) == (Exit.STOPPED_EARLY, 30)
    assert ended(stage.run()).exit is Exit.DONE
    assert len(stage.target.begun) == 100


def test_limit_equal_to_what_is_left_is_done():
    """A limit that everything fits into is no reason to stop early."""
    stage = Stage(30)

    assert ended(stage.run(most=30)).exit is Exit.DONE


def test_the_budget_ends_a_run():
    """A budget of 20 ids lets twenty go, exit 7."""
    stage = Stage(100)

    end = ended(stage.run(budget=Budget(500, 86_400.0), budget_left=20))

    assert (end.exit, end.finding.code, len(stage.target.begun)) == (
        Exit.STOPPED_EARLY, "PP509", 20,
    )  # fmt: skip


def test_no_allowance_sends_nothing():
    """Zero means zero."""
    stage = Stage(5)

    end = ended(stage.run(allowance=0))

    assert (end.exit, stage.target.begun) == (Exit.REFUSED, [])


def test_the_time_box_ends_a_run():
    """max_run_time stops a slow run, resumable."""
    stage = Stage(100)
    stage.settings["pace"] = Pace(delay_s=0.5)

    end = ended(stage.run(until=20.0))

    assert (end.exit, end.why) == (Exit.STOPPED_EARLY, "max_run_time")
    assert 36 <= len(stage.target.begun) <= 42
    assert stage.tally[State.SENT] == 0


def test_the_stop_file_ends_a_run_for_a_person():
    """While the stop file exists nothing is sent."""
    stage = Stage(5, switches=Switches(stopped=lambda: True, stop_file="app.db.stop"))

    end = ended(stage.run())

    assert (end.exit, end.finding.code, stage.target.begun) == (Exit.ATTENTION, "PP504", [])


def test_the_pause_file_holds_a_run():
    """Nothing starts while the pause file exists, and the run goes on when it is gone."""
    stage = Stage(5)
    looks = iter([True] * 20)
    stage.switches = Switches(paused=lambda: next(looks, False), pause_file="app.db.pause")

    progress = stage.run()

    assert ended(progress).exit is Exit.DONE
    assert stage.target.at[0] >= 9.0
    assert any(isinstance(one, Waiting) and "app.db.pause" in one.why for one in progress)


def test_ctrl_c_gives_back_what_has_not_begun():
    """Asked to stop, a run drains: everything begun is settled, the rest pending, exit 130."""
    stage = Stage(800)

    def ask(item):
        stage.request.asked = len(stage.target.begun) >= 200

    stage.target.on_begin = ask
    end = ended(stage.run())

    assert end.exit is Exit.INTERRUPTED
    assert stage.tally[State.SENT] == 0
    assert stage.tally[State.ACCEPTED] == len(stage.target.begun)
    assert stage.tally[State.PENDING] == 800 - len(stage.target.begun)


def test_a_drain_gives_up_after_five_seconds():
    """Requests that hang are left unknown by a stopping run, which ends within five seconds."""
    stage = Stage(20, target=ScriptedTarget(latency_s=3600.0))

    def ask(item):
        stage.request.asked = len(stage.target.begun) >= 19

    stage.target.on_begin = ask
    end = ended(stage.run())

    assert end.exit is Exit.INTERRUPTED
    assert stage.tally[State.SENT] == len(stage.target.begun)


@pytest.mark.parametrize(("code", "status"), [(Code.DENIED, 401), (Code.FOREIGN, 302)])
def test_nothing_begins_once_an_answer_has_ended_the_run(code, status):
    """Whoever was claimed ahead is given back with it: a DELETE more is one too many."""
    stage = Stage(1000)
    turn, begun = stage.journal.turn, []

    def noting(run_id, outcomes, again, fresh):
        if any(one.code is code for one in outcomes):
            begun.append(len(stage.target.begun))
        return turn(run_id, outcomes, again, fresh)

    stage.journal.turn = noting
    stage.target.answer = lambda item, attempt: (
        Answer(code, status) if item.position == 200 else ACCEPTED
    )

    stage.run()

    assert len(stage.target.begun) == begun[0]
