"""Worlds in virtual time in which processes apply a plan and die at any effect."""

import asyncio
from contextlib import aclosing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace

from support.journal import ANN
from support.simulated_drift import Checks, drift_of
from support.simulated_laws import SOON_S, Watch
from support.simulated_ledger import Ledger, law
from support.simulated_onesignal import SimulatedOneSignal, draw
from support.simulated_plans import Chosen
from support.simulated_ports import APP_FACTS, JournalPort, OneSignalPort
from support.simulated_time import SimulatedClock, SimulatedLoop

from purgeplan.engine import forgetting
from purgeplan.engine.apply import Gatekeeper
from purgeplan.engine.cancel import cancel
from purgeplan.engine.gates import frozen
from purgeplan.engine.plan import Judges, Planner
from purgeplan.engine.run import Order, run
from purgeplan.engine.run import World as Effects
from purgeplan.engine.stops import StopRequest, Switches
from purgeplan.errors import Exit, Finding, JournalError, LockedError, PurgeplanError
from purgeplan.guards import GUARDS
from purgeplan.model.outcome import State
from purgeplan.model.progress import Ended
from purgeplan.model.records import PlanState
from purgeplan.model.spec import PlanSpec, Rules

PAUSE_S = 5.0
COMMIT_S = 0.001
LOOK_FIRST = "PP512"
KEY = bytes(32)


class OneAtATime:
    """A lock in memory: held once, it is refused to everybody else."""

    def __init__(self):
        self._held = False

    @contextmanager
    def __call__(self):
        """Hold it for a while; raises LockedError where it is held."""
        if self._held:
            raise LockedError(Finding("PP405", "another run holds the lock"))
        self._held = True
        try:
            yield
        finally:
            self._held = False


@dataclass
class World:
    """All that outlives a process: the journal's image, OneSignal, the time, and the ledger.

    ``asked`` are runs of which a process said that a person must look at them.
    """

    memory: object
    onesignal: SimulatedOneSignal
    spec: PlanSpec
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    ledger: Ledger = field(default_factory=Ledger)
    image: object = None
    protected: set = field(default_factory=set)
    guards: object = field(default_factory=lambda: GUARDS)
    limit: int | None = None
    lock: object = nullcontext
    dumps: dict = field(default_factory=dict)
    asked: set = field(default_factory=set)
    policy: object = None
    opened: tuple = (None, None)

    def copy(self, image):
        """Give one that goes its own way from here, with a journal as it is in an image."""
        return World(
            self.memory,
            self.onesignal.copy(),
            self.spec,
            SimulatedClock(self.clock.elapsed),
            self.ledger.copy(),
            image,
            set(self.protected),
            self.guards,
            self.limit,
            self.lock,
            dict(self.dumps),
            set(self.asked),
            self.policy,
        )

    def plan(self, ids, known=(), as_of=None):
        """Plan these ids as one source that was true at a time; give what Planner gives."""
        process = Process(self)
        process.plan(ids, known, as_of)
        return process.planned

    def limit_to(self, cap):
        """Edit max_delete in the plan file."""
        self.spec = replace(self.spec, limits=replace(self.spec.limits, max_delete=cap))

    def journal(self):
        """Open the journal to look at it, unless it is open as it is in the image."""
        if self.image is None or self.opened[0] is not self.image:
            self.opened = self.image, self.memory.open(self.image, self.clock)
        return self.opened[1]

    def keep(self, journal):
        """Keep what a journal has as durable; it stays open to be looked at."""
        self.image = self.memory.image(journal)
        self.opened = self.image, journal


@dataclass(frozen=True)
class Blow:
    """What befalls a process at its n-th effect.

    ``kill`` takes it away; ``ask`` is the first signal, ``cancel`` the second; ``close`` is a
    consumer that stops listening; ``disk`` a journal that fails; ``rival`` another process that
    wants the lock, ``usurp`` one that starts a run without it; ``stop`` and ``pause`` are the two
    files.
    """

    kind: str
    at: int

    def __str__(self):
        return f"{self.kind}@{self.at}"


class Process:
    """One process: it plans, applies, cancels or forgets.

    ``effects`` names what it did, in order; ``photos`` are worlds, by number of effect, as a kill
    there leaves them. Those that differ in nothing from the one before are taken once.
    """

    def __init__(self, world, blow=None, *, photographed=False):
        self.world = world
        self.blow = blow
        self.effects = []
        self.photos = {}
        self.raw = world.memory.open(world.image, world.clock)
        checks = Checks(world.onesignal, world.clock, world.spec)
        budget = world.policy.budget if world.policy is not None else None
        self.watch = Watch(world.ledger, self.raw, world.clock, world.spec, checks, budget)
        self._journal = JournalPort(self, self.raw)
        self._drift = drift_of(self, world, self._journal)
        self._onesignal = OneSignalPort(self, world)
        self._photographed = photographed
        self._changes = 0
        self._taken_at = None
        self._image = world.image
        self._request = StopRequest()
        self._closing = False
        self._stopped = False
        self._paused_until = 0.0
        self._dumped = set()
        self._broken = None
        self._task = None
        self.planned = None
        self.usurped = False

    def apply(self, command="apply", limit=None, after=None):
        """Apply the plan; give the exit code, and leave the world as it is then.

        A person has looked at the run ``after``.
        """
        if after is not None:
            self.world.ledger.looked_at.add(after)
        return self._live(self._looped, self._apply(Order(command, limit, after=after)))

    def plan(self, ids, known=(), as_of=None):
        """Plan these ids as one source that was true at a time, by default now."""
        return self._live(self._plan, ids, dict(known), as_of)

    def cancel(self):
        """Cancel the plan."""
        return self._live(self._locked, self._cancelled)

    def forget(self):
        """Forget all closed plans of that name."""
        return self._live(self._locked, self._forgotten)

    def _live(self, work, *args):
        try:
            code = work(*args)
        except JournalError as error:
            code = error.exit_code
        except PurgeplanError as error:
            self.watch.refused()
            code = error.exit_code
            if error.findings[0].code == LOOK_FIRST:
                self.world.asked.add(self.raw.runs(self.watch.plan.plan_id)[0].run_id)
        except asyncio.CancelledError:
            code = Exit.INTERRUPTED
        if self._broken is not None:
            raise self._broken
        cut_short = self._closing or (self.blow is not None and self.blow.kind == "cancel")
        self.watch.ended(self._dumped, abandoned=cut_short)
        self.world.keep(self.raw)
        if self.watch.dead:
            self.world.opened = None, None
        self._haunt(self.world)
        return code

    def _looped(self, steps):
        loop = SimulatedLoop(self.world.clock)
        self._task = loop.create_task(steps)
        code = loop.run(self._task)
        law(all(task.done() for task in loop.tasks), "a task outlives its run")
        return code

    def _plan(self, ids, known, as_of):
        world, journal, now = self.world, self._journal, self.world.clock.now()
        app, by, as_of = world.spec.app.id, world.spec.target.by, as_of or now
        kept = [one for one in ids if one not in world.protected]
        before = {one for one, gone_at in journal.deleted(app, by) if gone_at >= as_of}
        protected = len(ids) - len(kept)
        chosen = Chosen(world.spec, kept, known, before & set(kept), as_of, protected)
        judges = Judges(world.guards, lambda *_: ())
        with world.lock():
            self.watch.planning(as_of)
            self.planned = Planner(Rules(world.spec, world.policy), journal, judges, now).plan(
                chosen, APP_FACTS
            )
        return Exit.DONE if self.planned.row is not None else Exit.REFUSED

    def _locked(self, work):
        with self.world.lock():
            work(self._journal, self.world.spec, self.world.clock.now())
        return Exit.DONE

    def _cancelled(self, journal, spec, now):
        self.watch.open(frozen(journal, spec), self.world.protected)
        cancel(journal, spec, now)

    def _forgotten(self, journal, spec, now):
        forgetting.seal(journal, forgetting.planned(journal, spec), KEY, now)
        sealed = {row.plan_id for row in journal.plans() if row.sealed_at is not None}
        for one in journal.runs():
            if one.plan_id in sealed:
                self.world.dumps.pop(one.run_id, None)

    async def _apply(self, order):
        world, journal = self.world, self._journal
        keeper = Gatekeeper(
            Rules(world.spec, world.policy),
            order,
            journal,
            world.clock,
            world.guards,
            lambda path: None,
            tuple,
            self._protected,
            drift=self._drift,
            errored=world.dumps.__contains__,
        )
        with world.lock():
            row = frozen(journal, world.spec)
            self.watch.open(row, world.protected)
            tally = keeper.before_network(row)
            if not tally.left:
                return self._nothing_left(row)
            admitted = await keeper.with_network(row, tally, self._onesignal)
            if not admitted.facts.left:
                return self._nothing_left(row)
            journal.note("confirmed", row.plan_id, None, world.clock.now(), {})
            keeper.still_timely(row)
            bounds = keeper.bounds(admitted)
            return await self._follow(run(admitted, row, self._effects(), order, bounds))

    def _nothing_left(self, row):
        failed = self._journal.tally(row.plan_id)[State.FAILED]
        return Exit.INCOMPLETE if failed else Exit.DONE

    async def _follow(self, steps):
        code = Exit.INTERRUPTED
        async with aclosing(steps):
            async for progress in steps:
                self.effect(f"yield {type(progress).__name__}")
                if self._closing:
                    break
                if isinstance(progress, Ended):
                    code = progress.exit
                    self.watch.told(code)
        return code

    def _protected(self, row):
        rows = self.raw.items(row.plan_id)
        return [one.position for one in rows if one.id in self.world.protected]

    def _effects(self):
        async def offloaded(call):
            await asyncio.sleep(COMMIT_S)  # whatever may begin before the commit does so now
            return call()

        return Effects(
            journal=self._journal,
            target=self._onesignal,
            view=self._onesignal,
            clock=self.world.clock,
            offload=offloaded,
            dump=self._dump,
            saved=self._saved,
            switches=Switches(self._is_paused, lambda: self._stopped, "pause", "stop"),
            request=self._request,
            operator=ANN,
            drift=self._drift,
        )

    def _dump(self, run_id, outcomes):
        self._dumped.update(one.item.id for one in outcomes)
        self.world.dumps[run_id] = (*self.world.dumps.get(run_id, ()), *outcomes)

    def _saved(self, run_id):
        saved = self.world.dumps.get(run_id, ())
        self.watch.saved.update(saved)
        return saved

    def _is_paused(self):
        return self.world.clock.elapsed < self._paused_until

    def hold(self, call, *args):
        """Hold it to its laws, also where whoever waits for it no longer listens."""
        try:
            call(*args)
        except AssertionError as broken:
            self._broken = self._broken or broken
            raise

    # What befalls it

    def effect(self, name):
        """Tell that it is at the next effect: whatever is to befall it there does."""
        count = len(self.effects)
        self.effects.append(name)
        if self._photographed and self._taken_at != self._changes:
            self._kill()
        if self.blow is not None and self.blow.at == count:
            getattr(self, f"_{self.blow.kind}")()

    def changed(self, *, journal=False):
        """Tell that the world, or the journal in it, is another."""
        self._changes += 1
        if journal:
            self._image = None

    def _kill(self):
        if self._image is None:
            self._image = self.world.memory.image(self.raw)
        left = self.world.copy(self._image)
        self._haunt(left)
        self.photos[len(self.effects) - 1] = left
        self._taken_at = self._changes

    def _haunt(self, world):
        """Requests under way when their process ends may be carried out, now, later or never."""
        now, seed = world.clock.elapsed, world.onesignal.seed
        for one, fate in self.watch.under_way.items():
            chance = draw(seed, "ghost", one, self._changes)
            who = world.onesignal.holds.get(one)
            if fate is None or not fate.acts or who is None or chance < 0.33:
                continue
            late_s = 0.0 if chance < 0.66 else 3.0
            world.onesignal.doomed.append((now + late_s, one, who))
            world.ledger.act(self.watch.plan.plan_id, one, now + late_s)

    def _ask(self):
        self._request.asked = True
        self.watch.hush(self.world.clock.elapsed + SOON_S)

    def _cancel(self):
        if self._task is not None:
            self._task.cancel()

    def _close(self):
        self._closing = True

    def _disk(self):
        self._journal.failing = True

    def _stop(self):
        self._stopped = True
        self.watch.hush(self.world.clock.elapsed + SOON_S)

    def _pause(self):
        self._paused_until = self.world.clock.elapsed + PAUSE_S
        self.watch.paused(PAUSE_S)

    def _rival(self):
        if self.watch.plan is not None:
            with suppress(LockedError), self.world.lock():
                law(holds=False, promise="I9: two runs at once")

    def _usurp(self):
        plan = self.watch.plan
        if plan is not None and self.raw.plan(plan.plan_id).state is PlanState.OPEN:
            run_id = self.raw.start_run(plan.plan_id, "apply", ANN, self.world.clock.now())
            if plan.plan_id in self.world.ledger.judged:  # it has passed the gates for itself
                self.world.ledger.looked_at.add(run_id)
            self.usurped = True
            self.changed(journal=True)


def to_be_looked_at(process, plan_id=None):
    """Give the last run where a process said that a person must look at it, else None."""
    last = next(iter(process.raw.runs(plan_id)), None)
    if last is None:
        return None
    errored = last.exit_code is None and last.run_id in process.world.dumps
    told = last.exit_code == Exit.ATTENTION or last.run_id in process.world.asked
    return last.run_id if errored or told else None
