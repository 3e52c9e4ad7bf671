"""What comes after a run: taking back, opening again, verdicts."""

import pytest
from support.journal import T0, draft, planned
from support.journal_world import ABSENT, ACCEPTED, FAILED, LATER, LOST

from purgeplan.errors import StaleError
from purgeplan.model.outcome import Code, State, Verdict
from purgeplan.model.records import PlannedItem, PlanState


def test_takes_back_what_may_be_tried_again(world):
    """Failed, unresolved and still-there items go back to pending; the plan is open again."""
    world.plan("a", "b", "c", "d", "e")
    world.apply(ACCEPTED, ACCEPTED, ABSENT, FAILED, LOST)
    world.journal.record_verdicts(1, [(0, Verdict.STILL_THERE), (1, Verdict.GONE)], T0)

    assert world.journal.reopen(1, LATER) == 2

    assert world.states() == ["pending", "accepted", "absent", "pending", "sent"]
    first = world.rows()[0]
    assert (first.verdict, first.settled_at, first.attempts) == (None, None, 1)


@pytest.mark.parametrize(("by", "known"), [("external_id", "pending"), ("onesignal_id", "sent")])
def test_takes_back_whom_a_request_may_have_reached_as_unresolved(world, by, known):
    """Nobody knows whether they are there, so nobody may say that they were spared.

    Refused at once, nothing was done. An alias of which the DELETE names a UUID is sent again.
    """
    unknown = planned("lost", "error", "refused", "late", "conflict")
    items = [*unknown, PlannedItem("known", "planned")]
    world.journal.save(draft(by=by), items, T0)
    error, refused = (State.FAILED, Code.SERVER_ERROR), (State.FAILED, Code.REJECTED)
    conflict = (State.FAILED, Code.CONFLICT)
    run_id = world.run()
    claimed = world.journal.turn(run_id, [], [], 6)
    claimed_at, late_at = world.clock.now(), world.clock.tick(60.0)
    world.journal.turn(run_id, [world.end(claimed[3], *LOST)], [claimed[3]], 0)
    ends = (LOST, error, refused, refused, conflict, error)
    outcomes = [world.end(one, *end) for one, end in zip(claimed, ends, strict=True)]
    world.journal.turn(run_id, outcomes, [], 0)
    world.journal.end_run(run_id, "done", 4, world.clock.now())

    assert world.journal.reopen(1, LATER) == 5

    assert world.states() == ["sent", "sent", "pending", "sent", "sent", known]
    unresolved = {one.item.id: one.last_claim for one in world.journal.unresolved(1)}
    unresolved.pop("known", None)
    once = dict.fromkeys(("lost", "error", "conflict"), claimed_at)
    assert unresolved == once | {"late": late_at}
    assert world.rows()[1].settled_at is None


def test_opens_a_done_plan_again(world):
    """A done plan with something to try again is open; with nothing, it stays done."""
    world.plan("a", "b")
    world.apply(ACCEPTED, FAILED)
    world.journal.conclude(1, PlanState.DONE, T0)

    assert world.journal.reopen(1, LATER) == 1
    assert (world.journal.plan(1).state, world.journal.plan(1).closed_at) == (PlanState.OPEN, None)
    world.apply(ACCEPTED)
    world.journal.conclude(1, PlanState.DONE, LATER)
    assert world.journal.reopen(1, LATER) == 0
    assert world.journal.plan(1).state is PlanState.DONE


def test_opens_no_plan_that_gave_way(world):
    """A cancelled or superseded plan stays closed, so does a done one with an open successor."""
    world.plan("a", name="gone")
    world.journal.conclude(1, PlanState.CANCELLED, T0)
    world.plan("b")
    world.apply(FAILED, plan_id=2)
    world.journal.conclude(2, PlanState.DONE, T0)
    world.plan("c")
    world.plan("d")

    for plan_id in (1, 2, 3):
        with pytest.raises(StaleError):
            world.journal.reopen(plan_id, LATER)


def test_no_verdicts_are_no_event(world):
    """Whoever looked at nobody has found nothing out."""
    world.plan("a")
    before = len(list(world.journal.events()))

    world.journal.record_verdicts(1, [], T0)

    assert len(list(world.journal.events())) == before


def test_gives_verdicts_on_accepted_items_only(world):
    """A verdict on what was not accepted is refused."""
    world.plan("a", "b")
    world.apply(ACCEPTED, FAILED)
    world.journal.record_verdicts(1, [(0, Verdict.RETURNED)], T0)

    assert world.rows()[0].verdict is Verdict.RETURNED
    with world.dying():
        world.journal.record_verdicts(1, [(1, Verdict.GONE)], T0)
