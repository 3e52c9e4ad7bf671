"""A run whose consumer stops listening: nothing of it goes on behind anybody's back."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from support.engine import Stage
from support.journal import ANN
from support.plans import facts
from support.virtual import run_virtually

from purgeplan.engine.admit import admit
from purgeplan.engine.run import Order, World, run
from purgeplan.engine.stops import Bounds
from purgeplan.model.progress import Settled


def world(stage):
    """Give the effects of a run on a stage."""

    async def inline(call):
        return call()

    return World(
        journal=stage.journal,
        target=stage.target,
        view=stage.view,
        clock=stage.clock,
        offload=inline,
        dump=lambda run_id, outcomes: None,
        switches=stage.switches,
        request=stage.request,
        operator=ANN,
    )


async def abandoned(stage):
    """Stop listening at the first answers; give the tasks that are left of the run."""
    known = replace(facts(left=stage.count), claimed_before=0)
    admitted = admit(stage.spec(), None, known, "f" * 64, {"none": lambda *_: None})
    steps = run(admitted, stage.row, world(stage), Order(), Bounds(admitted.allowance))
    async with aclosing(steps):
        async for progress in steps:
            if isinstance(progress, Settled):
                break
    return asyncio.all_tasks() - {asyncio.current_task()}


@pytest.mark.parametrize("canary", [0, 150])
def test_nothing_goes_on_when_the_consumer_stops_listening(canary):
    """Closed early, a run has abandoned every request by the time that closing it returns."""
    stage = Stage(300)
    stage.settings["canary"] = canary

    left = run_virtually(abandoned(stage))

    assert left == set()
