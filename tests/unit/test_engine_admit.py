"""Admission and the facts it is judged by: nothing is let through that was not judged."""

from dataclasses import replace

import pytest
from support.journal import FakeJournal, draft, planned
from support.plans import NOW, facts, policy, spec

from purgeplan.engine import facts as known
from purgeplan.engine import gates
from purgeplan.engine.admit import admit
from purgeplan.errors import Finding, RefusedError, StaleError
from purgeplan.model.fingerprint import fingerprint
from purgeplan.model.ids import SUBSCRIPTION_ID, comparable
from purgeplan.model.ports import AppFacts
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Limits, Population, Rules


def refusing(code):
    """Give a guard that refuses everything by a code."""
    return lambda *_: Finding(code, "too many", "take fewer")


def test_without_a_single_guard_nothing_is_admitted():
    """A build that lost its table of guards deletes nobody."""
    with pytest.raises(RefusedError) as refused:
        admit(spec(), None, facts(), "f" * 64, {})

    assert [one.code for one in refused.value.findings] == ["PP100"]


def test_every_guard_that_refuses_is_told_in_the_order_of_the_table():
    """One refusal hides no other."""
    table = {"a": refusing("PP101"), "b": lambda *_: None, "c": refusing("PP103")}

    with pytest.raises(RefusedError) as refused:
        admit(spec(), None, facts(), "f" * 64, table)

    assert [one.code for one in refused.value.findings] == ["PP101", "PP103"]


def test_a_plan_that_claimed_more_than_its_cap_may_claim_nothing():
    """A cap lowered between two runs leaves an allowance of none, never of less."""
    lowered = spec(limits=Limits(5))

    one = admit(
        lowered, None, replace(facts(3), claimed_before=9), "f" * 64, {"x": lambda *_: None}
    )

    assert one.allowance == 0


def test_whom_a_backup_holds_back_frees_nobody_else():
    """Who is protected by now stays held back, with a row in the backup or without."""
    one = admit(spec(), None, facts(9), "f" * 64, {"x": lambda *_: None})
    protected = replace(one, held_back=frozenset({3}))

    backed = protected.backed(7, frozenset({5}))

    assert backed.held_back == {3, 5}
    assert backed.facts.left == 7


@pytest.mark.parametrize(
    ("claimed", "left_claimed", "unresolved", "allowance"),
    [(0, 0, 0, 10), (4, 0, 0, 6), (4, 3, 3, 6), (4, 3, 1, 8), (10, 0, 0, 0)],
    ids=["first run", "later", "unresolved", "given back", "used up"],
)
def test_the_allowance_is_the_cap_less_all_that_was_ever_claimed(
    claimed, left_claimed, unresolved, allowance
):
    """What was given back is claimed anew; what is unresolved is sent again without a claim."""
    stated = facts(left=10, claimed_before=claimed, claimed_left=left_claimed)
    stated = replace(stated, unresolved=unresolved)

    one = admit(spec(limits=Limits(10)), None, stated, "f" * 64, {"x": lambda *_: None})

    assert one.allowance == allowance


def test_a_population_that_the_api_hides_is_the_policy_s():
    """Declared in the policy, it counts where the app may not be viewed, and only there."""
    stated = policy()
    entry = replace(stated.apps[0], population=Population("policy", subscriptions=70))
    rules = Rules(spec(), replace(stated, apps=(entry,)))

    assert known.population(rules, AppFacts("Acme Prod", None)) == entry.population
    assert known.population(rules, AppFacts("Acme Prod", 90)).subscriptions == 90
    assert known.population(Rules(spec()), AppFacts("Acme Prod", None)).origin == "unknown"


def test_a_sealed_plan_has_no_ids_to_be_compared():
    """Its ids are HMACs, so its fingerprint can't be made anew; the gates before it keep it out."""
    journal = FakeJournal()
    row = journal.save(draft(fingerprint="0" * 64), planned("a"), NOW)

    gates.intact(journal, replace(row, sealed_at=NOW), spec())

    with pytest.raises(StaleError):
        gates.intact(journal, row, spec())


@pytest.mark.parametrize("at", [None, NOW])
def test_a_closed_plan_is_stale_whether_or_not_it_says_since_when(at):
    """Cancelled or superseded is all that counts."""
    row = FakeJournal().save(draft(), planned("a"), NOW)

    for state in (PlanState.CANCELLED, PlanState.SUPERSEDED):
        with pytest.raises(StaleError) as stale:
            gates.not_closed(replace(row, state=state, closed_at=at))
        assert stale.value.findings[0].code == "PP304"


def test_a_fingerprint_of_many_ids_is_that_of_their_lines():
    """However they are gathered for hashing: cut anywhere, the digest is of one text."""
    ids = [f"u-{number:06}" for number in range(30_001)]

    assert fingerprint(spec(), iter(ids)) == fingerprint(spec(), ids)
    assert fingerprint(spec(), ids) != fingerprint(spec(), ids[:-1])


def test_subscription_ids_match_a_protect_list_in_either_case():
    """A list that was typed in capitals protects all the same."""
    assert comparable(SUBSCRIPTION_ID, " AB-1 ") == comparable(SUBSCRIPTION_ID, "ab-1")
