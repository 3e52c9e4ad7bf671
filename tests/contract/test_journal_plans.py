"""Plans in the journal: saved, listed, replaced, renewed, ended, taken over."""

from datetime import timedelta

import pytest
from support.journal import APP, T0, draft, planned
from support.journal_world import ACCEPTED, BACK, FAILED, KEY, LATER, LOST, World

from purgeplan.errors import InvalidError, StaleError
from purgeplan.model.outcome import Skip, State
from purgeplan.model.records import PlannedItem, PlanState


def test_gives_back_a_plan_as_it_was_saved(world):
    """A saved plan comes back with its draft, its size, open, in a lineage of its own."""
    asked = draft(evidence={"d1": T0}, files={"a.csv": "00"}, protects={"staff": "11"})

    row = world.journal.save(asked, planned("a", "b"), T0)

    assert row == world.journal.plan(1)
    assert (row.draft, row.total, row.state, row.lineage) == (asked, 2, PlanState.OPEN, 1)
    assert (row.planned_at, row.closed_at, row.sealed_at) == (T0, None, None)


def test_knows_no_plan_that_was_not_saved(world):
    """A plan's number that nobody has raises KeyError, wherever it is used."""
    for asked in (
        world.journal.plan,
        world.journal.claimed_in_lineage,
        world.journal.claimed_left,
        lambda plan_id: list(world.journal.claimed_ids(plan_id)),
        lambda plan_id: world.journal.reopen(plan_id, T0),
        lambda plan_id: world.journal.conclude(plan_id, PlanState.DONE, T0),
        lambda plan_id: world.journal.skip(plan_id, [0], Skip.DRIFT, T0),
        lambda plan_id: world.journal.record_verdicts(plan_id, [], T0),
        lambda plan_id: world.journal.seal(plan_id, KEY, T0),
        lambda plan_id: world.journal.address(plan_id, [], T0),
    ):
        with pytest.raises(KeyError):
            asked(7)


def test_saves_whole_or_not_at_all(world):
    """Whatever the items raise passes through, and nothing of the plan is kept."""

    def breaking():
        yield PlannedItem("a")
        message = "the source broke"
        raise OSError(message)

    world.plan("old")
    with pytest.raises(OSError, match="the source broke"):
        world.journal.save(draft(), breaking(), T0)

    assert [row.state for row in world.journal.plans()] == [PlanState.OPEN]
    assert world.plan("new") == 2


def test_keeps_the_order_of_sending_and_what_is_left_out_at_once(world):
    """Items keep order, onesignal_id and evidence, and the reason why one is skipped at once."""
    skipped = PlannedItem("a", skip=Skip.DELETED_BEFORE, evidence_ms=1)
    items = [PlannedItem("b", "o-b"), skipped]

    world.journal.save(draft(), items, T0)

    first, second = world.rows()
    assert (first.position, first.id, first.onesignal_id) == (0, "b", "o-b")
    assert (first.state, second.state) == (State.PENDING, State.SKIPPED)
    assert (first.evidence_ms, second.evidence_ms) == (None, 1)
    assert (second.skip, second.settled_at) == (Skip.DELETED_BEFORE, T0)
    assert (first.attempts, first.code, first.claimed_at, first.run_id) == (0, None, None, None)


def test_gives_items_of_named_states_only(world):
    """Items can be asked for by state, in the order of sending, over pages of any number."""
    world.plan(*(f"{number:04}" for number in range(4_100)))
    world.apply(ACCEPTED, FAILED)

    left = list(world.journal.items(1, (State.PENDING,)))
    done = list(world.journal.items(1, (State.FAILED, State.ACCEPTED)))

    assert [row.position for row in left] == list(range(2, 4_100))
    assert [row.position for row in done] == [0, 1]
    assert list(world.journal.items(9)) == []


def test_sorts_ids_by_their_bytes(world):
    """The frozen set comes back in order of its UTF-8 bytes, as the fingerprint wants it."""
    ids = ["é", "z", "Z", "10", "9", "\U0001f600", "\ufffd"]
    world.plan(*ids)

    assert list(world.journal.sorted_ids(1)) == sorted(ids, key=str.encode)


def test_gives_whom_deletes_will_name_in_order_of_the_ids(world):
    """Only items with a onesignal_id, each beside its id."""
    items = [PlannedItem("é", "o-1"), PlannedItem("b"), PlannedItem("Z", "o-2")]
    world.journal.save(draft(), items, T0)

    assert list(world.journal.addressed(1)) == ["Z\to-2", "é\to-1"]


def test_lists_plans_newest_first(world):
    """Plans are found by app and name, the newest first."""
    world.plan("a", name="one")
    world.plan("b", name="two")
    world.plan("c", name="one", app_id="other")

    assert [row.plan_id for row in world.journal.plans()] == [3, 2, 1]
    assert [row.plan_id for row in world.journal.plans(APP)] == [2, 1]
    assert [row.plan_id for row in world.journal.plans(APP, "one")] == [1]
    assert [row.plan_id for row in world.journal.plans(None, "one")] == [3, 1]


def test_supersedes_the_open_plan_of_that_name(world):
    """A new plan closes the open one of its app and name and inherits its lineage."""
    world.plan("a")
    world.plan("b", name="another")
    world.clock.tick()
    world.plan("c")

    old, new = world.journal.plan(1), world.journal.plan(3)
    assert (old.state, old.closed_at) == (PlanState.SUPERSEDED, world.clock.now())
    assert (new.state, new.lineage) == (PlanState.OPEN, 1)
    assert world.journal.plan(2).state is PlanState.OPEN


@pytest.mark.parametrize("end", [PlanState.DONE, PlanState.CANCELLED])
def test_starts_a_new_lineage_after_an_end(world, end):
    """After done or cancelled, a plan of that name is a new one."""
    world.plan("a")
    world.apply(ACCEPTED)
    world.journal.conclude(1, end, LATER)

    assert world.journal.plan(world.plan("a")).lineage == 2
    assert world.journal.plan(1).state is end
    assert world.journal.plan(1).closed_at == LATER


@pytest.mark.parametrize("times", [1, 2])
def test_a_plan_that_was_done_without_a_run_hands_its_lineage_on(world, times):
    """It took the open plan's place and deleted nobody: what that one has claimed counts still."""
    world.plan("a", "b")
    world.apply(ACCEPTED)
    for plan_id in range(2, 2 + times):
        world.plan()
        world.journal.conclude(plan_id, PlanState.DONE, LATER)

    after = world.plan("c")

    assert world.journal.plan(after).lineage == 1
    assert world.journal.claimed_in_lineage(after) == 1


def test_what_is_forgotten_hands_no_lineage_on(world):
    """Nothing of it can be compared any more."""
    world.plan("a", "b")
    world.apply(ACCEPTED)
    world.plan()
    world.journal.conclude(2, PlanState.DONE, LATER)
    for plan_id in (1, 2):
        world.journal.seal(plan_id, b"k" * 32, LATER)

    assert world.journal.plan(world.plan("c")).lineage == 3


def test_counts_claims_over_a_lineage_once_each(world):
    """Ids claimed by a plan and by those it superseded count once each, however often claimed."""
    world.plan("a", "b", "c")
    world.apply(ACCEPTED, LOST)
    world.plan("b", "c", "d")
    world.apply(ACCEPTED, ACCEPTED, plan_id=2)

    assert world.journal.claimed_in_lineage(1) == 2
    assert world.journal.claimed_in_lineage(2) == 3
    assert sorted(world.journal.claimed_ids(2)) == ["a", "b", "c"]


def test_counts_who_is_left_and_was_claimed_before(world):
    """By this plan or by one that it superseded: pending or unresolved, and no one else."""
    world.plan("a", "b", "c", "d")
    world.apply(ACCEPTED, LOST, BACK)
    world.plan("b", "c", "d", "e", "f")
    world.apply(ACCEPTED, BACK, BACK, LOST, plan_id=2)

    assert (world.journal.claimed_left(1), world.journal.claimed_left(2)) == (2, 3)


def test_renews_what_may_change(world):
    """A draft with the same fingerprint brings new times, text and summary; the plan stays."""
    world.plan("a")
    changed = draft(text="version: 1 # slower\n", expires_at=LATER, summary={"n": 2})

    row = world.journal.renew(1, changed, LATER)

    assert row == world.journal.plan(1)
    assert (row.draft, row.planned_at, row.total) == (changed, T0, 1)


def test_renews_no_other_and_no_closed_plan(world):
    """Another fingerprint and a closed plan are stale."""
    world.plan("a")
    with pytest.raises(StaleError, match="fingerprint"):
        world.journal.renew(1, draft(fingerprint="e" * 64), T0)
    world.journal.conclude(1, PlanState.CANCELLED, T0)
    with pytest.raises(StaleError, match="cancelled"):
        world.journal.renew(1, draft(), T0)


def test_skips_what_is_left_of_a_cancelled_plan(world):
    """Cancelling skips the pending; what is unresolved stays so; a second time changes nothing."""
    world.plan("a", "b", "c")
    world.apply(ACCEPTED, LOST)

    world.journal.conclude(1, PlanState.CANCELLED, LATER)
    world.journal.conclude(1, PlanState.CANCELLED, LATER)

    assert world.states() == ["accepted", "sent", "skipped"]
    assert world.rows()[2].skip is Skip.CANCELLED
    with pytest.raises(StaleError):
        world.journal.conclude(1, PlanState.DONE, LATER)


@pytest.mark.parametrize("state", [PlanState.DONE, PlanState.OPEN, PlanState.SUPERSEDED])
def test_ends_no_plan_with_ids_left(world, state):
    """Done wants nothing left, and a plan is neither opened nor superseded by concluding it."""
    world.plan("a")
    with world.dying():
        world.journal.conclude(1, state, T0)


def test_takes_over_a_saved_plan_once(world):
    """A saved plan comes with its set and its times; taken over again it is the one here."""
    other = World(world.make_one)
    who = "10000000-0000-4000-8000-000000000001"
    items = [
        PlannedItem("a", who, evidence_ms=1),
        PlannedItem("b", skip=Skip.PROTECTED),
    ]
    other.journal.save(draft(evidence={"d": T0}, by="external_id"), items, T0)
    world.plan("x", name="another")

    row = world.journal.adopt(other.journal, 1, LATER)

    assert (row.plan_id, row.planned_at, row.total) == (2, T0, 2)
    assert row.draft == other.journal.plan(1).draft
    assert world.rows(2) == other.rows()
    assert world.journal.first_seen(APP, "d") == T0
    world.apply(ACCEPTED, plan_id=2)
    assert world.journal.adopt(other.journal, 1, LATER).plan_id == 2
    other.journal.close()


def test_whom_this_journal_deleted_since_the_evidence_is_spared_of_a_plan_taken_over(world):
    """A plan made elsewhere knows nothing of a deletion here: who is back since is not meant."""
    who = "10000000-0000-4000-8000-000000000001"
    world.plan(who)
    world.apply(ACCEPTED)
    gone_at = next(world.journal.items(1)).settled_at
    other = World(world.make_one)
    old, young = gone_at - timedelta(hours=1), gone_at + timedelta(hours=1)
    other.journal.save(draft("late", evidence={"d": old}), [PlannedItem(who)], young)

    row = world.journal.adopt(other.journal, 1, young)

    assert world.journal.skip_deleted_elsewhere(row.plan_id, young) == 1
    assert [one.skip for one in world.journal.items(row.plan_id)] == [Skip.DELETED_BEFORE]
    other.journal.close()


def test_takes_over_no_plan_in_use(world):
    """A journal with runs is no saved plan; one that was planned again here is stale."""
    other = World(world.make_one)
    other.plan("a")
    world.clock.tick()
    world.plan("b")

    with pytest.raises(StaleError):
        world.journal.adopt(other.journal, 1, LATER)
    other.run()
    with pytest.raises(InvalidError):
        world.journal.adopt(other.journal, 1, LATER)
    assert len(world.journal.plans()) == 1
    other.journal.close()


def test_supersedes_by_taking_over(world):
    """A saved plan that is younger than the open one of its name takes its place."""
    world.plan("a")
    other = World(world.make_one)
    other.clock.tick()
    other.plan("b", by="external_id")

    row = world.journal.adopt(other.journal, 1, LATER)

    assert (row.lineage, world.journal.plan(1).state) == (1, PlanState.SUPERSEDED)
    other.journal.close()
