"""The canary in a run: it goes first, and the rest only when it was seen to be gone."""

from support.engine import ACCEPTED, Stage, ended, ids

from purgeplan.engine import canary
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code


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
    assert any(stage.journal.events(kind=canary.FAILED))
    assert not any(stage.journal.events(kind=canary.PASSED))


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
