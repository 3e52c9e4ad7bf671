"""Runs in the journal: what they claim and settle, and how they end."""

import pytest
from support.journal import ANN, T0, draft, planned
from support.journal_world import ABSENT, ACCEPTED, BACK, FAILED, LATER, LOST

from purgeplan.errors import JournalError, StaleError
from purgeplan.model.outcome import Code, Item, Outcome, Skip, State
from purgeplan.model.records import ADDRESSED, PlannedItem, PlanState


def test_claims_in_the_order_of_sending(world):
    """Fresh claims go forward through the pending ones and end where none is left."""
    world.journal.save(
        draft(),
        [PlannedItem("a"), PlannedItem("b", skip=Skip.PROTECTED), PlannedItem("c", "o")],
        T0,
    )
    run_id = world.run()
    world.clock.tick()

    first = world.journal.turn(run_id, [], [], 1)
    second = world.journal.turn(run_id, [], [], 5)
    third = world.journal.turn(run_id, [], [], 5)

    assert (first, second, third) == ([Item(0, "a", 1)], [Item(2, "c", 1, "o")], [])
    row = world.rows()[2]
    assert (row.state, row.claimed_at, row.run_id) == (State.SENT, world.clock.now(), run_id)


def test_who_was_planned_stays_whoever_an_answer_names(world):
    """`retry` addresses by it: an answer that names somebody else must not send them next."""
    world.journal.save(draft(), [PlannedItem("a", "planned")], T0)

    run_id = world.run()
    (one,) = world.journal.turn(run_id, [], [], 1)
    end = world.end(one, *ACCEPTED, onesignal_id="somebody-else")
    world.journal.turn(run_id, [end], [], 0)

    assert world.rows()[0].onesignal_id == "planned"


def test_notes_whom_a_pending_id_names(world):
    """Of one that was never claimed, and of which nobody is known yet; once, with an event."""
    items = [*planned("a", "b", "c"), PlannedItem("d", "planned")]
    world.journal.save(draft(by="external_id"), items, T0)
    world.apply(LOST, BACK)

    found = [(position, f"who-{position}") for position in range(4)]
    assert world.journal.address(1, found, T0) == 1
    assert world.journal.address(1, found, T0) == 0

    assert [row.onesignal_id for row in world.rows()] == [None, None, "who-2", "planned"]
    (event,) = world.journal.events(1, ADDRESSED)
    assert event.data == {"count": 1}


def test_settles_what_was_answered(world):
    """An outcome leaves its state, code, status, time and who was deleted."""
    world.journal.save(draft(), [PlannedItem("a"), PlannedItem("b", "planned")], T0)
    run_id = world.run()
    one, two = world.journal.turn(run_id, [], [], 2)
    at = world.clock.tick()

    world.journal.turn(
        run_id,
        [
            Outcome(one, *ACCEPTED, at, 202, "named-by-the-202"),
            Outcome(two, State.SENT, Code.SERVER_ERROR, at, 503),
        ],
        [],
        0,
    )

    first, second = world.rows()
    assert (first.state, first.code, first.status) == (*ACCEPTED, 202)
    assert (first.settled_at, first.onesignal_id) == (at, "named-by-the-202")
    assert (second.state, second.code, second.status) == (State.SENT, Code.SERVER_ERROR, 503)
    assert (second.settled_at, second.onesignal_id) == (None, "planned")


def test_claims_again_what_was_given_back_or_lost(world):
    """The same items are claimed again by name; the time of the first claim stays."""
    world.plan("a", "b", "c")
    run_id = world.run()
    one, two = world.journal.turn(run_id, [], [], 2)
    outcomes = [world.end(one, *BACK), world.end(two, *LOST)]
    world.clock.tick()

    fresh = world.journal.turn(run_id, outcomes, [two, one], 5)

    assert fresh == [Item(2, "c", 1)]
    assert [(row.attempts, row.claimed_at) for row in world.rows()[:2]] == [(2, T0), (2, T0)]
    assert world.states() == ["sent", "sent", "sent"]


def test_leaves_what_a_run_gave_back_to_the_next_run(world):
    """Fresh claims of a run never take what it gave back; those of the next run do, first."""
    world.plan("a", "b", "c")
    run_id = world.run()
    (one,) = world.journal.turn(run_id, [], [], 1)

    assert world.journal.turn(run_id, [world.end(one, *BACK)], [], 1) == [Item(1, "b", 1)]
    next_run = world.run()
    assert world.journal.turn(next_run, [], [], 9) == [Item(0, "a", 2), Item(2, "c", 1)]
    assert [row.run_id for row in world.rows()] == [next_run, run_id, next_run]


@pytest.mark.parametrize("end", [ACCEPTED, ABSENT, FAILED])
def test_settles_nothing_twice(world, end):
    """A second outcome of a settled item is no legal move, and nothing of that turn is kept."""
    world.plan("a", "b")
    run_id = world.run()
    one, two = world.journal.turn(run_id, [], [], 2)
    world.journal.turn(run_id, [world.end(one, *end)], [], 0)

    with world.dying():
        world.journal.turn(run_id, [world.end(two, *ACCEPTED), world.end(one, *FAILED)], [], 0)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda world, item: ([world.end(item, *ACCEPTED)], []), id="not claimed"),
        pytest.param(lambda world, item: ([], [Item(0, "other")]), id="another id"),
        pytest.param(
            lambda world, item: ([world.end(Item(0, "other"), *ACCEPTED)], []),
            id="answer of another id",
        ),
        pytest.param(lambda world, item: ([], [Item(9, "a")]), id="no such position"),
        pytest.param(
            lambda world, item: ([world.end(Item(0, "a"), State.SKIPPED, Code.ABSENT)], []),
            id="skipped by an answer",
        ),
    ],
)
def test_makes_no_illegal_move(world, wrong):
    """Settling what was not claimed, and claiming what is not there, is refused."""
    world.plan("a", "b")
    run_id = world.run()
    world.journal.turn(run_id, [], [], 1)

    with world.dying():
        world.journal.turn(run_id, *wrong(world, Item(1, "b")), 0)


def test_claims_nothing_that_is_settled(world):
    """An item that is settled can't be claimed again by name."""
    world.plan("a")
    run_id = world.apply(ACCEPTED)

    with world.dying():
        world.journal.turn(run_id, [], [Item(0, "a", 1)], 0)


def test_claims_nothing_of_a_closed_plan(world):
    """A plan cancelled during a run: what was sent is still settled, nothing is claimed."""
    world.plan("a", "b")
    run_id = world.run()
    (one,) = world.journal.turn(run_id, [], [], 1)
    world.journal.conclude(1, PlanState.CANCELLED, LATER)

    assert world.journal.turn(run_id, [world.end(one, *ACCEPTED)], [], 0) == []
    with world.dying():
        world.journal.turn(run_id, [], [], 1)


@pytest.mark.parametrize("over", ["ended", "replaced", "unknown"])
def test_takes_nothing_from_a_run_that_is_over(world, over):
    """A run that has ended, or was replaced by a younger one, can write nothing any more."""
    world.plan("a")
    run_id = world.run()
    if over == "ended":
        world.journal.end_run(run_id, "done", 0, LATER)
    if over == "replaced":
        world.run()

    with world.dying():
        world.journal.turn(run_id + (over == "unknown"), [], [], 1)


def test_ends_a_run_once(world):
    """A run that has ended is not ended again."""
    world.plan("a")
    run_id = world.run()
    world.journal.end_run(run_id, "done", 0, LATER)

    with world.dying():
        world.journal.end_run(run_id, "breaker", 11, LATER)


def test_says_the_same_error_for_ever(world):
    """After the first error every call answers with that very error (I15)."""
    world.plan("a")
    run_id = world.run()
    with world.dying() as first:
        world.journal.turn(run_id, [], [Item(0, "not this")], 0)

    for call in (
        lambda journal: journal.plan(1),
        lambda journal: journal.tally(1),
        lambda journal: list(journal.items(1)),
        lambda journal: list(journal.events()),
        lambda journal: journal.turn(run_id, [], [], 1),
        lambda journal: journal.note("x", None, None, T0, {}),
    ):
        with pytest.raises(JournalError) as again:
            call(world.journal)
        assert again.value is first.value


def test_closes_a_run_that_was_killed(world):
    """Starting a run closes whatever run was open, as interrupted, without an exit code."""
    world.plan("a")
    world.plan("b", name="another")
    killed = world.run(1)

    world.clock.tick()
    running = world.run(2)

    new, old = world.journal.runs()
    assert (new.run_id, new.ended_at, new.operator, new.command) == (running, None, ANN, "apply")
    assert (old.run_id, old.why, old.exit_code) == (killed, "interrupted", None)
    assert old.ended_at == world.clock.now()
    assert world.journal.runs(2) == [new]


def test_ends_a_run_with_what_the_user_sees(world):
    """A run ends with the reason and the exit code."""
    world.plan("a")
    world.journal.end_run(world.run(), "breaker", 11, LATER)

    (run,) = world.journal.runs()
    assert (run.why, run.exit_code, run.started_at, run.ended_at) == ("breaker", 11, T0, LATER)


def test_starts_no_run_of_a_closed_plan(world):
    """A closed plan is stale."""
    world.plan("a")
    world.journal.conclude(1, PlanState.CANCELLED, T0)

    with pytest.raises(StaleError):
        world.run()
