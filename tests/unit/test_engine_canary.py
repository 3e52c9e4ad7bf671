"""The canary's look: gone is only what the API says is gone."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from support.engine import ScriptedView, ids
from support.journal import FakeJournal, draft, planned
from support.plans import spec
from support.wire import QuickClock

from purgeplan.engine import canary
from purgeplan.model.outcome import Code, State
from purgeplan.model.records import ItemRow
from purgeplan.model.spec import Breaker, Resource


class Blind:
    """A view that may not tell."""

    async def holds(self, kind, one):
        """Tell nothing."""


def accepted(count):
    """Give rows of accepted items."""
    return [
        ItemRow(n, one, State.ACCEPTED, None, Code.ACCEPTED, 202, 1, None, None, None, None, 1)
        for n, one in enumerate(ids(count))
    ]


def test_what_may_not_be_looked_at_is_not_gone():
    """After two minutes of not being told, the canary has failed."""
    looks = canary.Looks(spec(), accepted(2), Blind(), QuickClock())

    asyncio.run(looks.judge())

    assert looks.failed is not None
    assert looks.failed.why == "canary"
    assert 120 <= looks.clock.monotonic() < 130


@pytest.mark.parametrize("there", [0, 1, 2])
def test_everybody_of_a_canary_is_looked_at(there):
    """Whoever of them stays: one is enough."""
    rows = accepted(3)
    looks = canary.Looks(spec(), rows, ScriptedView({rows[there].id}), QuickClock())

    asyncio.run(looks.judge())

    assert looks.failed is not None
    assert looks.gone == 2


@pytest.mark.parametrize(("named", "failed"), [("new", False), (None, False), ("old", True)])
def test_a_user_is_gone_once_the_name_is_another_persons(named, failed):
    """An alias is free again after a deletion; whoever took it since is not who was deleted."""
    plan = spec(Resource.USER)
    rows = [replace(accepted(1)[0], id="ann", onesignal_id="old")]
    looks = canary.Looks(plan, rows, ScriptedView({"ann"}, {"ann": named}), QuickClock())

    asyncio.run(looks.judge())

    assert (looks.failed is not None) is failed
    assert looks.gone == (not failed)


def test_whoever_is_skipped_is_no_canary():
    """The first ids that are sent at all are."""
    journal = FakeJournal()
    row = journal.save(draft(), planned(*ids(3)), journal.clock.now())
    journal.skip(row.plan_id, [0], "protected", journal.clock.now())

    first = canary.first_items(journal, row.plan_id, 1)

    assert [one.position for one in first] == [1]


@pytest.mark.parametrize("state", [State.FAILED, State.SENT, State.PENDING])
def test_a_canary_of_whom_one_is_not_settled_as_gone_has_failed(state):
    """Nobody else is sent on what is not known."""
    fine, other = accepted(2)

    judged = canary.verdict(spec(), [fine, replace(other, state=state)])

    assert judged is not None
    assert judged.why == "canary"
    assert canary.verdict(spec(), [fine, other]) is None


@pytest.mark.parametrize(("percent", "failed"), [(0, True), (49, True), (50, False), (None, False)])
def test_absences_in_a_canary_are_held_against_the_breakers_share(percent, failed):
    """One of two was gone already: zero lets nobody be, and only what is off is no limit."""
    fine, other = accepted(2)
    limit = None if percent is None else Decimal(percent)
    plan = spec(breaker=Breaker(20, Decimal(20), limit))
    gone = replace(other, state=State.ABSENT, code=Code.ABSENT)

    assert (canary.verdict(plan, [fine, gone]) is not None) is failed


def test_who_is_gone_by_our_own_doing_speaks_of_no_old_list():
    """Absent presumed ours counts for nothing, in a canary too."""
    plan = spec(breaker=Breaker(20, Decimal(20), Decimal(0)))
    ours = [replace(one, state=State.ABSENT, code=Code.PRESUMED_OURS) for one in accepted(2)]

    assert canary.verdict(plan, ours) is None
