"""The gates of apply at the network: the app that is meant, and how much a run may do."""

import asyncio
from dataclasses import replace
from datetime import time

import pytest
from support.engine import ScriptedView, ids
from support.gatekeeper import Case
from support.journal import T0, draft, planned
from support.plans import policy, spec

from purgeplan.errors import RefusedError, UnconfirmedError
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppFacts
from purgeplan.model.spec import Budget, Limits, Resource, Rules, Standing, Window


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
