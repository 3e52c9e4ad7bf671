"""A run whose consumer stops listening: nothing of it goes on behind anybody's back."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from support.engine import ScriptedTarget, ScriptedView, Stage
from support.journal import ANN
from support.plans import facts
from support.virtual import run_virtually

from purgeplan.engine.admit import admit
from purgeplan.engine.run import Order, World, run
from purgeplan.engine.stops import Bounds
from purgeplan.model.progress import Settled, Waiting


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


async def abandoned(stage, at=Settled):
    """Stop listening at the first answers, or so; give the tasks that are left of the run."""
    known = replace(facts(left=stage.count), claimed_before=0)
    admitted = admit(stage.spec(), None, known, "f" * 64, {"none": lambda *_: None})
    steps = run(admitted, stage.row, world(stage), Order(), Bounds(admitted.allowance))
    async with aclosing(steps):
        async for progress in steps:
            if isinstance(progress, at):
                break
    return asyncio.all_tasks() - {asyncio.current_task()}


@pytest.mark.parametrize("canary", [0, 150])
def test_nothing_goes_on_when_the_consumer_stops_listening(canary):
    """Closed early, a run has abandoned every request by the time that closing it returns."""
    stage = Stage(300)
    stage.settings["canary"] = canary

    left = run_virtually(abandoned(stage))

    assert left == set()


class Clinging(ScriptedTarget):
    """A target that takes a second to let go of a request, as a connection that is closed may."""

    async def delete(self, claimed):
        """Answer as usual, and leave late."""
        try:
            return await super().delete(claimed)
        except asyncio.CancelledError:
            await asyncio.sleep(1.0)
            raise


class Slow(ScriptedView):
    """An app that takes ten seconds for a look."""

    async def holds(self, kind, one):
        """Tell late."""
        await asyncio.sleep(10.0)
        return await super().holds(kind, one)


def test_a_request_that_clings_is_waited_for():
    """The journal is closed next: nothing may come in after that."""
    stage = Stage(300, target=Clinging(latency_s=0.3))

    assert run_virtually(abandoned(stage)) == set()


def test_no_look_goes_on_when_the_consumer_stops_listening():
    """Whoever is looked at as the canary is looked at no more."""
    stage = Stage(30, view=Slow())
    stage.settings["canary"] = 5

    assert run_virtually(abandoned(stage, Waiting)) == set()
