"""Drift checks within a run, in virtual time: when they come, and when none does."""

from datetime import timedelta

import pytest
from support.drift import Scene, row
from support.engine import ACCEPTED, FAST, ScriptedTarget, ended, ids
from support.virtual import EPOCH, VirtualClock

from purgeplan.engine.drift import CHECKED
from purgeplan.engine.run import Order
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Checked
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Breaker, Pace, Retry, Window

DAY = Window(frozenset(range(7)), EPOCH.time(), EPOCH.replace(hour=23).time(), "UTC")


def window_scene(folder, **settings):
    """Give a plan of six that begins 25 s before its window closes; exports show active people."""
    scene = Scene(folder, 6, every_s=60.0, clock=VirtualClock(offset_s=23 * 3600 - 25))
    scene.settings |= {"pace": Pace(delay_s=10.0), **settings}
    tomorrow = EPOCH + timedelta(days=9)
    scene._rows = lambda: [row(one, tomorrow) for one in scene.active]
    scene.exports.active = scene._rows
    return scene


def test_a_run_checks_before_its_first_request_and_each_time_it_is_due(tmp_path):
    """Who becomes active is spared from the next check on; nobody who was not, is."""
    scene = Scene(tmp_path, 14)
    scene.active = [ids(14)[2]]
    scene.target.on_begin = lambda item: item.position == 4 and scene.active.append(ids(14)[7])

    progress = scene.run()

    assert ended(progress).exit is Exit.DONE
    assert scene.skipped == [ids(14)[2], ids(14)[7]]
    assert sorted(scene.target.begun) == sorted({*ids(14)} - {*scene.skipped})
    assert [one.active for one in progress if isinstance(one, Checked)] == [1, 1, 0]
    assert scene.journal.plan(scene.row.plan_id).state is PlanState.DONE
    assert [event.run_id for event in scene.journal.events(kind=CHECKED)] == [1, 1, 1]


def test_nothing_is_under_way_while_a_check_is_made(tmp_path):
    """What was claimed is settled before, and no request starts until the comparison is over."""
    scene = Scene(tmp_path, 12, target=ScriptedTarget(latency_s=2.0))
    scene.settings["pace"] = Pace(delay_s=None, rate_per_s=4.0)
    scene.exports.takes_s = 30.0

    scene.run()

    first, *later = scene.asked_at()
    assert (first, len(scene.target.begun)) == (0.0, 12)
    for at in [first, *later]:
        assert not [begun for begun in scene.target.at if at - 2.0 < begun < at + 30.0]


def test_a_run_is_counted_from_the_end_of_a_check(tmp_path):
    """An export may take longer than its turn: the run still comes to its end."""
    scene = Scene(tmp_path, 7, every_s=2.0)
    scene.exports.takes_s = 100.0

    scene.run()

    assert len(scene.target.begun) == 7
    assert len(scene.exports.asked) == 3


def test_the_smallest_span_still_lets_a_run_go_on(tmp_path):
    """Checked as often as can be, each check is followed by deletions."""
    scene = Scene(tmp_path, 4, every_s=0.001)

    assert ended(scene.run()).exit is Exit.DONE
    assert len(scene.target.begun) == 4


def test_an_id_that_is_tried_again_waits_for_the_check_and_for_its_time(tmp_path):
    """Whoever is active by then is spared, and nobody is tried before the time they were given."""
    scene = Scene(tmp_path, 8, target=ScriptedTarget(_thrice))
    scene.settings["retry"] = Retry(max_attempts=5, backoff_s=2.0)

    assert ended(scene.run()).exit is Exit.DONE
    assert scene.tally[State.ACCEPTED] == 8
    begun = [*zip(scene.target.begun, scene.target.at, strict=True)]
    for one in ids(8):
        first, second, third = (at for each, at in begun if each == one)
        assert second - first >= 2.0
        assert third - second >= 1.0
    checks = scene.asked_at()
    for _, at in begun:
        assert at - max(one for one in checks if one <= at) < 3.5 + 0.2


def _thrice(_item, attempt):
    return Answer(*_TRIES[min(attempt, 3)])


_TRIES = {1: (Code.SERVER_ERROR, 503), 2: (Code.THROTTLED, 429, 1.0), 3: (Code.ACCEPTED, 202)}


@pytest.mark.parametrize(
    "answer",
    [Answer(Code.THROTTLED, 429, 60.0, per_user=True), Answer(Code.NOT_SENT), Answer(Code.TIMEOUT)],
    ids=lambda one: one.code,
)
def test_who_was_to_be_tried_again_when_a_window_closed_is_checked_first(tmp_path, answer):
    """They are as anybody else once it opens: spared, or unknown where they may be gone."""
    scene = window_scene(tmp_path)
    scene.target.answer = lambda item, attempt: (
        answer if (item.position, attempt) == (2, 1) else ACCEPTED
    )
    scene.target.on_begin = lambda item: item.position == 2 and scene.active.append(ids(6)[2])

    scene.run(window=DAY, wait=True)

    assert scene.target.begun.count(ids(6)[2]) == 1
    assert scene.tally[State.ACCEPTED] == 5
    doubtful = answer.code is Code.TIMEOUT
    assert (scene.tally[State.SENT], len(scene.skipped)) == (int(doubtful), int(not doubtful))


def test_an_id_that_waits_for_its_next_try_holds_up_no_check_and_asks_for_none(tmp_path):
    """The others go on meanwhile; a check comes when there is somebody to be sent."""
    scene = Scene(tmp_path, 8, every_s=5.0)
    scene.target.answer = lambda item, attempt: (
        Answer(Code.THROTTLED, 429, 900.0, per_user=True)
        if (item.position, attempt) == (0, 1)
        else ACCEPTED
    )

    assert ended(scene.run()).exit is Exit.DONE

    times = dict(zip(scene.target.begun[1:], scene.target.at[1:], strict=True))
    assert times[ids(8)[0]] >= 900.0
    assert max(at for one, at in times.items() if one != ids(8)[0]) < 20.0
    assert [at // 100 for at in scene.asked_at()] == [0, 0, 9]


def test_who_waits_for_their_start_when_a_check_is_due_waits_for_it_as_well(tmp_path):
    """At a slow pace that may be long after the claim; one check is made right before."""
    scene = Scene(tmp_path, 4, every_s=10.0)
    scene.settings["pace"] = Pace(delay_s=50.0)
    scene.target.on_begin = lambda item: item.position == 0 and scene.active.append(ids(4)[1])

    scene.run()

    assert scene.skipped == [ids(4)[1]]
    assert [round(at) for at in scene.asked_at()] == [0, 50, 100]
    assert [round(at) for at in scene.target.at] == [0, 50, 100]


def test_a_canary_is_checked_as_well(tmp_path):
    """Who is out leaves the canary, and the next comes in: it is as large as it was."""
    scene = Scene(tmp_path, 12)
    scene.settings["canary"] = 8
    scene.target.on_begin = lambda item: item.position == 3 and scene.active.append(ids(12)[6])

    scene.run()

    (passed,) = scene.journal.events(kind="canary.passed")
    assert passed.data["ids"] == 8
    assert scene.skipped == [ids(12)[6]]
    assert len(scene.target.begun) == 11


def test_no_check_is_made_that_nobody_is_left_for(tmp_path):
    """With the last id settled a run is over, though a check would be due."""
    scene = Scene(tmp_path, 4)

    scene.run()

    assert scene.asked_at() == [0.0]


def test_no_check_is_made_for_a_run_at_its_limit(tmp_path):
    """A run that may send no more says so, and leaves the check to the next."""
    scene = Scene(tmp_path, 8, every_s=2.5)

    end = ended(scene.run(Order(limit=3), most=3))

    assert (end.exit, end.why, len(scene.exports.asked)) == (Exit.STOPPED_EARLY, "limit", 1)


def test_the_breaker_remembers_what_was_before_a_check(tmp_path):
    """Seven failures in a row are seven, with a check between them."""
    rejected = ScriptedTarget(lambda item, attempt: Answer(Code.REJECTED, 400))
    scene = Scene(tmp_path, target=rejected)
    scene.settings["breaker"] = Breaker(max_consecutive_failures=7)

    end = ended(scene.run())

    assert (end.exit, end.why) == (Exit.ATTENTION, "breaker")
    assert (len(scene.target.begun), len(scene.exports.asked)) == (7, 2)


def test_a_closed_window_is_waited_out_without_checks(tmp_path):
    """Nobody is deleted while it is closed, so nobody is looked for; when it opens, before all."""
    scene = Scene(tmp_path, 6, every_s=60.0, clock=VirtualClock(offset_s=23 * 3600 - 25))
    scene.settings["pace"] = Pace(delay_s=10.0)

    scene.run(window=DAY, wait=True)

    assert [round(at) for at in scene.target.at] == [0, 10, 20, 3625, 3635, 3645]
    assert [round((at - scene.exports.at[0]).total_seconds()) for at in scene.exports.at] == [
        0,
        3625,
    ]


@pytest.mark.parametrize("canary", [0, 5])
def test_who_was_given_back_in_a_pause_is_checked_before_they_are_sent(tmp_path, canary):
    """Claimed before a window closed, active while it was: spared like all others once it opens."""
    scene = window_scene(tmp_path, canary=canary)
    scene.target.on_begin = lambda item: item.position == 2 and scene.active.append(ids(6)[3])

    end = ended(scene.run(window=DAY, wait=True))

    assert end.exit is Exit.DONE
    assert scene.skipped == [ids(6)[3]]
    assert scene.target.begun == [ids(6)[at] for at in (0, 1, 2, 4, 5)]
    assert scene.tally[State.ACCEPTED] == 5


def test_a_plan_without_checks_asks_for_no_export(tmp_path):
    """A list that goes tonight needs none."""
    scene = Scene(tmp_path)
    scene.settings = {"pace": FAST, "canary": 0}
    scene.drift = None

    assert ended(scene.run()).exit is Exit.DONE
    assert scene.exports.asked == []
