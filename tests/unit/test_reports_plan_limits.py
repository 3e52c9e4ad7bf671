"""A plan under review: every limit with its verdict, and how long it takes."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest
from support.plans import NOW, facts, policy, reset, spec
from support.reports import judged

from purgeplan.model.review import Eta
from purgeplan.model.spec import Budget, Pace, Population, Require, Resource, Window
from purgeplan.reports import PLAN_FORMS, plan_document, plan_markdown

text = PLAN_FORMS["text"]


def test_everyone_is_no_population_that_is_ok():
    """The row of the population carries the refusal of who covers all of it."""
    rows = plan_document(judged(facts=facts(412_118)))["limits"]

    assert {row["name"]: row["verdict"] for row in rows}["population"] == "REFUSED"


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (policy(max_delete=1), "PP108"),
        (policy(apps=()), "PP109"),
        (policy(require=Require(ticket=True)), "PP110"),
    ],
)
def test_a_plan_against_the_policy_is_not_within_its_rules(rules, code):
    """Whichever rule it is, the row of the policy says so."""
    document = plan_document(judged(policy=rules))

    assert code in [one["code"] for one in document["violations"]]
    rows = {row["name"]: row["verdict"] for row in document["limits"]}
    assert rows["policy"] == "REFUSED"


def test_every_limit_has_its_number_and_the_guards_verdict():
    """Nobody has to work out whether a limit is kept."""
    rules = policy(max_delete=14_000, budget=Budget(20_000, 86_400.0))
    shown = text(judged(policy=rules, facts=facts(budget_used=9_000)))

    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "limits max_delete 12,400 15,000 (ceiling 14,000) ok" in rows
    assert "max_delete_percent 3.0 % 10 % ok" in rows
    assert "keep_at_least 399,718 stay at least 1 ok" in rows
    assert "population 412,118 subscriptions known (from app), not everyone ok" in rows
    assert "policy this plan within its rules REFUSED" in rows
    assert "budget 9,000 used + 12,400 20,000 in 24 h stops the run" in rows


def test_limits_of_what_is_unknown_say_so():
    """An unknown population is shown as unknown, refused, and by whom."""
    rules = policy(max_delete_percent=Decimal(5), budget=Budget(20_000, 3_600.0))
    shown = text(judged(policy=rules, facts=facts(population=None)))

    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "max_delete_percent unknown 10 % (ceiling 5 %) REFUSED" in rows
    assert "keep_at_least unknown at least 1 REFUSED" in rows
    assert "population unknown must be known, not everyone REFUSED" in rows
    assert "budget unknown used + 12,400 20,000 in 1 h REFUSED" in rows


def test_a_reset_says_which_limits_are_not_judged():
    """Emptying an app does not look like a plan within its limits."""
    shown = judged(spec=reset(), policy=policy(may_be_emptied=True), facts=facts(100, 100))

    assert text(shown).count("not judged: a reset") == 3


def test_users_are_shown_with_their_lower_bound():
    """A share of a lower bound is shown as one."""
    shown = judged(spec=spec(Resource.USER))

    assert "at least 20,606 users (412,118 subscriptions)" in text(shown)
    assert plan_document(shown)["population"]["at_least"] is True
    known = replace(facts(), population=Population("export", 412_118, 300_000))
    assert "300,000 users " in text(judged(spec=spec(Resource.USER), facts=known))


def test_pace_has_its_duration_window_hint_and_expiry():
    """A slow plan says how slow, when it may run, and what would be quicker."""
    window = Window(frozenset({0, 3}), time(22), time(6), "Europe/Berlin")
    eta = Eta(6_200.0, NOW + timedelta(days=9), passes_expiry=True, hint="`rate: 100/s`")
    plan = spec(pace=Pace(window=window), not_before_s=60.0, canary=0)
    shown = text(judged(spec=plan, eta=eta))

    assert "500 ms between starts, one at a time (2/s): about 1 h 43 min, until 2026-12-03" in shown
    assert "only mon thu 22:00-06:00 Europe/Berlin\n" in shown
    assert "hint: `rate: 100/s`\n" in shown
    assert "may start from 2026-11-24 08:30Z on\n" in shown
    assert "must have started by 2026-12-01 08:30Z\n" in shown
    assert "will still run then, which it may once it has started\n" in shown
    assert "canary: none\n" in shown


def test_an_eta_that_is_unknown_is_left_out():
    """Nothing is guessed where nothing paces the run."""
    plan = spec(pace=Pace(None))

    assert "  pace       one at a time, without a delay\n" in text(
        judged(spec=plan, eta=Eta(None, None))
    )


@pytest.mark.parametrize(
    ("left", "seconds", "lasts"),
    [(3, 0.003, "less than a second"), (3, 3.0, "about 3 s"), (0, 0.0, None)],
)
def test_an_eta_is_no_finer_than_a_second(left, seconds, lasts):
    """Three ids at 1,000 a second do not take "3 ms", and nobody takes no time."""
    eta = Eta(seconds, NOW + timedelta(seconds=seconds))

    shown = judged(spec=spec(pace=Pace(None, 1_000.0)), facts=facts(left), eta=eta)

    assert f"  pace       1000/s{f': {lasts}, until' if lasts else chr(10)}" in text(shown)
    assert f"| pace | 1000/s{f', {lasts}' if lasts else ''} |" in plan_markdown(shown)
