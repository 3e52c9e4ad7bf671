"""How many ids a plan is yet to look at as its canary, which its estimate counts in."""

import pytest
from support.engine import FAST, Stage
from support.plans import facts

from purgeplan.engine import canary


@pytest.mark.parametrize(("size", "expected"), [(20, 20), (60, 50), (0, 0)])
def test_a_plan_looks_at_its_canary_and_at_no_more_than_it_has(size, expected):
    """Before anything is journaled, the canary's size or the whole of a smaller plan."""
    stage = Stage(50)
    stage.settings["canary"] = size

    assert canary.looks(stage.journal, None, stage.spec(), facts(50)) == expected


def test_a_canary_that_was_judged_is_not_looked_at_again():
    """The looks are to come until a run has judged the canary; it is judged once per plan."""
    stage = Stage(50)
    stage.settings = {"pace": FAST, "canary": 5}
    before = canary.looks(stage.journal, stage.row, stage.spec(), facts(50))

    stage.run(most=10)

    after = canary.looks(stage.journal, stage.row, stage.spec(), facts(40))
    assert (before, after) == (5, 0)
