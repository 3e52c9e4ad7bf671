"""Runs in virtual time: what is sent, settled, tried again, stopped and told."""

import itertools
from dataclasses import replace

import pytest
from support.engine import ACCEPTED, FAST, ScriptedTarget, Stage, ended, ids

from purgeplan.engine.stops import Switches
from purgeplan.errors import Exit, Finding, JournalError
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Settled, Waiting
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Budget, Pace, Retry


def always(code, **more):
    """Give a script that always answers alike."""
    return lambda item, attempt: Answer(code, **more)


def test_every_pending_id_is_sent_once():
    """A plan of accepted ids ends done, each sent exactly once."""
    stage = Stage(300)

    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert sorted(stage.target.begun) == sorted(ids(300))
    assert stage.tally[State.ACCEPTED] == 300
    assert stage.journal.plan(stage.row.plan_id).state is PlanState.DONE


def test_ids_are_sent_in_the_order_of_the_frozen_set():
    """Position decides who is first."""
    stage = Stage(50)
    stage.settings["pace"] = Pace(delay_s=0.01)

    stage.run()

    assert stage.target.begun == ids(50)


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


def test_already_gone_counts_apart():
    """404s are absent, and done."""
    stage = Stage(60)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.ABSENT, 404) if item.position % 3 == 0 else ACCEPTED
    )

    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert (stage.tally[State.ABSENT], stage.tally[State.ACCEPTED]) == (20, 40)


def test_failed_ids_end_in_exit_four():
    """A rejected id fails, the rest goes on, the code tells the truth."""
    stage = Stage(100)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.REJECTED, 400) if item.position == 7 else ACCEPTED
    )

    end = ended(stage.run())

    assert end.exit is Exit.INCOMPLETE
    assert (stage.tally[State.FAILED], stage.tally[State.ACCEPTED]) == (1, 99)


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


def test_the_canary_goes_first_and_is_looked_at():
    """The rest starts only when the canary's ids are gone."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    stage.view.holding = set(ids(100)[:1])
    looks = []

    async def holds(kind, one):
        looks.append((one, len(stage.target.begun)))
        return one in stage.view.holding and len(looks) < 30

    stage.view.holds = holds
    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert {begun for _, begun in looks} == {20}
    assert len(stage.target.begun) == 100


def test_a_canary_still_there_after_two_minutes_stops_the_run():
    """Accepted but never gone: a person must look, the rest is untouched."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    stage.view.holding = set(ids(100)[:5])

    end = ended(stage.run())

    assert (end.exit, end.finding.code) == (Exit.ATTENTION, "PP510")
    assert len(stage.target.begun) == 20


def test_a_canary_with_failures_stops_the_run():
    """One rejected canary id is enough."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    stage.target.answer = lambda item, attempt: (
        Answer(Code.REJECTED, 400) if item.position == 3 else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.ATTENTION
    assert len(stage.target.begun) == 20


def test_a_canary_of_mostly_absent_ids_stops_the_run():
    """More than half already gone smells of the wrong app."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    stage.target.answer = lambda item, attempt: (
        Answer(Code.ABSENT, 404) if item.position < 11 else ACCEPTED
    )

    assert ended(stage.run()).exit is Exit.ATTENTION
    assert len(stage.target.begun) == 20


def test_a_canary_is_judged_once_per_plan():
    """After a person's look the next run sends the rest without another canary."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    stage.view.holding = set(ids(100)[:5])
    stage.run()

    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert len(stage.target.begun) == 100


def test_an_interrupted_canary_goes_on_where_it_was():
    """A canary stopped by --limit is completed by the next run before the rest."""
    stage = Stage(100)
    stage.settings["canary"] = 20
    first = ended(stage.run(most=8))

    end = ended(stage.run())

    assert (first.exit, end.exit) == (Exit.STOPPED_EARLY, Exit.DONE)
    assert sorted(stage.target.begun) == sorted(ids(100))


def test_no_request_follows_a_journal_error():
    """The first journal error ends the run: nothing new begins, outcomes at hand are dumped."""
    stage = Stage(1000)
    turn = stage.journal.turn
    begun_at_error = []

    def failing(run_id, outcomes, again, fresh):
        if len(stage.target.begun) >= 300:
            begun_at_error.append(len(stage.target.begun))
            raise JournalError(Finding("PP401", "disk full"))
        return turn(run_id, outcomes, again, fresh)

    stage.journal.turn = failing
    with pytest.raises(JournalError):
        stage.run()

    assert len(begun_at_error) == 1
    assert len(stage.target.begun) == begun_at_error[0]
    assert len(stage.dumped) == stage.tally[State.SENT] - stage_unbegun(stage)


def stage_unbegun(stage):
    """Give how many were claimed and never begun."""
    sent = {row.id for row in stage.journal.items(stage.row.plan_id, (State.SENT,))}
    return len(sent - set(stage.target.begun))


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


def test_settled_outcomes_are_durable_when_they_are_yielded():
    """Whatever the consumer sees is in the journal already."""
    stage = Stage(50)
    turn = stage.journal.turn
    journaled = set()

    def noting(run_id, outcomes, again, fresh):
        items = turn(run_id, outcomes, again, fresh)
        journaled.update(one.item.id for one in outcomes)
        return items

    stage.journal.turn = noting
    seen = {o.item.id for one in stage.run() if isinstance(one, Settled) for o in one.outcomes}

    assert seen == journaled == set(ids(50))
