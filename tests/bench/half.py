"""Take half of a planned journal as done: ``python -m bench.half JOURNAL``.

It goes through the journal's own doors, and leaves what a run leaves that was stopped halfway, but
for the size of its turns.
"""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from purgeplan.journal import open_journal
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.records import Operator

TURN = 10_000


class Clock:
    """The time as it is."""

    def now(self):
        """Give it, aware."""
        return datetime.now(UTC)  # noqa: TID251 - this is a clock


def settle_half(path):
    """Claim and accept every item up to the middle, in one run."""
    clock = Clock()
    with closing(open_journal(path, clock)) as journal:
        (row,) = journal.plans()
        run = journal.start_run(
            row.plan_id, "apply", Operator("", "", 0, "", None, None), clock.now()
        )
        outcomes, left = [], row.total // 2
        while left or outcomes:
            fresh = min(left, TURN)
            items, at = journal.turn(run, outcomes, [], fresh), clock.now()
            outcomes = [Outcome(one, State.ACCEPTED, Code.ACCEPTED, at, 202) for one in items]
            left -= fresh
        journal.end_run(run, "interrupted", 130, clock.now())


if __name__ == "__main__":
    settle_half(Path(sys.argv[1]))
