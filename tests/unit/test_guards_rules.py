"""The guards of app, policy, protect lists, purposes and sums."""

from dataclasses import replace
from decimal import Decimal

import pytest
from support.plans import APP, facts, policy, protect, reset, source, spec

from purgeplan.errors import Place
from purgeplan.guards import GUARDS
from purgeplan.model.spec import (
    Budget,
    Drift,
    DriftCheck,
    Keep,
    Limits,
    Purpose,
    Require,
    Resource,
    Target,
)


@pytest.mark.parametrize("live", ["Acme Dev", "acme prod", "Acme Prod ", ""])
def test_app_wants_the_name_exactly(live):
    """The right name under another app's id is refused, whatever the policy says."""
    finding = GUARDS["app"](spec(), policy(), facts(live_name=live))

    assert finding.code == "PP107"
    assert finding.problem == f'the app with this id is "{live}", the plan says "Acme Prod"'
    assert finding.place == Place("plans/inactive.yaml", 5, 9)


def test_app_unseen_is_vouched_for_by_the_policy_alone():
    """Where the app may not be viewed, the policy must list both id and name."""
    unseen = facts(live_name=None)

    assert GUARDS["app"](spec(), policy(), unseen) is None
    assert GUARDS["app"](spec(), policy(name="Acme"), unseen) is not None
    assert GUARDS["app"](spec(), policy(apps=()), unseen) is not None
    assert GUARDS["app"](spec(), None, unseen).code == "PP107"


def test_app_listed_wants_the_app_in_the_policy():
    """Without a policy any app will do; with one, a listed app under its name."""
    assert GUARDS["app_listed"](spec(), None, facts()) is None
    assert GUARDS["app_listed"](spec(), policy(apps=()), facts()).code == "PP109"
    assert GUARDS["app_listed"](spec(), policy(name="Acme"), facts()).problem == (
        'the policy calls this app "Acme", the plan "Acme Prod"'
    )


def test_ceiling_refuses_a_looser_count():
    """A max_delete above the policy's is refused though few are planned."""
    rules = policy(max_delete=10_000)

    finding = GUARDS["ceiling"](spec(), rules, facts(1))

    assert finding.code == "PP108"
    assert finding.problem == "max_delete 15,000 is over the policy's 10,000 (purgeplan.yaml)"
    assert GUARDS["ceiling"](spec(limits=Limits(10_000)), rules, facts(1)) is None


def test_ceiling_of_zero_is_a_ceiling():
    """A policy that allows nothing is loosened by one."""
    assert GUARDS["ceiling"](spec(limits=Limits(1)), policy(max_delete=0), facts(0)) is not None


@pytest.mark.parametrize("own", [Decimal("5.001"), Decimal("NaN")])
def test_ceiling_refuses_a_looser_percentage(own):
    """What is written above the policy's percentage is refused."""
    plan = spec(limits=Limits(15_000, own))

    finding = GUARDS["ceiling"](plan, policy(max_delete_percent=Decimal(5)), facts(1))

    assert finding.place == Place("plans/inactive.yaml", 9, 22)


def test_ceiling_takes_a_default_percentage_as_bound_by_the_policys():
    """A plan that writes no percentage loosens nothing; the size guard takes the policy's."""
    plan, rules = spec(places={}), policy(max_delete_percent=Decimal(5))

    assert GUARDS["ceiling"](plan, rules, facts(1)) is None
    assert GUARDS["percent"](plan, rules, facts(6, 100)) is not None


def test_budget_of_nothing_refuses():
    """Zero is zero for the budget too."""
    rules = policy(budget=Budget(0, 86_400.0))

    finding = GUARDS["budget"](spec(), rules, facts(1, budget_used=0))

    assert finding.code == "PP105"
    assert GUARDS["budget"](spec(), rules, facts(0)) is None


def test_budget_of_unknown_use_refuses():
    """Where the journal that counts is missing, the budget can't be kept."""
    rules = policy(budget=Budget(20_000, 86_400.0))

    assert GUARDS["budget"](spec(), rules, facts(1)).code == "PP105"
    assert GUARDS["budget"](spec(), rules, facts(1, budget_used=20_000)) is None


def test_protect_names_every_list_that_could_not_be_compared():
    """A list of another kind is a refusal and not zero hits."""
    known = facts(protects=(protect("staff.csv", None), protect("vip.csv", None)))

    finding = GUARDS["protect"](spec(), None, known)

    assert finding.code == "PP111"
    assert finding.problem == (
        "protect lists can't be compared with ids by subscription_id:"
        " staff.csv (by external_id), vip.csv (by external_id)"
    )
    assert finding.place == Place("plans/inactive.yaml", 12, 5)
    assert finding.mend.startswith("give the list by subscription_id")


def test_protect_wants_as_many_lists_as_plan_and_policy_ask_for():
    """A list that was never read is not a list that saved nobody."""
    plan, rules = spec(protect=(source(),)), policy(protect=(source(), source()))

    finding = GUARDS["protect"](plan, rules, facts())

    assert finding.problem == "2 of 3 protect lists were read"
    assert GUARDS["protect"](plan, None, facts()) is None


def test_required_names_all_that_is_missing_at_once():
    """One refusal lists every requirement and every way out."""
    rules = policy(require=Require(ticket=True, sha256=True, drift=True, opt_outs=True))

    finding = GUARDS["required"](spec(ticket=" "), rules, facts(opt_outs_checked=False))

    assert finding.code == "PP110"
    assert finding.problem == (
        "the policy requires ticket, sha256, drift, opt_outs (purgeplan.yaml)"
    )
    assert finding.mend.count(";") == 3


def test_required_is_content_with_a_plan_that_has_it_all():
    """A ticket, pinned files, a drift check and kept opt-outs pass."""
    rules = policy(require=Require(ticket=True, sha256=True, drift=True, opt_outs=True))
    pinned = replace(source(), sha256="4b" * 32)
    plan = spec(
        ticket="PRIV-1184",
        sources=(pinned, source("inline")),
        drift=Drift(DriftCheck.EXPORT),
    )

    assert GUARDS["required"](plan, rules, facts()) is None
    assert GUARDS["required"](spec(), None, facts()) is None


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "excel"])
def test_required_pins_are_those_of_every_file(kind):
    """One file that is pinned says nothing of the next, of whatever kind that is."""
    pinned = replace(source(), sha256="4b" * 32)
    plan = spec(sources=(pinned, source(kind)))

    assert GUARDS["required"](plan, policy(require=Require(sha256=True)), facts()) is not None


def test_required_opt_outs_are_to_be_kept_except_from_an_erasure():
    """Looking at opt-outs and deleting them anyway is what the policy forbids."""
    rules, plan = policy(require=Require(opt_outs=True)), spec(keep=Keep(opt_outs=False))

    assert GUARDS["required"](plan, rules, facts()) is not None
    assert GUARDS["required"](replace(plan, purpose=Purpose.ERASURE), rules, facts()) is None


def test_erasure_is_of_users():
    """An erasure of one device is refused, also by its old name."""
    for device in (Resource.SUBSCRIPTION, Resource.PLAYER):
        one = spec(device, purpose=Purpose.ERASURE)
        assert GUARDS["erasure"](one, None, facts()).code == "PP113"

    assert GUARDS["erasure"](spec(Resource.USER, purpose=Purpose.ERASURE), None, facts()) is None


def test_reset_wants_a_marked_app_and_an_export():
    """Neither a policy's silence nor a list empties an app."""
    marked = policy(may_be_emptied=True)

    assert GUARDS["reset"](reset(), marked, facts()) is None
    assert GUARDS["reset"](reset(), policy(), facts()).code == "PP114"
    assert GUARDS["reset"](reset(), None, facts()).code == "PP114"
    assert GUARDS["reset"](replace(reset(), sources=()), marked, facts()).code == "PP114"
    for other in ("csv", "segment"):
        both = replace(reset(), sources=(source("export"), source(other)))
        assert GUARDS["reset"](both, marked, facts()).problem == (
            "a reset takes its ids from an export and from nothing else"
        )


def test_reset_of_another_app_than_the_marked_one_is_refused():
    """The mark is the app's, not the policy's."""
    other = reset(app=replace(APP, id="00000000-0000-4000-8000-000000000000"))

    assert GUARDS["reset"](other, policy(may_be_emptied=True), facts()) is not None


def test_whole_export_is_everyone():
    """An export says whom it selects, or it is refused."""
    assert GUARDS["whole_export"](spec(sources=(source("export"),)), None, facts()).code == "PP115"
    narrowed = spec(sources=(source("export", inactive_for="180d"),))
    assert GUARDS["whole_export"](narrowed, None, facts()) is None
    beside = replace(narrowed, sources=(source(), source("export")))
    assert GUARDS["whole_export"](beside, None, facts()) is not None
    assert GUARDS["whole_export"](reset(), policy(may_be_emptied=True), facts()) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (facts(10, claimed_before=-1), "one of them is negative"),
        (replace(facts(10), counts=replace(facts(10).counts, rows=60)), "60 rows were read"),
        (replace(facts(10), counts=replace(facts(10).counts, to_delete=9)), "10 are planned"),
        (replace(facts(10), left=11), "11 are left of 10 planned"),
        (facts(10, claimed_left=3, claimed_before=2), "3 left ids count as claimed"),
    ],
    ids=["negative", "rows", "planned", "left", "claimed"],
)
def test_counts_that_do_not_add_up_are_refused(wrong, words):
    """Each sum is checked, and the refusal says which is wrong."""
    finding = GUARDS["counts"](spec(), None, wrong)

    assert finding.code == "PP112"
    assert words in finding.problem


@pytest.mark.parametrize(
    ("wanted", "untraced", "code"),
    [(True, 0, None), (True, 1, "PP117"), (True, None, "PP117"), (False, 1, None)],
)
def test_a_backup_is_of_everybody_or_the_plan_is_refused(wanted, untraced, code):
    """By an alias of one's own nobody's rows are found, unless onesignal_id is beside it."""
    plan = spec(target=Target(Resource.USER, "crm_id"), backup_export=wanted)

    finding = GUARDS["backup"](plan, None, facts(untraced=untraced))

    assert (finding and finding.code) == code
    assert finding is None or "crm_id" in finding.problem


@pytest.mark.parametrize(
    ("check", "untraced", "code"),
    [
        (DriftCheck.EXPORT, 0, None),
        (DriftCheck.EXPORT, 1, "PP118"),
        (DriftCheck.EXPORT, None, "PP118"),
        (DriftCheck.NONE, 1, None),
    ],
)
def test_drift_is_checked_of_everybody_or_the_plan_is_refused(check, untraced, code):
    """One id that no row of an export can be compared with would never be found active."""
    plan = spec(target=Target(Resource.USER, "crm"), drift=Drift(check))

    finding = GUARDS["drift"](plan, None, facts(untraced=untraced))

    assert (finding and finding.code) == code
    assert finding is None or "beside the alias" in finding.mend
