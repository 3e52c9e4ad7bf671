"""What is foreseen of a plan: never more than any facts would have the guards refuse."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.guards import any_facts, any_policy, any_spec
from support.plans import policy, protect, source, spec

from purgeplan.engine.admit import violations
from purgeplan.engine.foreseen import best_case, foreseen
from purgeplan.guards import GUARDS
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Drift, DriftCheck, Resource, Rules, Target

EXPORT, CSV, INLINE = (source(kind) for kind in ("export", "csv", "inline"))
STAFF = {by: replace(CSV, by=by) for by in (SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID, "crm_id")}

any_rules = st.builds(
    Rules,
    st.builds(
        lambda plan, target, lists, drift, backup: replace(
            plan, target=target, protect=lists, drift=Drift(drift), backup_export=backup
        ),
        any_spec,
        st.sampled_from(
            [
                Target(Resource.SUBSCRIPTION),
                Target(Resource.USER, EXTERNAL_ID),
                Target(Resource.USER, "crm_id"),
            ]
        ),
        st.lists(st.sampled_from([*STAFF.values()])).map(tuple),
        st.sampled_from(DriftCheck),
        st.booleans(),
    ),
    any_policy,
)


@given(any_rules, any_facts, st.none() | st.integers(0, 9))
def test_what_is_foreseen_is_refused_whatever_the_facts_are(rules, known, untraced):
    """Facts differ from the best case where paper leaves them open, and change no such refusal."""
    best = best_case(rules)
    known = replace(
        known,
        protects=tuple(one if one.saved is None else protect(one.name, 3) for one in best.protects),
        opt_outs_checked=known.opt_outs_checked and best.opt_outs_checked,
        untraced=untraced if best.untraced is not None else None,
    )

    found = {one.code for one in violations(rules.spec, rules.policy, known, GUARDS)}

    assert {one.code for one in foreseen(rules, GUARDS)} <= found


@pytest.mark.parametrize(
    ("resource", "sources", "seen"),
    [
        (Resource.SUBSCRIPTION, (CSV,), {SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID}),
        (Resource.SUBSCRIPTION, (CSV, INLINE), {SUBSCRIPTION_ID}),
        (Resource.SUBSCRIPTION, (EXPORT, INLINE), {SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID}),
        (Resource.USER, (CSV,), {ONESIGNAL_ID, EXTERNAL_ID}),
        (Resource.USER, (EXPORT,), {SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID}),
    ],
)
def test_the_kinds_that_lists_can_be_compared_by_follow_from_the_sources(resource, sources, seen):
    """Beside ids in the plan nothing stands; an export at hand has every kind but one's own."""
    plan = spec(resource, sources=sources, protect=tuple(STAFF.values()))

    blind = {one.by for one in best_case(Rules(plan)).protects if one.saved is None}

    assert blind == {*STAFF} - seen


def test_the_policys_lists_are_foreseen_with_the_plans():
    """A list that every plan must heed and none can compare is a refusal before any is read."""
    rules = policy(protect=(STAFF["crm_id"],))

    (finding,) = foreseen(Rules(spec(sources=(CSV,)), rules), GUARDS)

    assert finding.code == "PP111"
    assert "csv at plans/inactive.yaml:7:10 (by crm_id)" in finding.problem
