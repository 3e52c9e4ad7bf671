"""Drift checks that fail, are stopped or die: nobody active is sent, and the run says why."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from support.drift import Dying, Scene
from support.engine import Crash, ScriptedView, ended, ids
from support.journal import ANN
from support.virtual import EPOCH

from purgeplan.engine.stops import Switches
from purgeplan.errors import AttentionError, CredentialsError, Exit, Finding, UnreachableError
from purgeplan.model.outcome import State
from purgeplan.model.progress import Waiting


def test_without_an_export_a_run_stops_early_and_the_next_goes_on(tmp_path):
    """Nothing more is sent; the same command is the way on, unattended."""
    scene = Scene(tmp_path)
    scene.exports.error = {1: UnreachableError(Finding("PP610", "it did not appear"))}

    first = ended(scene.run())
    sent = len(scene.target.begun)
    second = ended(scene.run())

    assert (first.exit, first.why, first.finding.code) == (Exit.STOPPED_EARLY, "drift", "PP610")
    assert 0 < sent < 10
    assert second.exit is Exit.DONE
    assert sorted(scene.target.begun) == sorted(ids(10))
    runs = [(run.why, run.exit_code) for run in scene.journal.runs()]
    assert runs == [("done", Exit.DONE), ("drift", Exit.STOPPED_EARLY)]


@pytest.mark.parametrize(
    "at", ["in the wait", "before skip", "after skip", "before note", "after note"]
)
def test_a_death_in_a_check_of_a_run_sends_nobody_who_was_active(tmp_path, at):
    """The next run checks first, by an export of its own; what was sent before stays sent once."""
    scene = Scene(tmp_path, journal=Dying())
    first, second = ids(10)[8:]

    def begins(item):
        if item.position == 2:  # the first check is over by then
            scene.active = [first]
            scene.exports.error = {1: Crash()} if at == "in the wait" else {}
            scene.journal.dies_at = at

    scene.target.on_begin = begins
    with pytest.raises(Crash):
        scene.run()
    sent = len(scene.target.begun)
    scene.journal.dies_at, scene.active = None, [first, second]
    scene.drift = replace(scene.drift)

    end = ended(scene.run())

    assert 0 < sent < 8
    assert end.exit is Exit.DONE
    assert scene.skipped == [first, second]
    assert sorted(scene.target.begun) == sorted(ids(10)[:8])


class Unseen(ScriptedView):
    """An app that can't be reached."""

    async def look(self):
        """Fail."""
        raise UnreachableError(Finding("PP601", "no answer"))


def test_an_api_that_is_down_when_a_check_is_due_stops_early(tmp_path):
    """The look at the app before an export counts as part of it."""
    end = ended(Scene(tmp_path, view=Unseen()).run())

    assert (end.exit, end.why) == (Exit.STOPPED_EARLY, "drift")


def test_an_export_that_finds_no_room_to_be_compared_stops_a_run_early(tmp_path):
    """Something was sent by then, and the same command goes on once there is room."""
    scene = Scene(tmp_path)

    @contextmanager
    def full(*_):
        raise UnreachableError(Finding("PP219", "no space left on device"))
        yield

    scene.target.on_begin = lambda item: (
        item.position == 1 and setattr(scene.drift, "compare", full)
    )

    end = ended(scene.run())

    assert (end.exit, end.why, end.finding.code) == (Exit.STOPPED_EARLY, "drift", "PP219")
    assert scene.target.begun


@pytest.mark.parametrize("error", [AttentionError, CredentialsError])
def test_what_a_person_must_see_to_stops_a_run_as_it_is(tmp_path, error):
    """A refused key, or an answer that is not OneSignal's, has its own exit code and record."""
    scene = Scene(tmp_path)
    scene.exports.error = {1: error(Finding("PP602", "strange"))}

    with pytest.raises(error):
        scene.run()

    assert scene.journal.runs()[0].exit_code == error.exit_code
    assert scene.tally[State.SENT] == 0


@pytest.mark.parametrize("where", ["signal", "stop_file", "max_run_time"])
def test_whoever_waits_for_an_export_heeds_a_stop_within_a_second(tmp_path, where):
    """The export goes on without us; the next run takes it up."""
    scene = Scene(tmp_path)
    scene.exports.takes_s = 3600.0
    clock, bounds = scene.clock, {}
    if where == "signal":
        scene.exports.active = lambda: setattr(scene.request, "asked", True) or []
    elif where == "stop_file":
        scene.switches = Switches(stopped=lambda: clock.monotonic() > 5.0)
    else:
        bounds["until"] = 5.0
    progress = scene.run(**bounds)
    told = [one.why for one in progress if isinstance(one, Waiting)]

    exits = {"signal": 130, "stop_file": 11, "max_run_time": 7}
    assert ended(progress).exit == exits[where]
    assert scene.target.begun == []
    assert scene.exports.closed == 1
    assert all(one.startswith("drift check: ") for one in told)
    assert len(told) == (0 if where == "signal" else pytest.approx(20, abs=2))


def test_who_is_active_and_unresolved_is_not_sent_again(tmp_path):
    """Nobody knows whether the first request reached them: exit 4, and `retry` knows no more."""
    scene = Scene(tmp_path, 4)
    run = scene.journal.start_run(scene.row.plan_id, "apply", ANN, EPOCH)
    scene.journal.turn(run, [], [], 2)
    scene.active = [ids(4)[0]]

    end = ended(scene.run())

    assert end.exit is Exit.INCOMPLETE
    assert sorted(scene.target.begun) == sorted(ids(4)[1:])
    assert (scene.tally[State.SENT], scene.skipped) == (1, [])

    scene.journal.reopen(scene.row.plan_id, EPOCH)
    scene.drift = replace(scene.drift)

    assert ended(scene.run()).exit is Exit.INCOMPLETE
    assert len(scene.target.begun) == 3
    assert (scene.tally[State.SENT], scene.skipped) == (1, [])


def test_a_plan_that_asks_for_checks_runs_in_no_world_without_them(tmp_path):
    """A bug in purgeplan must not be able to leave them out."""
    scene = Scene(tmp_path)
    scene.drift = None

    with pytest.raises(ValueError, match="Drift"):
        scene.run()

    assert scene.journal.runs() == []
