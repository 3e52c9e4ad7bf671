"""The gates of apply before the network: what a plan has become since, in journal and file."""

from dataclasses import replace
from datetime import time

import pytest
from support.engine import ids
from support.gatekeeper import Case
from support.journal import T0
from support.plans import source

from purgeplan.engine.plan import Judges, Planner
from purgeplan.errors import PurgeplanError, StaleError
from purgeplan.guards import GUARDS
from purgeplan.model.outcome import Code, State, Verdict
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Limits, Pace, Rules, Window


def test_a_plan_whose_last_run_was_killed_before_it_was_concluded_is_done():
    """Nothing is left of it, so it is done: else it would stay open, and be continued for ever."""
    case = Case(3)
    row = case.plan(ids(3))
    case.claim(row, 3, State.ACCEPTED)

    tally = case.keeper().before_network(row)

    assert tally.left == 0
    assert case.journal.plan(row.plan_id).state is PlanState.DONE


def test_a_retry_that_is_refused_takes_nobody_back():
    """Else the next apply would send them, though nobody has asked it to."""
    case = Case(3)
    row = case.plan(ids(3))
    case.claim(row, 3, State.FAILED, Code.REJECTED)
    case.journal.conclude(row.plan_id, PlanState.DONE, T0)
    closed = Window(frozenset(range(7)), time(1), time(2), "UTC")
    pace = replace(case.rules.spec.pace, window=closed)
    case.rules = replace(case.rules, spec=replace(case.rules.spec, pace=pace))

    for order in ({"fingerprint": "0" * 64}, {}):
        with pytest.raises(PurgeplanError):
            case.keeper(command="retry", **order).before_network(case.journal.plan(row.plan_id))

    tally = case.journal.tally(row.plan_id)
    assert (tally[State.FAILED], case.journal.plan(row.plan_id).state) == (3, PlanState.DONE)
    waits = case.keeper(command="retry", wait=True)
    assert waits.before_network(case.journal.plan(row.plan_id)).left == 3
    assert case.journal.plan(row.plan_id).state is PlanState.OPEN


def test_a_retry_takes_back_who_is_still_there():
    """Accepted is not gone: where `verify` has seen them, nobody failed and they go again."""
    case = Case(3)
    row = case.plan(ids(3))
    case.claim(row, 3, State.ACCEPTED)
    case.journal.conclude(row.plan_id, PlanState.DONE, T0)
    case.journal.record_verdicts(row.plan_id, [(1, Verdict.STILL_THERE)], T0)
    row = case.journal.plan(row.plan_id)

    assert case.keeper().before_network(row).left == 0
    assert case.keeper(command="retry").before_network(row).left == 1


def test_a_plan_that_expires_while_its_backup_is_made_sends_nothing():
    """The time of a long backup counts: the evidence is too old at the first DELETE."""
    case = Case(3)
    row = case.plan(ids(3))
    case.keeper().still_timely(row)
    case.journal.clock.tick((row.draft.expires_at - T0).total_seconds() + 1)

    with pytest.raises(StaleError) as stale:
        case.keeper().still_timely(row)

    assert stale.value.findings[0].code == "PP303"


def test_a_sealed_plan_before_this_one_has_no_delta():
    """What it deleted is known; whom it named is forgotten."""
    case = Case(3)
    row = case.plan(ids(3))
    case.claim(row, 3, State.ACCEPTED)
    planner = Planner(case.rules, case.journal, Judges(GUARDS, lambda *_: ()), T0)

    previous = planner._previous(replace(row, sealed_at=T0), None)

    assert (previous.deleted, previous.added, previous.removed) == (3, None, None)


def closed(case, row):
    """Cancel it."""
    case.journal.conclude(row.plan_id, PlanState.CANCELLED, T0)


def stopped(case, row):
    """Have its last run stopped for a person."""
    case.claim(row, 1, State.ACCEPTED)
    case.journal.end_run(1, "breaker", 11, T0)


def rewritten(**changes):
    """Give what writes other settings into its file."""

    def write(case, row):
        case.rules = Rules(replace(case.rules.spec, **changes))

    return write


NOON = Window(frozenset(range(7)), time(12), time(13), "UTC")
REFUSED = {
    "cancelled": (closed, {}, "PP304"),
    "another fingerprint": (lambda *_: None, {"fingerprint": "e" * 64}, "PP305"),
    "a person must look": (stopped, {}, "PP512"),
    "another limit": (rewritten(limits=Limits(4)), {}, "PP301"),
    "another source": (rewritten(sources=(source("csv", path="other.csv"),)), {}, "PP302"),
    "expired": (lambda case, _: case.journal.clock.tick(40 * 86_400.0), {}, "PP303"),
    "too early": (rewritten(not_before_s=60.0), {}, "PP511"),
    "outside the window": (rewritten(pace=Pace(delay_s=0.5, window=NOON)), {}, "PP505"),
}


@pytest.mark.parametrize(("happens", "order", "code"), REFUSED.values(), ids=REFUSED)
def test_every_gate_is_passed_at_each_start(happens, order, code):
    """What refuses by itself must be asked as well."""
    case = Case(3)
    row = case.plan(ids(3))
    assert case.keeper().before_network(row).left == 3
    happens(case, row)

    with pytest.raises(PurgeplanError) as refused:
        case.keeper(**order).before_network(case.journal.plan(row.plan_id))

    assert [one.code for one in refused.value.findings] == [code]


@pytest.mark.parametrize("change", ["another limit", "another source"])
def test_a_plan_that_is_done_is_that_of_its_file(change):
    """Else a file that was edited since would be told to be done, and nobody would plan it."""
    case = Case(3)
    row = case.plan(ids(3))
    case.claim(row, 3, State.ACCEPTED)
    case.journal.conclude(row.plan_id, PlanState.DONE, T0)
    happens, _, code = REFUSED[change]
    happens(case, row)

    with pytest.raises(StaleError) as stale:
        case.keeper().before_network(case.journal.plan(row.plan_id))

    assert [one.code for one in stale.value.findings] == [code]


def test_a_plan_is_not_applied_without_the_policy_that_it_was_made_under():
    """Whoever takes the policy away would take its guards away with it."""
    case = Case(3)
    row = case.plan(ids(3))
    summary = {**row.draft.summary, "policy": "purgeplan.yaml"}

    with pytest.raises(StaleError) as stale:
        case.keeper().before_network(replace(row, draft=replace(row.draft, summary=summary)))

    assert [one.code for one in stale.value.findings] == ["PP307"]
