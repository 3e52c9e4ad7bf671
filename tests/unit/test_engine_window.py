"""A run at the end of its window, and the rolling budget that it starts with."""

from dataclasses import replace
from datetime import time, timedelta

from support.engine import Stage, ended, ids
from support.journal import ANN, T0, FakeJournal, draft, planned
from support.plans import policy, spec

from purgeplan.engine.facts import budget_used
from purgeplan.engine.run import Order
from purgeplan.errors import Exit
from purgeplan.model.spec import Budget, Pace, Rules, Window

DAY_S = 86_400.0


def closing_after(seconds):
    """Give a window that closes so many seconds after midnight, when a virtual world begins.

    It opens again at five past.
    """
    until = (T0 + timedelta(seconds=seconds)).time()
    return Window(frozenset(range(7)), time(0, 5), until, "UTC")


def test_a_window_that_closes_ends_the_run_resumable():
    """Exit 7: the next opening goes on; nothing was lost and nothing more was sent."""
    stage = Stage(10)
    stage.settings = {"pace": Pace(delay_s=30.0), "canary": 0}

    end = ended(stage.run(window=closing_after(45)))

    assert (end.exit, end.why) == (Exit.STOPPED_EARLY, "window")
    assert len(stage.target.begun) == 2
    assert stage.tally.left == 8


def test_who_waits_goes_on_when_it_opens_again():
    """With --wait the run sleeps out the closed hours."""
    stage = Stage(4)
    stage.settings = {"pace": Pace(delay_s=30.0), "canary": 0}

    end = ended(stage.run(Order(wait=True), window=closing_after(45), wait=True))

    assert end.exit is Exit.DONE
    assert stage.target.at[2] >= 300 - 1e-6


def test_the_budget_counts_what_every_plan_of_the_app_claimed_in_its_span():
    """Other plans count, what is older does not, and without a budget nothing is counted."""
    journal = FakeJournal()
    for name in ("one", "two"):
        row = journal.save(draft(name, fingerprint=name * 21), planned(*ids(3)[:2]), T0)
        run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
        journal.turn(run_id, [], [], 1)
        journal.end_run(run_id, "limit", Exit.STOPPED_EARLY, T0)
    limited = Rules(spec(), replace(policy(), budget=Budget(10, DAY_S)))

    assert budget_used(limited, journal, T0 + timedelta(hours=23)) == 1  # the same id, twice
    assert budget_used(limited, journal, T0 + timedelta(hours=25)) == 0
    assert budget_used(Rules(spec(), policy()), journal, T0) is None
