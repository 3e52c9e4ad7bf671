"""Laws of the journal: SQLite and the fake go through the same, and no edit passes the chain."""

import sqlite3
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.journal import ANN, APP, T0, FakeJournal, HandClock, draft, planned

from purgeplan.errors import PurgeplanError
from purgeplan.journal import journal_on
from purgeplan.model.outcome import Code, Outcome, Skip, State, Verdict
from purgeplan.model.records import PlanState

ENDS = st.sampled_from(
    [
        (State.ACCEPTED, Code.ACCEPTED),
        (State.ABSENT, Code.PRESUMED_OURS),
        (State.FAILED, Code.REJECTED),
        (State.SENT, Code.TIMEOUT),
        (State.PENDING, Code.THROTTLED),
    ]
)


def connection(image=None):
    """Give a connection to memory, with an image of a database in it."""
    one = sqlite3.connect(":memory:", isolation_level=None)
    if image is not None:
        one.deserialize(image)
    return one


class TwoJournals(RuleBasedStateMachine):
    """The same turns, crashes and ends on both journals leave the same behind."""

    @initialize(size=st.integers(1, 12))
    def plan(self, size):
        """Save one plan in both."""
        self.clock = HandClock()
        self.connection = connection()
        self.real = journal_on(self.connection, self.clock)
        self.fake = FakeJournal(self.clock)
        self.size = size
        self.flying = []
        self.given_back = []
        self.run_id = None
        self.plan_id = 0
        self.save(planned(*(f"id-{number}" for number in range(size))))

    def save(self, items):
        """Save a plan of that name in both."""
        rows = self.both(lambda journal: journal.save(draft(), items, self.clock.now()))
        self.plan_id = rows.plan_id

    def both(self, call):
        """Do the same to both; they give the same, or refuse with the same class."""
        results = []
        for journal in (self.real, self.fake):
            try:
                results.append(call(journal))
            except PurgeplanError as error:
                results.append(type(error))
        assert results[0] == results[1]
        return results[0]

    @rule()
    def tick(self):
        """Let time pass."""
        self.clock.tick()

    def start(self):
        """Start a run where the plan is open; what is unresolved may be claimed again."""
        run_id = self.both(
            lambda journal: journal.start_run(self.plan_id, "apply", ANN, self.clock.now())
        )
        self.run_id = run_id if isinstance(run_id, int) else None
        unresolved = self.both(lambda journal: journal.unresolved(self.plan_id))
        self.flying, self.given_back = [], [one.item for one in unresolved]

    @rule(fresh=st.integers(0, 4), lots=st.lists(ENDS, min_size=12, max_size=12))
    def first_turn(self, fresh, lots):
        """Take a turn, in a run that is started where none is."""
        self.turn(fresh, lots)

    @rule(fresh=st.integers(1, 9), lots=st.lists(ENDS, min_size=12, max_size=12))
    def turn(self, fresh, lots):
        """Settle some of those under way, claim some again, and some fresh."""
        if self.run_id is None:
            self.start()
        if self.run_id is None:
            return
        landed = self.flying[: len(self.flying) - fresh % 2]
        outcomes = [
            Outcome(item, *end, self.clock.now(), 200 + item.position)
            for item, end in zip(landed, lots, strict=False)
        ]
        again = self.given_back[::2]
        items = self.both(lambda journal: journal.turn(self.run_id, outcomes, again, fresh))
        open_ends = [one.item for one in outcomes if one.state in (State.SENT, State.PENDING)]
        self.given_back = self.given_back[1::2] + open_ends
        self.flying = self.flying[len(outcomes) :] + items + again

    @rule()
    def crash(self):
        """Lose the process: both come back from what was durable."""
        self.connection = connection(self.connection.serialize())
        self.real = journal_on(self.connection, self.clock)
        self.fake = self.fake.reopened()
        self.run_id = None

    @rule(positions=st.lists(st.integers(0, 12), max_size=2))
    def skip(self, positions):
        """Skip what is pending of some."""
        now = self.clock.now()
        self.both(lambda journal: journal.skip(self.plan_id, positions, Skip.DRIFT, now))

    @rule(verdict=st.sampled_from([Verdict.STILL_THERE, Verdict.GONE]))
    def verify(self, verdict):
        """End the run, give all accepted items one verdict, then retry."""
        self.end()

        def look(journal):
            accepted = journal.items(self.plan_id, (State.ACCEPTED,))
            pairs = [(row.position, verdict) for row in accepted]
            journal.record_verdicts(self.plan_id, pairs, self.clock.now())
            return journal.reopen(self.plan_id, self.clock.now())

        self.both(look)

    def end(self):
        """End the run, if there is one."""
        if self.run_id is not None:
            now = self.clock.now()
            self.both(lambda journal: journal.end_run(self.run_id, "done", 0, now))
            self.run_id = None

    @rule(what=st.sampled_from(["end", "cancel", "finish", "again"]), size=st.integers(1, 6))
    def rarely(self, what, size):
        """End the run; cancel, finish or replace the plan."""
        now = self.clock.now()
        self.end()
        closed = self.real.plan(self.plan_id).state is not PlanState.OPEN
        if what == "again" or closed:
            self.save(planned(*(f"id-{number}" for number in range(size))))
        elif what == "cancel":
            self.both(lambda journal: journal.conclude(self.plan_id, PlanState.CANCELLED, now))
        elif what == "finish" and not self.real.tally(self.plan_id).left:
            self.both(lambda journal: journal.conclude(self.plan_id, PlanState.DONE, now))

    @invariant()
    def alike(self):
        """All that can be asked is answered alike, and each item is in one state."""
        asked = [
            lambda journal: list(journal.items(self.plan_id)),
            lambda journal: journal.tally(self.plan_id),
            lambda journal: journal.plans(),
            lambda journal: journal.runs(),
            lambda journal: journal.unresolved(self.plan_id),
            lambda journal: journal.claimed_in_lineage(self.plan_id),
            lambda journal: dict(journal.deleted(APP, "subscription_id")),
            lambda journal: journal.claimed_since(APP, T0),
            lambda journal: [event.kind for event in journal.events()],
        ]
        for question in asked:
            self.both(question)
        row = self.real.plan(self.plan_id)
        assert self.real.tally(self.plan_id).total == row.total

    def teardown(self):
        """Look the real one over at the end."""
        assert self.real.check() == []


TestTwoJournals = TwoJournals.TestCase
TestTwoJournals.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

COLUMNS = ("seq", "at", "kind", "plan_id", "run_id", "data", "link")


def written():
    """Give the image of a journal with a finished plan and seven events."""
    clock = HandClock()
    one = connection()
    journal = journal_on(one, clock)
    journal.save(draft(), planned("a", "b"), T0)
    run_id = journal.start_run(1, "apply", ANN, T0)
    items = journal.turn(run_id, [], [], 2)
    journal.turn(run_id, [Outcome(i, State.ACCEPTED, Code.ACCEPTED, T0, 202) for i in items], [], 0)
    journal.end_run(run_id, "done", 0, T0)
    journal.conclude(1, PlanState.DONE, T0)
    journal.note("report.made", 1, run_id, T0, {"share": 0.5, "big": 1e30, "parts": [1, "x"]})
    for (trigger,) in one.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall():
        one.execute(f"DROP TRIGGER {trigger}")
    one.execute("PRAGMA foreign_keys = OFF")
    return one.serialize()


IMAGE = written()
EVENTS = 6


def tampered(*statements):
    """Give what the check says after somebody changed the file by hand."""
    one = connection(IMAGE)
    one.execute("PRAGMA ignore_check_constraints = ON")
    for sql, *parameters in statements:
        one.execute(sql, parameters)
    return journal_on(one, HandClock()).check()


def test_finds_nothing_in_a_journal_as_written():
    """The image that the other tests tamper with is sound."""
    assert tampered() == []


@settings(max_examples=200)
@given(seq=st.integers(1, EVENTS), column=st.sampled_from(COLUMNS), data=st.data())
def test_finds_every_flipped_byte_of_an_event(seq, column, data):
    """One flipped bit in any column of any event is found."""
    one = connection(IMAGE)
    row = one.execute("SELECT * FROM events WHERE seq = ?", (seq,)).fetchone()
    value = row[COLUMNS.index(column)]
    if isinstance(value, int):
        changed = value ^ (1 << data.draw(st.integers(0, 40)))
    elif value is None:
        changed = data.draw(st.integers(0, 3))
    else:
        raw = bytearray(value.encode())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= 1 << data.draw(st.integers(0, 6))
        changed = raw.decode("latin-1")
    with suppress(sqlite3.IntegrityError):  # another event has that number already
        assert tampered((f"UPDATE events SET {column} = ? WHERE seq = {seq}", changed))


@given(seq=st.integers(1, EVENTS - 1))
def test_finds_a_dropped_event(seq):
    """An event taken out, with those after it closing up or not, is found."""
    drop = ("DELETE FROM events WHERE seq = ?", seq)
    close_up = [
        ("UPDATE events SET seq = ? WHERE seq = ?", later - 1, later)
        for later in range(seq + 1, EVENTS + 1)
    ]

    assert tampered(drop)
    assert tampered(drop, *close_up)


@given(pair=st.lists(st.integers(1, EVENTS), min_size=2, max_size=2, unique=True))
def test_finds_two_events_that_changed_places(pair):
    """Two events in each other's place are found."""
    one, two = pair
    swap = "UPDATE events SET seq = ? WHERE seq = ?"

    assert tampered((swap, 99, one), (swap, one, two), (swap, two, 99))


def test_shows_a_cut_off_end_by_its_head():
    """A cut-off end is sound in itself; the head that was printed is what shows it."""
    one = connection(IMAGE)
    head = journal_on(one, HandClock()).head()
    one.execute("DELETE FROM events WHERE seq = ?", (EVENTS,))
    cut = journal_on(one, HandClock())

    assert cut.check() == []
    assert cut.head() != head
