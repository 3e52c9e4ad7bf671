"""Warnings: what a reviewer should look at though nothing refuses."""

from dataclasses import replace

import pytest
from support.plans import facts, policy, protect, spec

from purgeplan.guards import warnings
from purgeplan.model.codes.guard import CODES
from purgeplan.model.spec import (
    Budget,
    Drift,
    DriftCheck,
    Keep,
    Pace,
    Population,
    Purpose,
    Resource,
)


def codes(found):
    """Give the codes of findings, each of them explained."""
    assert all(one.code in CODES for one in found)
    return [one.code for one in found]


def counted(**changes):
    """Give facts with other counts."""
    known = facts()
    return replace(known, counts=replace(known.counts, **changes))


def test_an_ordinary_plan_is_not_warned_of():
    """Where all is known and every list saved somebody, there is nothing to say."""
    assert warnings(spec(), policy(), facts()) == ()


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (facts(protects=(protect("press.csv", 0),)), "PP120"),
        (counted(rows=15_000, duplicates=2_000), "PP121"),
        (counted(rejected=3), "PP126"),
        (counted(deleted_before=4), "PP125"),
        (counted(deleted_again=4), "PP131"),
        (facts(opt_outs_checked=False), "PP122"),
        (facts(activity_checked=False), "PP123"),
    ],
    ids=["protect", "duplicates", "rejected", "deleted", "again", "opt-outs", "activity"],
)
def test_each_doubt_is_one_warning(known, code):
    """What is odd about the facts is said once, under its own code."""
    found = warnings(spec(), policy(), known)

    assert codes(found) == [code]
    assert found[0].warning


def test_says_that_opt_outs_go_where_the_plan_says_so():
    """Switching the rule off is said, but not to those who erase."""
    off = spec(keep=Keep(opt_outs=False))

    assert codes(warnings(off, None, facts(opt_outs_checked=False))) == ["PP122"]
    erasure = replace(off, purpose=Purpose.ERASURE)
    assert warnings(erasure, None, facts(opt_outs_checked=False, activity_checked=False)) == ()


def test_says_that_the_budget_will_stop_the_run():
    """A plan larger than what is left of the budget is let through with a warning."""
    rules = policy(budget=Budget(20_000, 86_400.0))

    found = warnings(spec(), rules, facts(budget_used=19_000))

    assert codes(found) == ["PP124"]
    assert found[0].problem == (
        "the rolling budget will stop the run: 12,400 to delete, 1,000 left of 20,000 in 24 h"
    )
    assert warnings(spec(), rules, facts(budget_used=7_600)) == ()
    assert warnings(spec(), rules, facts(budget_used=None)) == ()


def test_says_that_users_are_measured_by_a_lower_bound():
    """Until users are counted, a reader knows what the share is of."""
    plan = spec(Resource.USER)

    assert codes(warnings(plan, None, facts())) == ["PP127"]
    known = replace(facts(), population=Population("export", 412_118, 300_000))
    assert warnings(plan, None, known) == ()


@pytest.mark.parametrize(("check", "found"), [("export", ["PP128"]), ("none", [])])
def test_a_list_without_a_date_is_warned_of_where_drift_is_checked(check, found):
    """Who was active between its making and the first planning is not found out."""
    plan = spec(drift=Drift(DriftCheck(check)))

    assert codes(warnings(plan, policy(), facts())) == found


@pytest.mark.parametrize(
    ("pace", "asked"),
    [
        (Pace(None, 1_001.0), "1,001 deletions"),
        (Pace(None, 1_000.5), "1,000.5 deletions"),
        (Pace(0.0005), "2,000 deletions"),
    ],
    ids=["rate", "fraction", "delay"],
)
def test_a_pace_above_what_the_api_allows_is_warned_of(pace, asked):
    """More than 1,000 a second is answered by 429s; exactly 1,000 is allowed."""
    (found,) = warnings(spec(pace=pace), policy(), facts())

    assert (found.code, found.problem.startswith(asked)) == ("PP129", True)
    assert found.warning
    for allowed in (Pace(None, 1_000.0), Pace(0.001), Pace(0.0)):
        assert warnings(spec(pace=allowed), policy(), facts()) == ()
