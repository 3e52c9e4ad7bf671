"""Runs that meet the end of a window or its opening, an error, or names of somebody new."""

from dataclasses import replace
from datetime import time

import pytest
from support.engine import ACCEPTED, FAST, ScriptedTarget, Stage, ended, ids

from purgeplan.engine.stops import window_finding
from purgeplan.errors import AttentionError, Exit, Finding
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Settled, Waiting
from purgeplan.model.spec import Pace, Retry, Window

EVERY_DAY = frozenset(range(7))
AT_ONE = Window(EVERY_DAY, time(1), time(2), "UTC")
TILL_NOON = Window(EVERY_DAY, time(0), time(0, 0, 30), "UTC")


def test_a_run_that_may_wait_starts_when_its_window_opens():
    """Nothing leaves before one o'clock, everything at it, and why it waits is told."""
    stage = Stage(20)

    progress = stage.run(window=AT_ONE, wait=True)

    why = [one.why for one in progress if isinstance(one, Waiting)]
    assert ended(progress).exit is Exit.DONE
    assert 3600.0 <= stage.target.at[0] <= 3601.0
    assert why[0] == "outside the window until 2026-06-01 01:00Z"


def test_a_run_whose_window_closes_ends_with_the_next_opening():
    """Exit 7 after half a minute, nothing in doubt, and the finding says when it opens again."""
    stage = Stage(100)
    stage.settings["pace"] = Pace(delay_s=1.0)

    end = ended(stage.run(window=TILL_NOON))

    assert (end.exit, end.why) == (Exit.STOPPED_EARLY, "window")
    assert end.finding == window_finding(TILL_NOON, stage.clock.now().replace(hour=12))
    berlin = window_finding(replace(TILL_NOON, tz="Europe/Berlin"), stage.clock.now())
    assert "it opens at 2026-06-02 00:00 Europe/Berlin (2026-06-01 22:00Z)" in berlin.problem
    assert 29 <= len(stage.target.begun) <= 31
    assert stage.tally[State.SENT] == 0


def test_a_pause_for_a_429_gives_back_what_has_not_begun():
    """A doubtful alias may not start after its hour, however long everybody waits before."""
    stage = Stage(200, target=ScriptedTarget(latency_s=0.01))
    stage.target.answer = lambda item, attempt: (
        Answer(Code.THROTTLED, 429, 60.0) if (item.position, attempt) == (0, 1) else ACCEPTED
    )

    progress = stage.run()

    settled = [one for some in progress if isinstance(some, Settled) for one in some.outcomes]
    back = {one.item.position for one in settled if one.code is Code.NOT_SENT}
    assert back
    assert len(stage.target.begun) == 201
    assert stage.tally[State.ACCEPTED] == 200


def test_no_delay_at_all_is_one_after_the_other():
    """The next starts when the answer to the one before is there, not earlier."""
    stage = Stage(10, target=ScriptedTarget(latency_s=0.2))
    stage.settings["pace"] = Pace(delay_s=0.0)

    stage.run()

    gaps = [b - a for a, b in zip(stage.target.at, stage.target.at[1:], strict=False)]
    assert all(0.199 < gap < 0.4 for gap in gaps)


def test_an_error_that_only_a_person_can_judge_ends_the_run_and_is_its_reason():
    """It is raised to whoever started the run, and the journal keeps why the run ended."""
    stage = Stage(50)

    def answer(item, attempt):
        if item.position == 7:
            raise AttentionError(Finding("PP519", "a redirect", "look at base_url"))
        return ACCEPTED

    stage.target.answer = answer

    with pytest.raises(AttentionError):
        stage.run()

    run = stage.journal.runs(stage.row.plan_id)[0]
    assert (run.why, run.exit_code) == ("AttentionError", Exit.ATTENTION)
    assert stage.tally.total == 50


def test_an_alias_whose_planned_owner_nobody_knows_stays_unknown():
    """Named again hours later, it may be somebody new: it is neither sent again nor given up."""
    stage = Stage(3, by="external_id")
    stage.settings = {"pace": FAST, "canary": 0, "retry": Retry(max_attempts=1)}
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    stage.target.answer = lambda item, attempt: Answer(Code.CONNECTION_LOST)
    stage.run()
    stage.clock.offset_s += 7200.0
    stage.view.names = dict.fromkeys(ids(3), "somebody")

    end = ended(stage.run())

    assert end.exit is Exit.INCOMPLETE
    assert (len(stage.target.begun), stage.tally[State.SENT]) == (3, 3)
