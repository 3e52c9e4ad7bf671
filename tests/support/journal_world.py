"""A journal of either kind with its clock, and short ways to make plans and runs in it."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from support.journal import ANN, T0, HandClock, draft, planned

from purgeplan.errors import JournalError
from purgeplan.model.outcome import Code, Outcome, State

LATER = T0 + timedelta(hours=1)
KEY = b"k" * 32
ACCEPTED = (State.ACCEPTED, Code.ACCEPTED)
ABSENT = (State.ABSENT, Code.ABSENT)
FAILED = (State.FAILED, Code.REJECTED)
LOST = (State.SENT, Code.TIMEOUT)
BACK = (State.PENDING, Code.THROTTLED)


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
