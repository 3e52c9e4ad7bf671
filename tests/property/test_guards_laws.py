"""Laws of admission: more ids, smaller limits and missing facts never let more through."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st
from support.guards import any_facts, any_policy, any_spec, limits, percents
from support.plans import facts, policy, spec

from purgeplan.guards import GUARDS, warnings
from purgeplan.model.measure import exceeds, share
from purgeplan.model.spec import Limits, Population, Resource

more = st.integers(0, 10**6)


def refused(plan, rules, known):
    """Give the names of the guards that refuse."""
    return {name for name, guard in GUARDS.items() if guard(plan, rules, known) is not None}


@given(any_spec, any_policy, any_facts, more)
def test_more_ids_never_turn_a_refusal_into_an_admission(plan, rules, known, extra):
    """Whatever refuses so many ids refuses more of them, all other facts being equal."""
    known = facts(abs(known.left), population=known.population.subscriptions)
    counts = known.counts
    grown = replace(
        known,
        left=known.left + extra,
        counts=replace(
            counts,
            rows=counts.rows + extra,
            planned=counts.planned + extra,
            to_delete=counts.to_delete + extra,
        ),
    )

    assert refused(plan, rules, known) <= refused(plan, rules, grown)


@given(any_spec, any_policy, any_facts, limits)
def test_a_smaller_limit_never_admits_what_was_refused(plan, rules, known, other):
    """Tightening max_delete, percent and floor adds refusals and takes none away."""
    mine = plan.limits
    assume(mine.max_delete_percent.is_finite() and other.max_delete_percent.is_finite())
    tight = replace(
        mine,
        max_delete=min(mine.max_delete, other.max_delete),
        max_delete_percent=min(mine.max_delete_percent, other.max_delete_percent),
        keep_at_least=max(mine.keep_at_least, other.keep_at_least),
    )

    judged = refused(plan, rules, known) - {"ceiling"}  # a tighter plan may come below the policy's

    assert judged <= refused(replace(plan, limits=tight), rules, known)


@given(any_spec, any_facts, percents, more)
def test_a_policy_never_admits_more_than_none(plan, known, percent, most):
    """Ceilings of a policy add refusals to an ordinary plan's, and take none away."""
    capped = policy(max_delete=most, max_delete_percent=percent)
    seen = replace(known, live_name=known.live_name or "")

    assert refused(plan, None, seen) <= refused(plan, capped, seen)


@given(any_spec, any_policy, any_facts)
def test_a_missing_fact_never_admits(plan, rules, known):
    """Forgetting the population, the budget's use or what a list saved adds refusals only."""
    poorer = (
        replace(known, population=Population("unknown")),
        replace(known, budget_used=None),
        replace(known, protects=tuple(replace(one, saved=None) for one in known.protects)),
        replace(known, opt_outs_checked=False),
    )
    judged = refused(plan, rules, known)

    assert all(judged <= refused(plan, rules, one) for one in poorer)


@given(any_policy, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 20), more)
def test_counted_users_forgotten_never_admit(rules, left, users, per_user, most):
    """The lower bound of users refuses whatever the counted users refuse."""
    plan = spec(Resource.USER, Limits(most))
    counted = facts(left, population=users * per_user)
    known = Population("export", subscriptions=users * per_user, users=users)

    judged = refused(plan, rules, replace(counted, population=known))

    assert judged <= refused(plan, rules, counted)


@given(any_spec, any_policy, any_facts)
def test_warnings_are_total_and_only_warn(plan, rules, known):
    """Every warning says so, whatever the facts are."""
    assert all(one.warning for one in warnings(plan, rules, known))


@given(st.integers(0, 10**7), st.integers(1, 10**7), percents)
def test_a_share_in_words_is_on_its_side_of_the_limit(part, whole, limit):
    """No rounding makes a share look as if it were within a limit, or over it."""
    assume(limit.is_finite())

    shown = type(limit)(share(part, whole, limit).removesuffix(" %"))

    assert (shown > limit) == exceeds(part, whole, limit)
    assert (shown == 0) == (part == 0)
    assert (shown == 100) == (part == whole)


@given(st.integers(1, 10**9), st.integers(0, 9))
def test_one_id_over_the_percentage_is_over(tenth, rest):
    """Ten percent of a population is let through, and one id more is not."""
    plan = spec(limits=Limits(10**10, Decimal(10)))
    whole = tenth * 10 + rest

    assert GUARDS["percent"](plan, None, facts(tenth, population=whole)) is None
    assert GUARDS["percent"](plan, None, facts(tenth + 1, population=whole)) is not None
