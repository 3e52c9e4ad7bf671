"""Runs in virtual time: what is sent, settled and told, and what no request follows."""

import pytest
from support.engine import ACCEPTED, Crash, Stage, ended, ids

from purgeplan.errors import Exit, Finding, JournalError
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Settled
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Pace


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


def test_already_gone_counts_apart():
    """404s are absent, and done."""
    stage = Stage(60)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.ABSENT, 404) if item.position % 3 == 0 else ACCEPTED
    )

    end = ended(stage.run())

    assert end.exit is Exit.DONE
    assert (stage.tally[State.ABSENT], stage.tally[State.ACCEPTED]) == (20, 40)


def test_whom_the_api_names_as_deleted_is_kept():
    """Else nobody could tell later who it was that had returned under an alias."""
    stage = Stage(2, by="external_id")
    names = dict(zip(ids(2), ("ann", "ben"), strict=True))
    stage.target.answer = lambda item, attempt: Answer(
        Code.ACCEPTED, 202, onesignal_id=names[item.id]
    )

    assert ended(stage.run()).exit is Exit.DONE
    rows = stage.journal.items(stage.row.plan_id)
    assert {row.id: row.onesignal_id for row in rows} == names


def test_failed_ids_end_in_exit_four():
    """A rejected id fails, the rest goes on, the code tells the truth."""
    stage = Stage(100)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.REJECTED, 400) if item.position == 7 else ACCEPTED
    )

    end = ended(stage.run())

    assert end.exit is Exit.INCOMPLETE
    assert (stage.tally[State.FAILED], stage.tally[State.ACCEPTED]) == (1, 99)


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
    assert [(run.why, run.exit_code) for run in stage.journal.runs()] == [(None, None)]


def stage_unbegun(stage):
    """Give how many were claimed and never begun."""
    sent = {row.id for row in stage.journal.items(stage.row.plan_id, (State.SENT,))}
    return len(sent - set(stage.target.begun))


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


def test_a_run_has_its_end_before_its_plan_has():
    """Killed between the two it is told as it ended, and the next run closes the plan."""
    stage = Stage(5)
    conclude = stage.journal.conclude

    def dying(*_):
        raise Crash

    stage.journal.conclude = dying
    with pytest.raises(Crash):
        stage.run()
    (killed,) = stage.journal.runs()
    stage.journal.conclude = conclude

    assert (killed.why, killed.exit_code) == ("done", Exit.DONE)
    assert ended(stage.run()).exit is Exit.DONE
    assert stage.journal.plan(stage.row.plan_id).state is PlanState.DONE
    assert len(stage.target.begun) == 5
