"""A journal in memory, and the connection below it, for whoever writes by hand."""

import sqlite3

from support.journal import ANN, T0, HandClock, draft

from purgeplan.journal import journal_on
from purgeplan.model.outcome import Code, Outcome, Skip, State
from purgeplan.model.records import PlannedItem


def on_connection():
    """Give a journal in memory, and the connection below it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    return journal_on(connection, HandClock()), connection


def with_item_in(state):
    """Give a connection to a journal whose first item is in that state, by legal moves."""
    journal, connection = on_connection()
    skip = Skip.PROTECTED if state is State.SKIPPED else None
    journal.save(draft(), [PlannedItem("a", skip=skip), PlannedItem("b")], T0)
    if state not in (State.PENDING, State.SKIPPED):
        run_id = journal.start_run(1, "apply", ANN, T0)
        (item,) = journal.turn(run_id, [], [], 1)
        if state is not State.SENT:
            journal.turn(run_id, [Outcome(item, state, Code.ABSENT, T0)], [], 0)
    return journal, connection
