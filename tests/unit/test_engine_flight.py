"""Requests under way: an answer that is there is not waited for, and neither is a bug."""

import asyncio
from bisect import bisect_left
from itertools import chain, repeat

import pytest
from support.engine import FAST, ScriptedTarget
from support.virtual import VirtualClock, run_virtually

from purgeplan.engine.flight import Flight
from purgeplan.engine.pacer import Pacer
from purgeplan.engine.waiting import Claimed
from purgeplan.model.outcome import Item
from purgeplan.model.spec import Pace

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


def test_starts_of_a_fast_rate_begin_in_steps_of_a_few_milliseconds():
    """At 1,000/s three or four begin at each wake; nobody who has landed goes in between."""

    async def fly():
        clock, target = VirtualClock(), ScriptedTarget(latency_s=0.0175)
        flight = Flight(target, Pacer(FAST), clock)
        flight.launch(Claimed(Item(number, f"s-{number}", 1)) for number in range(400))
        await clock.sleep(1.0)
        await flight.close()
        return target.at

    times = run_virtually(fly())

    assert len(times) == 400
    assert len(set(times)) <= 134


async def begun_on_a_busy_loop(rate, count, steps):
    """Start so many on a loop that is never idle; ``steps`` is what each of its rounds takes."""
    clock, target = VirtualClock(), ScriptedTarget(latency_s=0.0)
    flight = Flight(target, Pacer(Pace(delay_s=None, rate_per_s=float(rate))), clock)
    flight.launch(Claimed(Item(number, f"s-{number}", 1)) for number in range(count))

    for step in steps:
        await asyncio.sleep(0)
        asyncio.get_running_loop()._jumping.elapsed += step
        if len(target.begun) == count:
            break
    await flight.close()
    return target.at


def test_a_loop_that_is_held_up_begins_no_more_in_a_second_than_the_rate():
    """What the pacer counts as a start is when the request begins, not when it was put in line."""
    steps = chain([0.03], repeat(0.0005))

    times = run_virtually(begun_on_a_busy_loop(100, 150, steps))

    assert max(i - bisect_left(times, at - 1.0 + 1e-9) + 1 for i, at in enumerate(times)) <= 100
