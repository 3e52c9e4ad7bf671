"""A world in virtual time for the engine: a scripted OneSignal, a fake journal, a run of a plan."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace

from support.journal import ANN, APP, FakeJournal, draft
from support.plans import facts, spec
from support.virtual import VirtualClock, run_virtually

from purgeplan.engine.admit import admit
from purgeplan.engine.run import Order, World, run
from purgeplan.engine.stops import Bounds, StopRequest, Switches
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code
from purgeplan.model.ports import AppFacts
from purgeplan.model.progress import Ended
from purgeplan.model.records import PlannedItem
from purgeplan.model.spec import Pace

FAST = Pace(delay_s=None, rate_per_s=1000.0)
ACCEPTED = Answer(Code.ACCEPTED, 202)


def ids(count):
    """Give so many subscription ids."""
    digests = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
    return [f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:32]}" for d in digests]


class Crash(BaseException):
    """The process dies here."""


@dataclass
class ScriptedTarget:
    """Deletes by script: ``answer`` is asked for each request with item and attempt number."""

    answer: object = field(default=lambda item, attempt: ACCEPTED)
    latency_s: float = 0.08
    begun: list = field(default_factory=list)
    at: list = field(default_factory=list)
    on_begin: object = field(default=lambda item: None)

    async def delete(self, claimed):
        """Answer as the script says, after the latency."""
        self.on_begin(claimed)
        self.begun.append(claimed.id)
        self.at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.latency_s)
        return self.answer(claimed, self.begun.count(claimed.id))

    async def close(self):
        """Close nothing."""


@dataclass
class ScriptedView:
    """An app that holds whatever ``holding`` names, and calls aliases as ``names`` does."""

    holding: set = field(default_factory=set)
    names: dict = field(default_factory=dict)

    async def look(self):
        """Give name and count."""
        return AppFacts("Acme Prod", 412_118)

    async def holds(self, kind, one):
        """Tell whether it is held."""
        return one in self.holding

    async def onesignal_id(self, kind, one):
        """Give whom an alias names."""
        return self.names.get(one)

    async def close(self):
        """Close nothing."""


@dataclass
class Stage:
    """Everything around runs of one plan; change a field, then call ``run``."""

    count: int = 10
    by: str = "subscription_id"
    settings: dict = field(default_factory=lambda: {"pace": FAST, "canary": 0})
    journal: FakeJournal = field(default_factory=FakeJournal)
    target: ScriptedTarget = field(default_factory=ScriptedTarget)
    view: ScriptedView = field(default_factory=ScriptedView)
    request: StopRequest = field(default_factory=StopRequest)
    switches: Switches = field(default_factory=Switches)
    saved: dict = field(default_factory=dict)
    clock: VirtualClock = field(default_factory=VirtualClock)
    known: dict = field(default_factory=dict)
    drift: object = None
    commit_s: float = 0.0

    def __post_init__(self):
        """Plan so many ids."""
        items = [PlannedItem(one, **self.known) for one in ids(self.count)]
        self.row = self.journal.save(draft(by=self.by), items, self.clock.now())

    @property
    def tally(self):
        """Give the tally of the plan."""
        return self.journal.tally(self.row.plan_id)

    @property
    def dumped(self):
        """Give the outcomes that runs have saved because the journal failed."""
        return [one for outcomes in self.saved.values() for one in outcomes]

    def spec(self):
        """Give the plan file as it is now."""
        return spec(**self.settings)

    def run(self, order=None, allowance=None, **bounds):
        """Run the plan once in virtual time; give what it yielded."""
        tally = self.tally
        known = facts(left=tally.left, claimed_before=tally.claimed)
        known = replace(known, claimed_left=tally.claimed_left)
        one = admit(self.spec(), None, known, "f" * 64, {"none": lambda *_: None})
        limits = Bounds(one.allowance if allowance is None else allowance, **bounds)
        return run_virtually(self._consume(one, order or Order(), limits))

    async def _consume(self, admitted, order, bounds):
        async def inline(call):
            if self.commit_s:
                await self.clock.sleep(self.commit_s)
            return call()

        world = World(
            journal=self.journal,
            target=self.target,
            view=self.view,
            clock=self.clock,
            offload=inline,
            dump=lambda run_id, outcomes: self.saved.setdefault(run_id, []).extend(outcomes),
            saved=lambda run_id: self.saved.get(run_id, ()),
            switches=self.switches,
            request=self.request,
            operator=ANN,
            drift=self.drift,
        )
        return [one async for one in run(admitted, self.row, world, order, bounds)]


def always(code, **more):
    """Give a script that always answers alike."""
    return lambda item, attempt: Answer(code, **more)


def ended(progress):
    """Give the end of what a run yielded."""
    assert isinstance(progress[-1], Ended)
    return progress[-1]


__all__ = [
    "ACCEPTED",
    "APP",
    "FAST",
    "Crash",
    "ScriptedTarget",
    "ScriptedView",
    "Stage",
    "always",
    "ended",
    "ids",
]
