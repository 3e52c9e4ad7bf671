"""Cancelling and forgetting: what is not there, or closed already, is refused with what to do."""

import pytest
from support.journal import T0, FakeJournal, draft, planned
from support.plans import spec

from purgeplan.engine import forgetting
from purgeplan.engine.cancel import cancel
from purgeplan.errors import InvalidError
from purgeplan.model.records import PlanState


def test_what_was_never_planned_can_be_neither_cancelled_nor_forgotten():
    """A name with a slip in it is told as that, and nothing is done."""
    journal, plan = FakeJournal(), spec(name="inactive")

    with pytest.raises(InvalidError, match="no open plan"):
        cancel(journal, plan, T0)
    with pytest.raises(InvalidError, match="never planned"):
        forgetting.planned(journal, plan)


def test_a_closed_plan_is_not_cancelled_again():
    """It says what became of it, and how many were pending is told once."""
    journal, plan = FakeJournal(), spec(name="inactive")
    journal.save(draft(), planned("a", "b"), T0)

    row, pending = cancel(journal, plan, T0)

    assert (row.state, pending) == (PlanState.OPEN, 2)
    with pytest.raises(InvalidError, match="it is cancelled"):
        cancel(journal, plan, T0)
