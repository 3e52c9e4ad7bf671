"""The law of drift: who was active since the evidence is found, whatever the rows."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from support.drift import export, row
from support.engine import ids
from support.journal import T0, FakeJournal, HandClock, draft

from purgeplan.engine.drift import Drift
from purgeplan.journal.times import ms
from purgeplan.model.outcome import Skip
from purgeplan.model.records import PlannedItem
from purgeplan.sources.reading.reach import quiet

SUBSCRIPTIONS, PEOPLE, NAMES = ids(12)[:6], ids(12)[6:], ["ann", "ben", "Ann", "d,e", "é"]
KINDS = {
    "subscription_id": ("subscription", SUBSCRIPTIONS),
    "onesignal_id": ("user", PEOPLE),
    "external_id": ("user", NAMES),
}

hours = st.integers(-3, 3).map(lambda n: T0 + timedelta(hours=n))
shown = st.one_of(hours, st.sampled_from(["", "never"]))
rows = st.lists(
    st.tuples(
        st.sampled_from(SUBSCRIPTIONS),
        shown,
        st.sampled_from([*NAMES, ""]),
        st.sampled_from([*PEOPLE, ""]),
    ),
    max_size=12,
)
evidence = st.one_of(st.none(), hours)


def is_theirs(item, one, by):
    """Tell, as a reader of the rules would, whether a row is of a planned id."""
    subscription, _, name, who = one
    if by == "subscription_id":
        return subscription == item.id
    if by == "onesignal_id":
        return who == item.id
    if item.onesignal_id and who:
        return who == item.onesignal_id
    return name == item.id


def is_news(item, one):
    """Tell whether a row says that they were active since, or does not say that they were not."""
    at = one[1]
    return isinstance(at, str) or item.evidence_ms is None or ms(at) > item.evidence_ms


@settings(max_examples=40, deadline=None)
@given(by=st.sampled_from([*KINDS]), found=rows, data=st.data())
def test_drift_takes_out_exactly_who_was_active(tmp_path_factory, by, found, data):
    """For any rows and any evidence, a plain loop over both finds the same."""
    resource, known = KINDS[by]
    users = st.sampled_from([None, *PEOPLE]) if by == "external_id" else st.none()
    items = [
        PlannedItem(one, data.draw(users), evidence_ms=at and ms(at))
        for one in data.draw(st.lists(st.sampled_from(known), unique=True))
        for at in [data.draw(evidence)]
    ]
    clock, journal = HandClock(T0 + timedelta(days=1)), FakeJournal()
    plan = journal.save(draft(by=by, resource=resource), items, T0)
    drift = Drift(journal, clock, None, 60.0)
    quoted = [(one, at, f'"{name}"', who) for one, at, name, who in found]
    file = export(tmp_path_factory.mktemp("law"), [row(*one) for one in quoted], clock.now())

    drift.take_out(plan, file, None, quiet)

    skipped = {one.id for one in journal.items(plan.plan_id) if one.skip is Skip.DRIFT}
    assert skipped == {
        item.id
        for item in items
        if any(is_theirs(item, one, by) and is_news(item, one) for one in found)
    }
