"""What the journal remembers of earlier plans and runs, and whom that spares."""

import pytest
from support.journal import APP, T0, draft, planned
from support.journal_world import ABSENT, ACCEPTED, BACK, FAILED, LATER, LOST

from purgeplan.model.outcome import Code, Item, Skip, State, Verdict
from purgeplan.model.records import PlannedItem, PlanState


def test_counts_from_the_rows(world):
    """The tally counts states, reasons, verdicts, claims, and absences presumed to be ours."""
    ids = [PlannedItem(one) for one in "abcdef"] + [PlannedItem("g", skip=Skip.PROTECTED)]
    world.journal.save(draft(), ids, T0)
    ours = (State.ABSENT, Code.PRESUMED_OURS)
    world.apply(ACCEPTED, ours, FAILED, LOST, BACK)
    world.journal.record_verdicts(1, [(0, Verdict.GONE)], T0)

    tally = world.journal.tally(1)

    assert dict(tally.states) == {
        State.PENDING: 2,
        State.SENT: 1,
        State.ACCEPTED: 1,
        State.ABSENT: 1,
        State.FAILED: 1,
        State.SKIPPED: 1,
    }
    assert (dict(tally.skips), dict(tally.verdicts)) == ({Skip.PROTECTED: 1}, {Verdict.GONE: 1})
    assert (tally.presumed_ours, tally.claimed, tally.claimed_left) == (1, 5, 2)
    assert (tally.total, tally.left, tally.given_back) == (7, 3, 1)
    assert world.journal.tally(9).total == 0


@pytest.mark.parametrize("code", [Code.THROTTLED, Code.NOT_SENT, Code.DENIED])
def test_deletion_has_begun_once_a_request_may_have_reached_somebody(world, code):
    """Not by one that surely did nothing; a failed one that is taken back has reached the API."""
    world.plan("a", "b")
    world.apply((State.PENDING, code), (State.PENDING, code))
    idle = world.journal.tally(1)
    world.apply(FAILED)
    failed = world.journal.tally(1)
    world.journal.reopen(1, LATER)

    assert (idle.claimed, idle.given_back, idle.begun) == (2, 2, False)
    assert (failed.given_back, failed.begun) == (1, True)
    assert world.journal.tally(1).begun


def test_deletion_has_begun_where_one_that_failed_is_pending_again(world):
    """The API has seen that request, and nothing of it says that nothing was done."""
    world.plan("a")
    world.apply(FAILED)
    world.journal.reopen(1, LATER)

    tally = world.journal.tally(1)

    assert world.states() == ["pending"]
    assert (tally.claimed, tally.given_back, tally.begun) == (1, 0, True)


def test_names_what_is_unresolved_with_its_claims(world):
    """What is sent and not settled is given with its first and its last claim, and whose it is."""
    world.plan("a", "b", "c")
    run_id = world.run()
    one, two, _ = world.journal.turn(run_id, [], [], 3)
    world.clock.tick()
    world.journal.turn(run_id, [world.end(one, *ACCEPTED)], [two], 0)

    assert world.journal.unresolved(1) == [
        (Item(1, "b", 2), T0, world.clock.now(), run_id),
        (Item(2, "c", 1), T0, T0, run_id),
    ]


def test_knows_when_a_source_was_first_seen(world):
    """The earliest time of a source's content stays, whatever plan says later."""
    world.plan("a", evidence={"d": LATER})
    world.plan("a", name="two", evidence={"d": T0})
    world.journal.renew(1, draft(evidence={"d": LATER, "e": LATER}), LATER)

    assert world.journal.first_seen(APP, "d") == T0
    assert world.journal.first_seen(APP, "e") == LATER
    assert world.journal.first_seen(APP, "f") is None
    assert world.journal.first_seen("other", "d") is None


def test_remembers_who_was_deleted_and_when(world):
    """Accepted and absent ids of all plans of an app, by kind of id, with the latest time."""
    world.plan("a", "b", "c", name="one")
    world.apply(ACCEPTED, ABSENT, FAILED)
    world.clock.tick()
    world.plan("a", name="two", resource="player")
    world.apply(ACCEPTED, plan_id=2)
    world.plan("u", name="three", by="external_id")
    world.apply(ACCEPTED, plan_id=3)
    world.plan("x", name="one", app_id="other")
    world.apply(ACCEPTED, plan_id=4)

    assert dict(world.journal.deleted(APP, "subscription_id")) == {"a": world.clock.now(), "b": T0}
    assert dict(world.journal.deleted(APP, "external_id")) == {"u": world.clock.now()}


def test_remembers_whom_a_request_may_have_reached(world):
    """An alias in doubt counts as of its last claim, however its plan ended; refused, it does not.

    A UUID names nobody else, ever.
    """
    ids = ("lost", "error", "refused", "late", "throttled", "unsent")
    world.plan(*ids, by="external_id")
    run_id = world.run()
    claimed = world.journal.turn(run_id, [], [], 5)
    late_at = world.clock.tick()
    world.journal.turn(run_id, [], [claimed[3]], 0)
    refused, error = FAILED, (State.FAILED, Code.SERVER_ERROR)
    ends = (LOST, error, refused, refused, BACK)
    world.clock.tick()
    outcomes = [world.end(one, *end) for one, end in zip(claimed, ends, strict=True)]
    world.journal.turn(run_id, outcomes, [], 0)
    world.journal.conclude(1, PlanState.CANCELLED, LATER)
    world.plan("uuid")
    world.apply(LOST, plan_id=2)

    found = dict(world.journal.deleted(APP, "external_id"))
    assert found == {"lost": T0, "error": T0, "late": late_at}
    assert dict(world.journal.deleted(APP, "subscription_id")) == {}


def test_remembers_doubt_that_a_retry_took_back(world):
    """Taken back because its user is known, then throttled and cancelled: it may have worked."""
    item = PlannedItem("a", "o-1")
    world.journal.save(draft(by="external_id"), [item], T0)
    world.apply((State.FAILED, Code.SERVER_ERROR))
    world.journal.reopen(1, T0)
    again_at = world.clock.tick()
    world.apply(BACK)
    world.journal.conclude(1, PlanState.CANCELLED, LATER)

    assert dict(world.journal.deleted(APP, "external_id")) == {"a": again_at}


def test_skips_whom_another_plan_may_have_reached_since(world):
    """In doubt under another plan since this one was planned: it may be somebody new by now."""
    world.plan("early", name="before", by="external_id")
    world.apply(LOST)
    world.clock.tick()
    world.plan("early", "a", "b", name="mine", by="external_id")
    world.plan("a", "b", name="other", by="external_id")
    world.apply(LOST, FAILED, plan_id=3)
    world.journal.conclude(3, PlanState.CANCELLED, LATER)

    assert world.journal.skip_deleted_elsewhere(2, LATER) == 1
    assert world.states(2) == ["pending", "skipped", "pending"]


@pytest.mark.parametrize(
    ("by", "positions"),
    [("external_id", {1, 2}), ("onesignal_id", set()), ("subscription_id", set())],
)
def test_names_aliases_in_doubt_that_another_plan_may_have_reached_since(world, by, positions):
    """Sent again one may hit who has it by now; a UUID, known as well or not, names nobody else."""
    items = [*planned("a", "b", "c"), PlannedItem("d", "known"), *planned("e")]
    world.journal.save(draft(name="mine", by=by), items, world.clock.now())
    world.apply(LOST, LOST, LOST, LOST)
    world.clock.tick()
    world.plan("b", "c", "d", "e", name="other", by=by)
    world.apply(ACCEPTED, LOST, ACCEPTED, plan_id=2)

    assert world.journal.doubtful_elsewhere(1) == positions
    assert world.journal.skip_deleted_elsewhere(1, LATER) == 0
    assert world.states(1) == ["sent", "sent", "sent", "sent", "pending"]


def test_counts_who_of_an_app_was_claimed_since_a_time(world):
    """The rolling budget counts distinct ids, each by its last claim in a plan."""
    world.plan("a", "b", name="one")
    run_id = world.run()
    world.journal.turn(run_id, [], [], 2)
    world.clock.tick()
    world.journal.turn(run_id, [], [Item(0, "a")], 0)
    world.plan("b", "c", name="two")
    world.apply(ACCEPTED, ACCEPTED, plan_id=2)

    assert world.journal.claimed_since(APP, T0) == 3
    assert world.journal.claimed_since(APP, world.clock.now()) == 3
    assert world.journal.claimed_since(APP, LATER) == 0
    assert world.journal.claimed_since("other", T0) == 0


def test_skips_what_another_plan_settled_since(world):
    """Pending ids that another plan of the app deleted after this one was planned are skipped."""
    world.plan("z", "early", name="before")
    world.apply(ACCEPTED, ACCEPTED)
    world.clock.tick()
    world.plan("early", "a", "b", "c", name="mine")
    world.clock.tick()
    world.plan("a", "b", "c", name="other")
    world.apply(ACCEPTED, FAILED, plan_id=3)

    assert world.journal.skip_deleted_elsewhere(2, LATER) == 1
    assert world.journal.skip_deleted_elsewhere(2, LATER) == 0
    assert world.states(2) == ["pending", "skipped", "pending", "pending"]
    assert world.rows(2)[1].skip is Skip.DELETED_BEFORE


@pytest.mark.parametrize("why", Skip)
def test_skips_pending_items_only(world, why):
    """Of the named items only the pending ones are skipped, and counted, for whatever reason."""
    world.plan("a", "b", "c", "d")
    world.apply(ACCEPTED, LOST)

    assert world.journal.skip(1, [0, 1, 2, 2, 7], why, LATER) == 1
    assert world.states() == ["accepted", "sent", "skipped", "pending"]
    assert (world.rows()[2].skip, world.rows()[2].settled_at) == (why, LATER)
