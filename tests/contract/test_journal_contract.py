"""The Journal's promises, kept by the one on SQLite and by the fake that other tests use."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from support.journal import ANN, APP, T0, FakeJournal, HandClock, draft, planned

from purgeplan.errors import InvalidError, JournalError, RefusedError, StaleError
from purgeplan.journal import journal_on, open_journal
from purgeplan.journal.sealing import SEALED, sealed_id
from purgeplan.model.outcome import Code, Item, Outcome, Skip, State, Verdict
from purgeplan.model.records import ADDRESSED, PlannedItem, PlanState

LATER = T0 + timedelta(hours=1)
KEY = b"k" * 32


class World:
    """A journal under test with its clock, and how to get another one of its kind."""

    def __init__(self, make_one):
        self.clock = HandClock()
        self.make_one = make_one
        self.journal = make_one(self.clock)
        self.dead = False

    @contextmanager
    def dying(self):
        """Expect the JournalError after which nothing works any more."""
        self.dead = True
        with pytest.raises(JournalError) as raised:
            yield raised

    def plan(self, *ids, **changes):
        """Save a plan of plain ids."""
        return self.journal.save(draft(**changes), planned(*ids), self.clock.now()).plan_id

    def run(self, plan_id=1):
        """Start a run."""
        return self.journal.start_run(plan_id, "apply", ANN, self.clock.now())

    def states(self, plan_id=1):
        """Give the state of each item, in order."""
        return [row.state.value for row in self.journal.items(plan_id)]

    def rows(self, plan_id=1):
        """Give all items."""
        return list(self.journal.items(plan_id))

    def apply(self, *ends, plan_id=1):
        """Run a plan: claim as many as there are ends, and settle them so."""
        run_id = self.run(plan_id)
        items = self.journal.turn(run_id, [], [], len(ends))
        outcomes = [self.end(item, *end) for item, end in zip(items, ends, strict=True)]
        self.journal.turn(run_id, outcomes, [], 0)
        return run_id

    def end(self, item, state, code, **more):
        """Give an outcome now."""
        return Outcome(item, state, code, self.clock.now(), **more)


ACCEPTED = (State.ACCEPTED, Code.ACCEPTED)
ABSENT = (State.ABSENT, Code.ABSENT)
FAILED = (State.FAILED, Code.REJECTED)
LOST = (State.SENT, Code.TIMEOUT)
BACK = (State.PENDING, Code.THROTTLED)


def in_memory(clock):
    """Give a journal on SQLite without a file."""
    return journal_on(sqlite3.connect(":memory:", isolation_level=None), clock)


@pytest.fixture(params=["fake", "memory", "file"])
def world(request, tmp_path):
    """Give each kind of journal in turn."""
    count = iter(range(9))
    kinds = {
        "fake": FakeJournal,
        "memory": in_memory,
        "file": lambda clock: open_journal(tmp_path / f"{next(count)}.db", clock),
    }
    made = World(kinds[request.param])
    with closing(made.journal):
        yield made
        if not made.dead:
            assert made.journal.check() == []


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
    assert world.journal.turn(world.run(), [], [], 9) == [Item(0, "a", 2), Item(2, "c", 1)]


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
    assert (tally.total, tally.left) == (7, 3)
    assert world.journal.tally(9).total == 0


def test_names_what_is_unresolved_with_its_last_claim(world):
    """What is sent and not settled is given with the time it was last claimed."""
    world.plan("a", "b", "c")
    run_id = world.run()
    one, two, _ = world.journal.turn(run_id, [], [], 3)
    world.clock.tick()
    world.journal.turn(run_id, [world.end(one, *ACCEPTED)], [two], 0)

    assert world.journal.unresolved(1) == [
        (Item(1, "b", 2), world.clock.now()),
        (Item(2, "c", 1), T0),
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

    So does one that was found to name somebody new. A UUID names nobody else, ever.
    """
    ids = ("lost", "error", "refused", "late", "throttled", "new", "unsent")
    world.plan(*ids, by="external_id")
    run_id = world.run()
    claimed = world.journal.turn(run_id, [], [], 6)
    late_at = world.clock.tick()
    world.journal.turn(run_id, [], [claimed[3]], 0)
    refused, error = FAILED, (State.FAILED, Code.SERVER_ERROR)
    ends = (LOST, error, refused, refused, BACK, LOST)
    world.clock.tick()
    outcomes = [world.end(one, *end) for one, end in zip(claimed, ends, strict=True)]
    world.journal.turn(run_id, outcomes, [], 0)
    world.journal.skip(1, [5], Skip.RECREATED, LATER)
    world.journal.conclude(1, PlanState.CANCELLED, LATER)
    world.plan("uuid")
    world.apply(LOST, plan_id=2)

    found = dict(world.journal.deleted(APP, "external_id"))
    assert found == {"lost": T0, "error": T0, "late": late_at, "new": T0}
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
    ("by", "state"),
    [("external_id", "skipped"), ("onesignal_id", "sent"), ("subscription_id", "sent")],
)
def test_spares_an_alias_in_doubt_that_another_plan_deleted_since(world, by, state):
    """Sent again it may hit who has it by now; a UUID names nobody else, and still gets its end."""
    world.plan("a", "b", name="mine", by=by)
    world.apply(LOST, LOST)
    world.clock.tick()
    world.plan("b", name="other", by=by)
    world.apply(ACCEPTED, plan_id=2)

    assert world.journal.skip_deleted_elsewhere(1, LATER) == (state == "skipped")
    assert world.states(1) == ["sent", state]


def test_counts_first_claims_of_an_app_since_a_time(world):
    """The rolling budget counts distinct ids by their first claim in a plan, claims again not."""
    world.plan("a", "b", name="one")
    run_id = world.run()
    world.journal.turn(run_id, [], [], 2)
    world.clock.tick()
    world.journal.turn(run_id, [], [Item(0, "a")], 0)
    world.plan("b", "c", name="two")
    world.apply(ACCEPTED, ACCEPTED, plan_id=2)

    assert world.journal.claimed_since(APP, T0) == 3
    assert world.journal.claimed_since(APP, world.clock.now()) == 2
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


def test_skips_pending_items_only(world):
    """Of the named items only the pending ones are skipped, and counted."""
    world.plan("a", "b", "c")
    world.apply(ACCEPTED)

    assert world.journal.skip(1, [0, 1, 1, 7], Skip.DRIFT, LATER) == 1
    assert world.states() == ["accepted", "skipped", "pending"]
    assert (world.rows()[1].skip, world.rows()[1].settled_at) == (Skip.DRIFT, LATER)


def test_skips_unresolved_items_that_were_recreated(world):
    """An unresolved id whose alias names somebody new by now is skipped; a pending one is not."""
    world.plan("a", "b", "c")
    world.apply(LOST)

    assert world.journal.skip(1, [0, 1], Skip.RECREATED, LATER) == 1
    assert world.states() == ["skipped", "pending", "pending"]


def test_takes_back_what_may_be_tried_again(world):
    """Failed, unresolved and still-there items go back to pending; the plan is open again."""
    world.plan("a", "b", "c", "d", "e")
    world.apply(ACCEPTED, ACCEPTED, ABSENT, FAILED, LOST)
    world.journal.record_verdicts(1, [(0, Verdict.STILL_THERE), (1, Verdict.GONE)], T0)

    assert world.journal.reopen(1, LATER) == 3

    assert world.states() == ["pending", "accepted", "absent", "pending", "pending"]
    first = world.rows()[0]
    assert (first.verdict, first.settled_at, first.attempts) == (None, None, 1)


def test_takes_back_an_alias_in_doubt_as_unresolved(world):
    """It may name somebody new by now, so the run must look; refused at once, nothing was done."""
    items = [*planned("lost", "error", "refused", "late"), PlannedItem("known", "planned")]
    world.journal.save(draft(by="external_id"), items, T0)
    error, refused = (State.FAILED, Code.SERVER_ERROR), (State.FAILED, Code.REJECTED)
    run_id = world.run()
    claimed = world.journal.turn(run_id, [], [], 5)
    claimed_at, late_at = world.clock.now(), world.clock.tick(60.0)
    world.journal.turn(run_id, [world.end(claimed[3], *LOST)], [claimed[3]], 0)
    ends = (LOST, error, refused, refused, error)
    outcomes = [world.end(one, *end) for one, end in zip(claimed, ends, strict=True)]
    world.journal.turn(run_id, outcomes, [], 0)
    world.journal.end_run(run_id, "done", 4, world.clock.now())

    assert world.journal.reopen(1, LATER) == 4

    assert world.states() == ["sent", "sent", "pending", "sent", "pending"]
    unresolved = {item.id: at for item, at in world.journal.unresolved(1)}
    assert unresolved == {"lost": claimed_at, "error": claimed_at, "late": late_at}
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
