"""Requests under way: an answer that is there is not waited for, and neither is a bug."""

import pytest
from support.engine import FAST, ScriptedTarget
from support.virtual import VirtualClock, run_virtually

from purgeplan.engine.flight import Flight
from purgeplan.engine.pacer import Pacer
from purgeplan.engine.waiting import Claimed
from purgeplan.model.outcome import Item

ONE = Claimed(Item(0, "a", 1, None))


def flown(target):
    """Let one request land; give what landed, and the seconds that ``change`` took then."""

    async def fly():
        clock = VirtualClock()
        flight = Flight(target, Pacer(FAST), clock)
        flight.launch([ONE])
        await clock.sleep(1.0)
        before = clock.monotonic()
        await flight.change(60.0)
        waited = clock.monotonic() - before
        try:
            return flight.landed(), waited
        finally:
            await flight.close()

    return run_virtually(fly())


def test_an_answer_that_has_come_in_is_not_waited_for():
    """It may have come between two turns."""
    landed, waited = flown(ScriptedTarget())

    assert [one.claimed for one in landed] == [ONE]
    assert waited == 0.0


def test_what_a_target_raised_is_raised_at_once():
    """A target gives answers; an exception of one is a bug, and no answer will come."""

    def broken(item, attempt):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        flown(ScriptedTarget(broken))
