"""What a run saved when the journal failed is taken in by the next one, and nothing else is."""

from datetime import timedelta

import pytest
from support.engine import Stage, ended, ids
from support.journal import ANN, T0, FakeJournal, HandClock, draft, planned

from purgeplan.engine.salvage import take_in
from purgeplan.errors import Exit, Finding, JournalError
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.progress import Settled


@pytest.mark.parametrize("moment", ["before", "after"], ids=["not kept", "kept after all"])
def test_the_next_run_takes_in_what_was_saved(moment):
    """Whoever was answered is not sent again, whether the commit that failed has kept it or not."""
    stage = Stage(300)
    fails_from = 100

    def begins(item):
        if len(stage.target.begun) == fails_from:
            stage.journal.breaks = moment

    stage.target.on_begin = begins
    with pytest.raises(JournalError):
        stage.run()
    stage.journal = stage.journal.reopened()
    answered = {one.item.id for one in stage.dumped if one.state is State.ACCEPTED}

    progress = stage.run()

    again = {one for one in ids(300) if stage.target.begun.count(one) > 1}
    assert answered
    assert not answered & again
    told = {one.item.id for some in progress if isinstance(some, Settled) for one in some.outcomes}
    assert moment == "after" or answered <= told
    assert (ended(progress).exit, stage.tally[State.ACCEPTED]) == (Exit.DONE, 300)


@pytest.mark.parametrize("where", ["at the first turn", "at the last word"])
def test_a_run_whose_journal_fails_leaves_a_file_though_nothing_is_left_to_save(where):
    """The next start must ask for a person's look, and the journal can't say so."""
    stage = Stage(3)
    if where == "at the first turn":
        stage.journal.breaks = "before"
    else:
        stage.journal.end_run = FullDisk().setdefault

    with pytest.raises(JournalError):
        stage.run()

    assert stage.saved == {1: []}


def test_that_no_file_can_be_left_hides_nothing():
    """On a full disk the error that is raised is the journal's own, to the last word of a run."""
    stage = Stage(3)
    stage.saved = FullDisk()
    stage.journal.end_run = stage.saved.setdefault

    with pytest.raises(JournalError, match="disk I/O error"):
        stage.run()


class FullDisk:
    """A folder that takes no file, and no journal either."""

    def setdefault(self, run_id, *_):
        """Fail as saving does, and as journaling does."""
        raise JournalError(Finding("PP403", "disk I/O error"))

    def get(self, run_id, default):
        """Give what is not there."""
        return default


class Desk:
    """A plan of three of whom the first two were claimed by a run that died."""

    def __init__(self, **changes):
        self.clock = HandClock()
        self.journal = FakeJournal(self.clock)
        self.row = self.journal.save(draft(**changes), planned("a", "b", "c"), T0)
        self.run = self.start()
        self.journal.turn(self.run, [], [], 2)
        self.clock.tick()

    def start(self):
        """Start a run."""
        return self.journal.start_run(self.row.plan_id, "apply", ANN, self.clock.now())

    def outcome(self, position, state=State.ACCEPTED, code=Code.ACCEPTED, at=None, one=None):
        """Give an outcome of one of them, of now."""
        item = Item(position, one or "abc"[position])
        return Outcome(item, state, code, at or self.clock.now())

    def taken(self, *saved):
        """Take in what the first run has saved; give the states that follow."""
        run_id = self.start()
        of = {self.run: saved}
        take_in(self.journal, 1, run_id, lambda one: of.get(one, ()), self.clock.now())
        return [row.state.value for row in self.journal.items(1)]


def test_leaves_in_doubt_whom_nothing_was_done_to():
    """This start's protect lists and drift check have passed, and took out the pending only."""
    desk = Desk()
    back = desk.outcome(1, State.PENDING, Code.THROTTLED)

    assert desk.taken(desk.outcome(0), back) == ["accepted", "sent", "pending"]


def test_leaves_alone_what_the_file_can_not_know():
    """Who was never claimed, has another id, was lost, or was claimed again since."""
    desk = Desk()
    late = desk.outcome(0, at=desk.clock.now() - timedelta(seconds=2))
    lost = desk.outcome(1, State.SENT, Code.TIMEOUT)
    other = desk.outcome(1, one="x")

    assert desk.taken(late, lost, other, desk.outcome(2)) == ["sent", "sent", "pending"]


def test_takes_in_nothing_of_a_run_that_has_told_its_end():
    """Its journal was well to the last."""
    desk = Desk()
    desk.journal.end_run(desk.run, "interrupted", Exit.INTERRUPTED, desk.clock.now())

    assert desk.taken(desk.outcome(0)) == ["sent", "sent", "pending"]


def test_leaves_alone_who_was_claimed_again_however_the_clock_was_put():
    """With the clock put back, a younger claim is older than the answer by its time."""
    desk = Desk()
    late = desk.outcome(0)
    desk.clock.tick(-3600.0)
    run_id = desk.start()
    claimed_again = [one.item for one in desk.journal.unresolved(1)]
    desk.journal.turn(run_id, [], claimed_again, 0)

    assert desk.taken(late) == ["sent", "sent", "pending"]


@pytest.mark.parametrize("kept", [False, True], ids=["not kept", "kept after all"])
def test_takes_a_run_in_once(kept):
    """Whom `retry` takes up is not failed again by what was saved of the attempt before."""
    desk = Desk(resource="user", by="external_id")
    failed = desk.outcome(0, State.FAILED, Code.SERVER_ERROR)
    if kept:
        desk.journal.turn(desk.run, [failed], [], 0)
    assert desk.taken(failed) == ["failed", "sent", "pending"]

    desk.journal.reopen(1, desk.clock.now())

    assert desk.taken(failed) == ["sent", "sent", "pending"]
