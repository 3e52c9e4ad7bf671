"""How old a list is that does not say it."""

from datetime import timedelta

import pytest
from support.journal import ANN, APP, T0, FakeJournal, draft, planned
from support.plans import spec

from purgeplan.engine.first_seen import first_seen
from purgeplan.model.records import PlanState

SPEC = spec(name="inactive")
LATER = T0 + timedelta(days=3)


def journal_with(**evidence):
    """Give a journal with one open plan on such evidence."""
    journal = FakeJournal()
    journal.save(draft(evidence=evidence), planned("a"), T0)
    return journal


def test_a_list_that_was_planned_before_is_as_old_as_then():
    """The same ids again are no news of anybody."""
    journal = journal_with(d1=T0)

    assert first_seen(journal, SPEC, "d1") == T0


def test_a_list_that_replaces_an_open_plan_s_is_as_old_as_the_oldest_of_its_evidence():
    """A line more is no news of the others: whom the open plan deleted may be back."""
    journal = journal_with(d1=T0, d2=LATER)

    assert first_seen(journal, SPEC, "d3") == T0


def test_a_list_after_a_closed_plan_is_of_today():
    """Who plans anew once it is over has looked again."""
    journal = journal_with(d1=T0)
    journal.conclude(1, PlanState.CANCELLED, T0)

    assert first_seen(journal, SPEC, "d3") is None
    assert journal.plans(APP)[0].state is PlanState.CANCELLED


@pytest.mark.parametrize("times", [1, 2])
def test_plans_of_nobody_in_between_make_a_list_no_younger(times):
    """They took its place and deleted nobody: whom the open plan has deleted may be back."""
    journal = journal_with(d1=T0)
    for plan_id in range(2, 2 + times):
        journal.save(draft(evidence={"d2": LATER}), [], LATER)
        journal.conclude(plan_id, PlanState.DONE, LATER)

    assert first_seen(journal, SPEC, "d3") == T0


def test_a_list_after_a_run_that_is_done_is_of_today_whatever_was_before():
    """What the done plan had replaced is over with it."""
    journal = journal_with(d1=T0)
    journal.save(draft(evidence={"d2": T0}), [], LATER)
    journal.start_run(2, "apply", ANN, LATER)
    journal.conclude(2, PlanState.DONE, LATER)

    assert first_seen(journal, SPEC, "d3") is None


def test_a_list_after_what_was_forgotten_is_of_today():
    """Nothing of a sealed plan is known any more."""
    journal = journal_with(d1=T0)
    journal.save(draft(evidence={"d2": LATER}), [], LATER)
    journal.conclude(2, PlanState.DONE, LATER)
    for plan_id in (1, 2):
        journal.seal(plan_id, b"k" * 32, LATER)

    assert first_seen(journal, SPEC, "d3") is None
