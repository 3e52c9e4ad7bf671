"""The gates of apply over the life of a plan: crashed at its end, capped, superseded."""

import asyncio
from dataclasses import replace
from datetime import time

import pytest
from support.engine import ScriptedView, ids
from support.journal import ANN, T0, FakeJournal, draft, planned
from support.plans import facts, policy, source, spec

from purgeplan.engine import facts as known
from purgeplan.engine.apply import Gatekeeper
from purgeplan.engine.plan import Judges, Planner
from purgeplan.engine.run import Order
from purgeplan.errors import PurgeplanError, RefusedError, StaleError, UnconfirmedError
from purgeplan.guards import GUARDS
from purgeplan.model.fingerprint import fingerprint, sources_digest
from purgeplan.model.outcome import Code, Outcome, State, Verdict
from purgeplan.model.ports import AppFacts
from purgeplan.model.records import SOURCES, PlanState
from purgeplan.model.spec import Budget, Limits, Pace, Resource, Rules, Standing, Window


class Case:
    """A journal with plans of one name and cap, and the keeper of their gates."""

    def __init__(self, cap):
        self.journal = FakeJournal()
        self.rules = Rules(spec(limits=Limits(cap), name="inactive"))

    def plan(self, chosen, **changes):
        """Freeze a set of ids."""
        full = fingerprint(self.rules.spec, sorted(chosen))
        told = known.to_json(replace(facts(len(chosen)), protects=()))
        summary = {"facts": told, SOURCES: sources_digest(self.rules.spec)}
        frozen = draft(fingerprint=full, summary=summary, path="plans/inactive.yaml", **changes)
        return self.journal.save(frozen, planned(*chosen), self.journal.clock.now())

    def claim(self, row, count, state=None, code=Code.ACCEPTED):
        """Start a run, claim so many, and settle them alike, or leave them unresolved."""
        run_id = self.journal.start_run(row.plan_id, "apply", ANN, self.journal.clock.now())
        items = self.journal.turn(run_id, [], [], count)
        if state is not None:
            now = self.journal.clock.now()
            outcomes = [Outcome(item, state, code, now) for item in items]
            self.journal.turn(run_id, outcomes, [], 0)

    def keeper(self, **order):
        """Give what lets a plan through."""
        return Gatekeeper(
            self.rules,
            Order(**order),
            self.journal,
            self.journal.clock,
            GUARDS,
            lambda path: None,
            tuple,
            lambda row: (),
        )

    def admit(self, row, view=None):
        """Pass all gates."""
        tally = self.keeper().before_network(row)
        return asyncio.run(self.keeper().with_network(row, tally, view or ScriptedView()))


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


class Renamed(ScriptedView):
    """An app that is called otherwise by now."""

    async def look(self):
        """Give another name than was planned."""
        return AppFacts("Acme Staging", 412_118)


def test_the_app_is_asked_for_its_name_at_each_start():
    """The name of planning is no news: another key may see another app under this id."""
    case = Case(3)
    row = case.plan(ids(3))

    with pytest.raises(RefusedError) as refused:
        case.admit(row, Renamed())

    assert [one.code for one in refused.value.findings] == ["PP107"]


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


def test_unresolved_ids_leave_no_room_for_others():
    """What is sent again takes no fresh claim, so max_delete lets as many fewer be claimed."""
    case = Case(5)
    row = case.plan(ids(5))
    case.claim(row, 2)

    assert case.admit(row).allowance == 3


def test_ids_claimed_under_a_superseded_plan_count_once():
    """Planned again under another set, an id that was claimed before is no further one."""
    case = Case(4)
    case.claim(case.plan(ids(3)), 3, State.FAILED)
    row = case.plan(ids(4))

    assert case.admit(row).allowance == 4


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


class Blind(ScriptedView):
    """An app that can't tell whom it holds."""

    async def holds(self, kind, one):
        """Tell nothing."""


@pytest.mark.parametrize(("view", "passes"), [(ScriptedView({"vip"}), True), (Blind(), False)])
def test_a_sentinel_of_whom_nobody_can_tell_is_not_there(view, passes):
    """It tells that this is the app that is meant: unknown is a refusal."""
    case = Case(3)
    entry = replace(policy().apps[0], sentinel="vip")
    case.rules = Rules(case.rules.spec, policy(apps=(entry,)))
    row = case.plan(ids(3))

    if passes:
        assert case.admit(row, view).allowance == 3
    else:
        with pytest.raises(RefusedError) as refused:
            case.admit(row, view)
        assert [one.code for one in refused.value.findings] == ["PP513"]


@pytest.mark.parametrize(
    ("standing", "stands"),
    [
        ((), False),
        ((Standing("another", 3),), False),
        ((Standing("inactive", 2),), False),
        ((Standing("inactive", 3),), True),
        ((Standing("inactive", 9), Standing("inactive", 2)), False),
    ],
)
def test_only_an_approval_of_this_plan_and_so_many_stands(standing, stands):
    """Nobody is there to confirm, so nothing else does."""
    case = Case(3)
    case.rules = Rules(case.rules.spec, policy(standing=standing))
    admitted = case.admit(case.plan(ids(3)))

    if stands:
        case.keeper().standing(admitted)
    else:
        with pytest.raises(UnconfirmedError):
            case.keeper().standing(admitted)


def test_a_run_is_bounded_by_order_and_budget():
    """``--limit``, ``--wait``, and what is left of the budget of all plans."""
    case = Case(3)
    case.rules = Rules(case.rules.spec, policy(budget=Budget(10, 3600.0)))
    row = case.plan(ids(3))
    case.claim(row, 2, State.ACCEPTED)
    admitted = case.admit(row)

    bounds = case.keeper(limit=7, wait=True).bounds(admitted)

    assert (bounds.most, bounds.wait, bounds.budget_left, bounds.allowance) == (7, True, 8, 1)


def test_a_run_is_bounded_by_what_the_file_says_now():
    """Window and time box are the file's at this start, and the run ends by them, not the gate."""
    case = Case(3)
    row = case.plan(ids(3))
    admitted = case.admit(row)
    night = Window(frozenset(range(7)), time(22), time(6), "UTC")
    pace = replace(case.rules.spec.pace, window=night, max_run_time_s=60.0)
    case.rules = Rules(replace(case.rules.spec, pace=pace))

    bounds = case.keeper().bounds(admitted)

    assert (bounds.allowance, bounds.window) == (3, night)
    assert bounds.until == case.journal.clock.monotonic() + 60.0


def test_an_alias_in_doubt_that_another_plan_may_have_reached_is_held_back():
    """It may name somebody new by now, so it is not sent again within its hour either."""
    case = Case(3)
    case.rules = Rules(spec(Resource.USER, limits=Limits(3), name="inactive"))
    row = case.plan(ids(3), by="external_id", resource="user")
    case.claim(row, 2)
    other = draft("other", by="external_id", resource="user")
    case.claim(case.journal.save(other, planned(ids(3)[1]), T0), 1, State.ACCEPTED)

    keeper = case.keeper()
    tally = keeper.before_network(row)
    admitted = asyncio.run(keeper.with_network(row, tally, ScriptedView()))

    assert admitted.held_back == {1}
    assert case.journal.tally(row.plan_id)[State.SENT] == 2
