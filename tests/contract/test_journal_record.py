"""The events of the journal: linked, without ids; sealed plans, times, the identity."""

from datetime import timedelta

import pytest
from support.journal import APP, T0, draft, planned
from support.journal_world import ABSENT, ACCEPTED, FAILED, KEY, LATER, LOST

from purgeplan.errors import RefusedError, StaleError
from purgeplan.journal.sealing import SEALED, sealed_id
from purgeplan.model.outcome import Skip, State, Verdict
from purgeplan.model.records import PlannedItem, PlanState


def test_links_every_event_to_the_one_before(world):
    """Each event hangs on the one before; the head is the last link, and changes with each."""
    empty = world.journal.head()
    world.journal.note("plan.confirmed", None, None, T0, {"by": "terminal", "count": 3})
    world.plan("a")

    noted, saved = world.journal.events()

    assert (noted.seq, noted.kind, noted.at) == (1, "plan.confirmed", T0)
    assert noted.data == {"by": "terminal", "count": 3}
    assert len({empty, noted.link, saved.link}) == 3
    assert world.journal.head() == saved.link


def test_records_what_it_does(world):
    """Every change leaves an event of its kind, findable by plan and by kind."""
    world.plan("a", "b", "c")
    world.journal.renew(1, draft(), T0)
    world.journal.skip(1, [2], Skip.DRIFT, T0)
    world.apply(ACCEPTED, FAILED)
    world.run()
    world.journal.end_run(2, "done", 4, T0)
    world.journal.conclude(1, PlanState.DONE, T0)
    world.journal.record_verdicts(1, [(0, Verdict.GONE)], T0)
    world.journal.reopen(1, T0)
    world.plan("z")
    world.journal.conclude(2, PlanState.CANCELLED, T0)
    world.journal.seal(1, KEY, T0)

    assert [event.kind for event in world.journal.events(1)] == [
        "plan.saved",
        "plan.renewed",
        "items.skipped",
        "run.started",
        "items.settled",
        "run.interrupted",
        "run.started",
        "run.ended",
        "plan.concluded",
        "items.verified",
        "plan.reopened",
        "plan.superseded",
        "plan.sealed",
    ]
    kinds = [event.plan_id for event in world.journal.events(kind="plan.saved")]
    assert kinds == [1, 2]
    assert [event.run_id for event in world.journal.events(1, "run.started")] == [1, 2]


def test_writes_no_ids_into_events(world):
    """No id of an item is in any event."""
    world.plan("id-of-a-person", "id-of-another")
    world.apply(ACCEPTED, FAILED)
    world.journal.reopen(1, T0)

    assert not any("id-of" in str(event.data) for event in world.journal.events())


def test_seals_a_closed_plan(world):
    """Sealing leaves HMACs, numbers and states; a second time is nothing; evidence is gone."""
    world.journal.save(
        draft(text="ids: [person-1]", summary={"counts": {"planned": 2}, "sample": ["person-1"]}),
        [PlannedItem("person-1", "o-1", evidence_ms=1), PlannedItem("person-2")],
        T0,
    )
    world.apply(ACCEPTED, ABSENT)
    world.journal.conclude(1, PlanState.DONE, T0)

    assert world.journal.seal(1, KEY, LATER) == 2
    assert world.journal.seal(1, KEY, LATER) == 0
    world.journal.overwrite()

    first, second = world.rows()
    assert (first.id, first.onesignal_id) == (sealed_id(KEY, "person-1"), sealed_id(KEY, "o-1"))
    assert (second.id, second.onesignal_id) == (sealed_id(KEY, "person-2"), None)
    assert first.evidence_ms is None
    row = world.journal.plan(1)
    assert (row.sealed_at, row.draft.text) == (LATER, SEALED)
    assert row.draft.summary == {"counts": {"planned": 2}, "sample": [SEALED]}
    assert list(world.journal.deleted(APP, "subscription_id")) == []
    assert world.journal.tally(1)[State.ACCEPTED] == 1
    with pytest.raises(StaleError):
        world.journal.reopen(1, LATER)


def test_what_is_left_of_an_id_is_its_hmac():
    """Without the key nobody finds a guessed id again (RFC 4231, test case 2)."""
    known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert sealed_id(b"Jefe", "what do ya want for nothing?") == known


def test_seals_nothing_that_is_open(world):
    """An open plan, and one whose successor is open, can't be forgotten.

    Once both are closed they can, unknown ids and all: no command acts on those any more.
    """
    world.plan("a")
    with pytest.raises(RefusedError):
        world.journal.seal(1, KEY, T0)
    world.plan("b")
    with pytest.raises(RefusedError):
        world.journal.seal(1, KEY, T0)
    world.apply(LOST, plan_id=2)
    world.journal.conclude(2, PlanState.CANCELLED, T0)

    assert world.journal.seal(2, KEY, T0) == 1
    assert (world.rows(2)[0].id, world.states(2)) == (sealed_id(KEY, "b"), ["sent"])
    assert world.journal.seal(1, KEY, T0) == 1


def test_keeps_times_to_the_millisecond(world):
    """Times are kept in UTC, in whole milliseconds, rounded down."""
    at = T0 + timedelta(microseconds=1_999)

    row = world.journal.save(draft(expires_at=at), planned("a"), at)

    floor = T0 + timedelta(milliseconds=1)
    assert (row.planned_at, row.draft.expires_at) == (floor, floor)


def test_names_itself(world):
    """A journal says where it is, and has a name of its own."""
    assert world.journal.where
    assert world.journal.identity
