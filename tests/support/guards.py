"""Strategies for laws of guards: any plan, policy and facts that types allow, odd ones included."""

from decimal import Decimal

from hypothesis import strategies as st
from support.plans import NOW, policy, protect, source, spec

from purgeplan.errors import Place
from purgeplan.model.facts import Counts, Facts, SourceFacts
from purgeplan.model.spec import (
    Budget,
    Keep,
    Limits,
    Population,
    Purpose,
    Require,
    Resource,
)

numbers = st.integers(-3, 200) | st.integers(0, 10**8)
percents = st.decimals(0, 100, places=3) | st.sampled_from(
    [Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal(100)]
)
names = st.sampled_from(["Acme Prod", "Acme Dev", ""])
limits = st.builds(Limits, numbers, percents, numbers)

any_spec = st.builds(
    spec,
    resource=st.sampled_from(Resource),
    limits=limits,
    purpose=st.sampled_from(Purpose),
    ticket=st.none() | st.sampled_from(["", " ", "PRIV-1184"]),
    sources=st.lists(
        st.sampled_from([source(), source("export"), source("export", where={}), source("inline")])
    ).map(tuple),
    keep=st.builds(Keep, st.booleans(), st.booleans()),
    places=st.just({}) | st.just({"limits.max_delete_percent": Place("x.yaml", 9, 3)}),
)

any_policy = st.none() | st.builds(
    policy,
    may_be_emptied=st.booleans(),
    name=names,
    max_delete=st.none() | numbers,
    max_delete_percent=st.none() | percents,
    budget=st.none() | st.builds(Budget, numbers, st.just(86_400.0)),
    require=st.builds(Require, st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    protect=st.just(()) | st.just((source(),)),
)

populations = st.builds(Population, st.just("app"), st.none() | numbers, st.none() | numbers)

any_facts = st.builds(
    Facts,
    counts=st.builds(Counts, *[numbers] * 5, deleted_before=numbers, rejected=numbers),
    sources=st.just((SourceFacts("a.csv", "csv", 1, None, "d" * 64, NOW),)),
    protects=st.lists(
        st.sampled_from([protect("staff.csv", 3), protect("vip.csv", None), protect("x.csv", 0)])
    ).map(tuple),
    population=populations,
    live_name=st.none() | names,
    left=numbers,
    claimed_before=numbers,
    claimed_left=numbers,
    budget_used=st.none() | numbers,
    opt_outs_checked=st.booleans(),
    activity_checked=st.booleans(),
)
