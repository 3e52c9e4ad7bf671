"""An alias may name somebody new after an hour: no run sends it again then without a look."""

from dataclasses import replace

import pytest
from support.engine import ACCEPTED, FAST, Stage, ended

from purgeplan.engine.stops import Switches
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.spec import Retry


def paused_for(stage, seconds):
    """Put a pause file there from the first request on, for so many seconds."""

    def paused():
        since = stage.target.at[0] if stage.target.at else None
        now = stage.clock.monotonic()
        return since is not None and now < since + seconds

    stage.switches = Switches(paused=paused, pause_file="app.db.pause")


def stage_by(kind):
    """Give a plan of one user whose first request gets no answer."""
    stage = Stage(1, by=kind)
    stage.settings = {"pace": FAST, "canary": 0, "retry": Retry(max_attempts=3)}
    stage.settings["target"] = replace(stage.spec().target, by=kind)
    stage.target.answer = lambda item, attempt: (
        Answer(Code.CONNECTION_LOST) if attempt == 1 else ACCEPTED
    )
    return stage


def test_an_alias_in_doubt_is_not_sent_again_after_an_hour_of_pause():
    """Paused overnight, a run leaves it unknown: the next one looks whom it names by now."""
    stage = stage_by("external_id")
    paused_for(stage, 2 * 3600.0)

    end = ended(stage.run())

    assert (len(stage.target.begun), end.exit) == (1, Exit.INCOMPLETE)
    assert stage.tally[State.SENT] == 1


def test_an_alias_in_doubt_is_sent_again_after_a_short_pause():
    """Within the hour it can't name anybody new."""
    stage = stage_by("external_id")
    paused_for(stage, 600.0)

    assert ended(stage.run()).exit is Exit.DONE


def test_an_id_that_is_never_used_again_may_wait_for_ever():
    """A subscription id names nobody new, so it is sent again however long the pause was."""
    stage = stage_by("subscription_id")
    paused_for(stage, 2 * 3600.0)

    assert ended(stage.run()).exit is Exit.DONE


def lost(code, known=None):
    """Give a plan of one user of whom every request has ended so, up to its last attempt."""
    stage = stage_by("external_id")
    if known is not None:
        stage = Stage(1, by="external_id", settings=stage.settings, known={"onesignal_id": known})
    stage.settings["retry"] = Retry(max_attempts=1)
    stage.target.answer = lambda item, attempt: Answer(code)
    assert ended(stage.run()).exit is not Exit.DONE
    stage.target.answer = lambda item, attempt: ACCEPTED
    return stage


def retried(stage, after_s):
    """Take back what may be tried again, so long after, and run; give how it ended."""
    (row,) = stage.journal.items(stage.row.plan_id)
    stage.view.names = {row.id: "whoever has it by now"}
    stage.clock.offset_s = after_s
    stage.journal.reopen(stage.row.plan_id, stage.clock.now())
    return ended(stage.run()).exit


@pytest.mark.parametrize("code", [Code.CONNECTION_LOST, Code.SERVER_ERROR])
def test_retry_sends_no_alias_to_whoever_has_it_by_now(code):
    """Where a request may have worked nobody knows whom the alias named: it stays unknown."""
    stage = lost(code)

    assert retried(stage, 2 * 3600.0) is Exit.INCOMPLETE
    assert (len(stage.target.begun), stage.tally[State.SENT]) == (1, 1)


@pytest.mark.parametrize(
    ("code", "known", "after_s"),
    [
        (Code.CONNECTION_LOST, None, 600.0),
        (Code.SERVER_ERROR, None, 600.0),
        (Code.REJECTED, None, 2 * 3600.0),
        (Code.CONNECTION_LOST, "planned", 2 * 3600.0),
        (Code.SERVER_ERROR, "planned", 2 * 3600.0),
    ],
    ids=["lost just now", "error just now", "refused", "known and lost", "known and error"],
)
def test_retry_sends_again_what_can_hit_nobody_new(code, known, after_s):
    """Within the hour, refused outright, or addressed by a onesignal_id that is never re-used."""
    stage = lost(code, known)

    assert retried(stage, after_s) is Exit.DONE
    assert (len(stage.target.begun), stage.tally[State.ACCEPTED]) == (2, 1)
