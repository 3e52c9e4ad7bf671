"""A run that looks at the app can be stopped meanwhile, and says what it waits for."""

import asyncio
from dataclasses import replace

import pytest
from support.engine import FAST, ScriptedView, Stage, ended, ids

from purgeplan.engine.heeding import HEED_S
from purgeplan.engine.stops import StopRequest
from purgeplan.errors import CredentialsError, Exit, Finding, UnreachableError
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.progress import Waiting
from purgeplan.model.spec import Retry


class SlowView(ScriptedView):
    """An app that takes ten seconds for each look, and is asked to stop during the third."""

    looks = 0
    request: StopRequest

    async def holds(self, kind, one):
        """Tell whether it is held, late."""
        await self._look()
        return await super().holds(kind, one)

    async def onesignal_id(self, kind, one):
        """Give whom an alias names, late."""
        await self._look()
        return await super().onesignal_id(kind, one)

    async def _look(self):
        self.looks += 1
        await asyncio.sleep(5.0)
        if self.looks == 3:
            self.request.asked = True
        await asyncio.sleep(5.0)


def slow(stage):
    """Give the stage an app that is slow to be looked at, and stops the run by it."""
    stage.view = SlowView()
    stage.view.request = stage.request
    return stage


def test_a_stop_is_heeded_while_the_canary_is_looked_at():
    """It ends within a quarter of a second, unjudged; the next run looks again, then goes on."""
    stage = slow(Stage(30))
    stage.settings["canary"] = 20

    progress = stage.run()
    stage.request.asked, stage.view = False, ScriptedView()
    end = ended(stage.run())

    why = [one.why for one in progress if isinstance(one, Waiting)]
    assert ended(progress).exit is Exit.INTERRUPTED
    assert len(why) * HEED_S == pytest.approx(25.0, abs=0.5)
    assert (why[0], why[-1]) == (
        "canary: 0 of 20 looked at and gone",
        "canary: 2 of 20 looked at and gone",
    )
    assert end.exit is Exit.DONE
    assert sorted(stage.target.begun) == sorted(ids(30))


def test_a_canary_that_was_stopped_while_it_was_looked_at_has_not_passed():
    """The next run looks again, and finds that they are all still there."""
    stage = slow(Stage(30))
    stage.settings["canary"] = 20
    stage.run()
    stage.request.asked, stage.view = False, ScriptedView(set(ids(30)))

    end = ended(stage.run())

    assert (end.exit, end.why) == (Exit.ATTENTION, "canary")
    assert sorted(stage.target.begun) == sorted(ids(30)[:20])


def test_a_stop_is_heeded_while_ids_in_doubt_are_looked_at():
    """Nothing is sent, and who was in doubt stays so for the next run."""
    stage = Stage(10, by="external_id")
    stage.settings = {"pace": FAST, "canary": 0, "retry": Retry(max_attempts=1)}
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    stage.target.answer = lambda item, attempt: Answer(Code.CONNECTION_LOST)
    stage.run()
    stage.clock.offset_s += 7200.0
    slow(stage)

    progress = stage.run()

    assert ended(progress).exit is Exit.INTERRUPTED
    assert any(isinstance(one, Waiting) and "in doubt" in one.why for one in progress)
    assert (len(stage.target.begun), stage.tally[State.SENT]) == (10, 10)


class DarkView(ScriptedView):
    """An app that answers no look but the first."""

    looks = 0

    async def holds(self, kind, one):
        """Tell of one."""
        self.looks += 1
        if self.looks > 1:
            raise UnreachableError(Finding("PP608", "the API can't be reached"))
        return await super().holds(kind, one)


def test_a_canary_that_can_not_be_looked_at_stops_the_run_early():
    """Something was sent, so it is not "nothing sent"; the next run looks, and then goes on."""
    stage = Stage(30, view=DarkView())
    stage.settings["canary"] = 20

    end = ended(stage.run())
    sent, stage.view = len(stage.target.begun), ScriptedView()
    last = ended(stage.run())

    assert (end.exit, end.why, end.finding.code) == (Exit.STOPPED_EARLY, "unreachable", "PP608")
    assert (sent, len(stage.target.begun), last.exit) == (20, 30, Exit.DONE)
    assert stage.journal.runs()[1].exit_code == Exit.STOPPED_EARLY


class LockedView(ScriptedView):
    """An app whose key is revoked while it is looked at."""

    async def holds(self, kind, one):
        """Refuse."""
        raise CredentialsError(Finding("PP601", "OneSignal refused the key"))


def test_a_run_that_an_error_ends_has_its_end_in_the_journal():
    """Its exit code is what the user sees, and the next run judges the canary."""
    stage = Stage(30, view=LockedView())
    stage.settings["canary"] = 20

    with pytest.raises(CredentialsError):
        stage.run()

    (told,) = stage.journal.runs()
    assert (told.exit_code, told.why) == (Exit.CREDENTIALS, "CredentialsError")
    assert len(stage.target.begun) == 20
