"""What the app holds when a run starts, where an export had counted it when it was planned."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.journal import ANN, FakeJournal, draft, planned
from support.plans import facts, policy, spec

from purgeplan.engine import facts as known
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.ports import AppFacts
from purgeplan.model.spec import Population, Resource, Rules

NOW = datetime(2026, 11, 24, tzinfo=UTC)
COUNTED = Population("export", 100, 60)


@pytest.mark.parametrize(
    ("resource", "now", "held"),
    [
        (Resource.SUBSCRIPTION, 94, Population("export", 94, 60)),
        (Resource.SUBSCRIPTION, 140, Population("export", 100, 60)),
        (Resource.SUBSCRIPTION, None, Population("export", 97, 60)),
        (Resource.USER, 94, Population("export", 94, 57)),
        (Resource.USER, 40, Population("export", 40, 40)),
        (Resource.USER, None, Population("export", 100, 57)),
    ],
)
def test_whoever_was_deleted_since_is_counted_no_more(resource, now, held):
    """Three are gone: the population is never larger than the app, nor than what is left."""
    journal = FakeJournal()
    summary = {"facts": known.to_json(replace(facts(5), population=COUNTED))}
    row = journal.save(draft(summary=summary), planned(*"abcde"), NOW)
    run_id = journal.start_run(row.plan_id, "apply", ANN, NOW)
    sent = journal.turn(run_id, [], [], 3)
    accepted, absent = (State.ACCEPTED, Code.ACCEPTED), (State.ABSENT, Code.ABSENT)
    ends = (accepted, accepted, absent)
    gone = [Outcome(one, *end, NOW) for one, end in zip(sent, ends, strict=True)]
    journal.turn(run_id, gone, [], 0)

    rules = Rules(spec(resource))
    app = AppFacts("Acme Prod", now)
    found = known.at_start(row, rules, journal, known.Now(NOW, app, journal.tally(row.plan_id)))

    assert found.population == held
    assert found.left == 2


def test_users_that_no_export_could_count_stay_unknown():
    """Rows without a onesignal_id hide how many users there are; then the lower bound holds."""
    journal = FakeJournal()
    counted = Population("export", 100, None)
    summary = {"facts": known.to_json(replace(facts(1), population=counted))}
    row = journal.save(draft(summary=summary), planned("a"), NOW)

    now = known.Now(NOW, AppFacts("Acme Prod", 90), journal.tally(row.plan_id))
    found = known.at_start(row, Rules(spec(Resource.USER)), journal, now)

    assert (found.population.users, found.population.users_at_least) == (None, 5)


@pytest.mark.parametrize(
    ("counted", "held"),
    [
        (94, Population("app", 94)),
        (0, Population("app", 0)),
        (None, Population("policy", 5_000_000)),
    ],
)
def test_what_a_policy_declares_holds_only_where_the_app_does_not_tell(counted, held):
    """Else a number that was too large once would let everybody go."""
    one = replace(policy().apps[0], population=Population("policy", 5_000_000))
    rules = Rules(spec(), policy(apps=(one,)))

    assert known.population(rules, AppFacts("Acme Prod", counted)) == held
