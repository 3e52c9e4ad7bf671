"""The size guards, each with its number, its limit and where that is written."""

from dataclasses import replace
from decimal import Decimal

import pytest
from support.plans import facts, policy, reset, spec

from purgeplan.errors import Place
from purgeplan.guards import GUARDS
from purgeplan.model.spec import Limits, Population, Purpose, Resource

LINE = Place("plans/inactive.yaml", 8, 22)


def test_count_lets_exactly_the_limit_through_and_not_one_more():
    """max_delete is inclusive."""
    assert GUARDS["count"](spec(limits=Limits(100)), None, facts(100)) is None

    finding = GUARDS["count"](spec(limits=Limits(100)), None, facts(101))

    assert finding.code == "PP103"
    assert finding.problem == "101 to delete is over max_delete 100"
    assert finding.place == LINE


def test_count_zero_allows_nothing():
    """A limit of zero is a limit, and nothing to delete is within it."""
    assert GUARDS["count"](spec(limits=Limits(0)), None, facts(1)) is not None
    assert GUARDS["count"](spec(limits=Limits(0)), None, facts(0)) is None


def test_count_judges_all_that_the_plan_ever_claimed():
    """What earlier runs have claimed counts, also where little is left."""
    known = facts(60, claimed_before=41)

    finding = GUARDS["count"](spec(limits=Limits(100)), None, known)

    assert finding.problem == ("101 ids in all (41 claimed by earlier runs) is over max_delete 100")


def test_count_holds_the_policys_ceiling_against_all_runs_too():
    """A ceiling that judged what is left alone would be passed a run at a time."""
    known = facts(60, claimed_before=41)

    finding = GUARDS["count"](spec(limits=Limits(200)), policy(max_delete=100), known)

    assert finding.problem.endswith("is over the policy's max_delete 100")


def test_count_counts_an_id_that_is_left_again_once():
    """A plan at its limit resumes: what was claimed and given back is no second id."""
    known = facts(60, claimed_before=50, claimed_left=10)

    assert GUARDS["count"](spec(limits=Limits(100)), None, known) is None


def test_count_names_the_policys_ceiling_where_both_bind():
    """The refusal says where the ceiling is written too."""
    rules = policy(max_delete=90, places={"max_delete": Place("purgeplan.yaml", 9, 5)})

    finding = GUARDS["count"](spec(limits=Limits(100)), rules, facts(101))

    assert finding.problem.endswith("over max_delete 100; ceiling 90 in purgeplan.yaml:9:5")


def test_count_refuses_by_the_policys_ceiling_alone():
    """A ceiling binds though the plan allows more, and the place is the policy's."""
    rules = policy(max_delete=90, places={"max_delete": Place("purgeplan.yaml", 9, 5)})

    finding = GUARDS["count"](spec(limits=Limits(100)), rules, facts(95))

    assert finding.problem == "95 to delete is over the policy's max_delete 90"
    assert finding.place == Place("purgeplan.yaml", 9, 5)


def test_count_takes_the_policys_zero_for_zero():
    """A ceiling of nothing is no ceiling that is missing."""
    found = GUARDS["count"](spec(limits=Limits(5)), policy(max_delete=0), facts(left=1))

    assert found is not None
    assert found.code == "PP103"


def test_percent_says_number_share_total_and_limit():
    """A refusal carries all that a person needs to judge it."""
    rules = policy(max_delete_percent=Decimal(15))

    finding = GUARDS["percent"](spec(), rules, facts(12_400, 61_000))

    assert finding.code == "PP102"
    assert finding.problem == (
        "12,400 of 61,000 subscriptions (20.3 %) is over max_delete_percent 10;"
        " ceiling 15 in purgeplan.yaml"
    )
    assert finding.place == Place("plans/inactive.yaml", 9, 22)


def test_percent_never_rounds_a_violation_away():
    """One id over shows as over."""
    finding = GUARDS["percent"](spec(), None, facts(1_000_001, 10_000_000))

    assert "(10.00001 %)" in finding.problem


def test_percent_zero_allows_nothing():
    """Zero percent is zero, not off."""
    none = spec(limits=Limits(15_000, Decimal(0)))

    assert GUARDS["percent"](none, None, facts(1)) is not None


def test_percent_refuses_by_the_policys_ceiling_alone():
    """The policy's ceiling binds under a plan that allows more."""
    rules = policy(max_delete_percent=Decimal("2.5"))

    finding = GUARDS["percent"](spec(), rules, facts(12_400, 412_118))

    assert finding.problem.endswith("(3.0 %) is over the policy's max_delete_percent 2.5")
    assert finding.place == Place("purgeplan.yaml")


def test_percent_of_users_is_of_the_fewest_there_can_be():
    """Where only subscriptions are known, a twentieth of them is the measure, and it is said."""
    finding = GUARDS["percent"](spec(Resource.USER), None, facts(3_000, 412_118))

    assert finding.problem == (
        "3,000 of at least 20,606 users (14.6 %, from 412,118 subscriptions at 20 a user at most)"
        " is over max_delete_percent 10"
    )


def test_percent_of_users_takes_their_number_where_it_is_known():
    """An export counts users; the lower bound is not asked then."""
    known = facts(3_000, population=412_118)
    counted = replace(known, population=Population("export", 412_118, 200_000))

    assert GUARDS["percent"](spec(Resource.USER), None, counted) is None


@pytest.mark.parametrize("name", ["percent", "keep_at_least", "everyone", "population"])
def test_an_unknown_population_is_a_refusal_by_each(name):
    """No guard that needs the population takes an unknown one for large enough."""
    blind = facts(1, population=None)

    finding = GUARDS[name](spec(), None, blind)

    assert finding is not None
    assert finding.mend


@pytest.mark.parametrize("name", ["percent", "keep_at_least", "everyone", "population"])
def test_users_known_say_nothing_of_subscriptions(name):
    """A plan for subscriptions is not measured against users."""
    users = facts(1, population=None)
    users = replace(users, population=Population("policy", users=1_000_000))

    assert GUARDS[name](spec(), None, users) is not None


def test_keep_at_least_is_inclusive():
    """Exactly as many as must stay may stay."""
    floor = spec(limits=Limits(15_000, Decimal(100), 90))

    assert GUARDS["keep_at_least"](floor, None, facts(10, 100)) is None

    finding = GUARDS["keep_at_least"](floor, None, facts(11, 100))

    assert finding.code == "PP104"
    assert finding.problem == (
        "89 subscriptions would stay, under keep_at_least 90:"
        " 11 of 100 subscriptions (11 %) would go"
    )


def test_more_than_there_are_is_not_told_as_a_floor():
    """A list longer than the app leaves nobody to count: a floor of 0 is not what refuses it."""
    finding = GUARDS["keep_at_least"](
        spec(limits=Limits(15_000, Decimal(100), 0)), None, facts(101, 100)
    )

    assert finding.problem == (
        "more would go than are known to be there: 101 of 100 subscriptions (101 %)"
    )


def test_one_of_one_is_everyone():
    """There is no exemption for small plans."""
    finding = GUARDS["everyone"](spec(), None, facts(1, 1))

    assert finding.code == "PP101"
    assert finding.problem == (
        'this plan covers every known subscription of "Acme Prod": 1 of 1 subscription (100 %)'
    )


def test_everyone_counts_the_lower_bound_of_users_as_everyone():
    """As many users as there must be at least may be all of them."""
    assert GUARDS["everyone"](spec(Resource.USER), None, facts(5, 100)) is not None
    assert GUARDS["everyone"](spec(Resource.USER), None, facts(4, 100)) is None


@pytest.mark.parametrize("name", ["percent", "keep_at_least", "everyone", "population", "ceiling"])
def test_a_reset_of_a_marked_app_is_not_measured(name):
    """Emptying a test app takes all of it; count is judged all the same."""
    plan = reset(places={"limits.max_delete_percent": Place("x.yaml", 1)})
    rules = policy(may_be_emptied=True, max_delete_percent=Decimal(1))

    assert GUARDS[name](plan, rules, facts(100, 100)) is None
    assert GUARDS[name](plan, rules, facts(100, None)) is None
    assert GUARDS["count"](plan, rules, facts(1_000_001, None)) is not None


@pytest.mark.parametrize("purpose", [Purpose.CLEANUP, Purpose.ERASURE])
@pytest.mark.parametrize(
    "name", ["percent", "keep_at_least", "everyone", "population", "whole_export"]
)
def test_an_app_that_may_be_emptied_is_emptied_by_a_reset_alone(name, purpose):
    """Any other plan for it is measured like one for any app."""
    plan = replace(reset(), purpose=purpose)
    known = facts(100, 100) if name != "population" else facts(100, None)

    assert GUARDS[name](plan, policy(may_be_emptied=True), known) is not None


@pytest.mark.parametrize("limit", ["Infinity", "NaN"])
def test_a_percent_that_is_no_number_is_no_limit_to_be_under(limit):
    """Nothing is less than what nobody can compare."""
    plan = spec(limits=Limits(10**6, Decimal(limit)))

    assert GUARDS["percent"](plan, None, facts(1, 10**6)) is not None


@pytest.mark.parametrize("name", ["percent", "keep_at_least", "everyone"])
def test_a_reset_of_any_other_app_is_measured(name):
    """The purpose alone opens nothing."""
    assert GUARDS[name](reset(), policy(), facts(100, 100)) is not None
    assert GUARDS[name](reset(), None, facts(100, 100)) is not None


@pytest.mark.parametrize("name", ["percent", "keep_at_least", "everyone", "population"])
def test_nothing_to_delete_needs_no_measure(name):
    """An empty erasure on an app that may not be viewed is nothing to do."""
    assert GUARDS[name](spec(), None, facts(0, None)) is None
