"""Lives of plans: planned, edited, applied, killed, retried, cancelled, copied, and people back.

The promises are the laws of ``simulated_laws``, held at every request and every write; the lives
are made up by hypothesis, which shortens one that breaks a law.
"""

from dataclasses import replace
from datetime import time
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.engine import ids
from support.plans import policy, spec
from support.simulated_journals import FakeMemory, SqliteMemory
from support.simulated_onesignal import SimulatedOneSignal
from support.simulated_schedules import BLOWS, TROUBLES, at_the_end, nobody_can_tell
from support.simulation import Blow, OneAtATime, Process, World, to_be_looked_at

from purgeplan.engine.gates import frozen
from purgeplan.errors import Exit
from purgeplan.model.outcome import State, Verdict
from purgeplan.model.records import PlanState
from purgeplan.model.spec import (
    Breaker,
    Budget,
    Drift,
    DriftCheck,
    Limits,
    Pace,
    Resource,
    Retry,
    Window,
)

PEOPLE = ids(6)
OUTSIDERS = [f"other-{number}" for number in range(3)]
CAP = 4

people = st.integers(0, len(PEOPLE) - 1).map(PEOPLE.__getitem__)
sets = st.permutations(PEOPLE).flatmap(
    lambda order: st.integers(2, CAP + 1).map(lambda size: order[:size])
)

NIGHT = Window(frozenset(range(7)), time(22), time(6), "UTC")
WINDOWS = (None, None, NIGHT, replace(NIGHT, since=time(1)))
PACES = (Pace(delay_s=0.1), Pace(delay_s=0.1), Pace(delay_s=None, rate_per_s=20.0))

COMMANDS = st.sampled_from(["apply", "apply", "retry"])


class LifeOfPlans(RuleBasedStateMachine):
    """One app, one plan file that is edited now and then, and whatever befalls its runs."""

    memory_of = FakeMemory

    @initialize(
        seed=st.integers(0, 999),
        users=st.booleans(),
        canary=st.integers(0, 2),
        attempts=st.integers(1, 3),
        storm=st.sampled_from([0.0, 0.3]),
        kinds=st.lists(st.sampled_from(TROUBLES), min_size=1, max_size=4, unique=True),
        known=st.booleans(),
        drift=st.sampled_from([Drift(), Drift(DriftCheck.EXPORT), Drift(DriftCheck.EXPORT, 1.0)]),
        budget=st.sampled_from([None, None, Budget(2, 60.0), Budget(3, 3600.0)]),
    )
    def begin(self, seed, users, canary, attempts, storm, kinds, known, drift, budget):
        """Begin with an app in which everybody is there, and a plan."""
        self.memory = self.memory_of()
        self.users = users
        holds = {one: f"{one}#0" for one in (*PEOPLE, *OUTSIDERS)}
        onesignal = SimulatedOneSignal(seed, holds, storm, tuple(kinds))
        plan = spec(
            Resource.USER if users else Resource.SUBSCRIPTION,
            Limits(CAP),
            name="inactive",
            pace=Pace(delay_s=0.1),
            canary=canary,
            retry=Retry(attempts, 1.0, 1.0),
            breaker=Breaker(20, Decimal(100), Decimal(100)),
            drift=drift,
        )
        self.world = World(self.memory, onesignal, plan, lock=OneAtATime())
        self.world.policy = policy(budget=budget)
        self.began = self.world.clock.now()
        self.copies = []
        self.plan(PEOPLE[:CAP], old=False, names=known)

    def teardown(self):
        """Close what the journals are kept in."""
        if hasattr(self, "memory"):
            self.memory.close()

    @property
    def row(self):
        """Give the newest plan."""
        return frozen(self.world.journal(), self.world.spec)

    # Planning

    @rule(chosen=sets, old=st.booleans(), names=st.booleans())
    def plan(self, chosen, old, names):
        """Plan a set; the list is as old as this world, or of today."""
        known = {one: self.world.onesignal.holds.get(one) for one in chosen}
        served = dict(self.world.onesignal.served)

        self.world.plan(chosen, known if names and self.users else (), self.began if old else None)

        assert self.world.onesignal.served == served

    @rule(cap=st.integers(CAP - 1, CAP), listed=st.sets(people, max_size=2), more=st.booleans())
    def edit(self, cap, listed, more):
        """Edit max_delete and the protect list, or add to it; under another limit a plan is stale.

        Whoever is named by now may be in doubt.
        """
        self.world.limit_to(cap)
        self.world.protected = listed | (self.world.protected if more else set())

    @rule(pace=st.sampled_from(PACES), attempts=st.integers(1, 3), window=st.sampled_from(WINDOWS))
    def edit_how(self, pace, attempts, window):
        """Edit what decides how and when, and not who: a plan goes on under it."""
        how = {"pace": replace(pace, window=window), "retry": Retry(attempts, 1.0, 1.0)}
        self.world.spec = replace(self.world.spec, **how)

    @rule(at=st.none() | st.integers(0, 5), twice=st.booleans())
    def cancel(self, at, twice):
        """Cancel the plan where it is open, killed or not; what was open is never sent then."""
        for _ in range(1 + twice):
            was = self.row
            code = self.done("cancel", at)
            assert (code is Exit.DONE) is (was.state is PlanState.OPEN)
            if at is None or was.state is not PlanState.OPEN:
                assert self.row.state is not PlanState.OPEN

    @rule(at=st.none() | st.integers(0, 9))
    def forget(self, at):
        """Forget all closed plans, killed or not; an open one keeps its ids."""
        assert self.done("forget", at) is Exit.DONE
        journal = self.world.journal()
        if at is None:
            kept = [row.state for row in journal.plans() if row.sealed_at is None]
            assert not kept or kept[0] is PlanState.OPEN

    def done(self, command, at):
        """Let a process do a command; where it is killed, the world is as that leaves it."""
        process = Process(self.world, None if at is None else Blow("kill", at))
        code = getattr(process, command)()
        self.world = next(iter(process.photos.values()), self.world)
        return code

    # Running

    @rule(limit=st.none() | st.integers(1, 3), command=COMMANDS)
    def apply(self, limit, command):
        """Apply the plan, or retry it, undisturbed."""
        closed = self.row.state in (PlanState.CANCELLED, PlanState.SUPERSEDED)

        code = self.run(Process(self.world), command, limit)

        assert code is Exit.STALE or not closed

    @rule(kind=st.sampled_from([*BLOWS, "rival", "kill"]), at=st.integers(4, 40), command=COMMANDS)
    def apply_in_vain(self, kind, at, command):
        """Apply the plan until something befalls the process; after a kill all else is lost."""
        process = Process(self.world, Blow(kind, at))

        self.run(process, command)

        self.world = next(iter(process.photos.values()), self.world)

    @rule(first=st.integers(4, 40), second=st.integers(4, 40))
    def die_twice(self, first, second):
        """Kill a process, and the one after it."""
        self.apply_in_vain("kill", first, "apply")
        self.apply_in_vain("kill", second, "apply")

    @rule()
    def to_the_end(self):
        """Apply undisturbed until it is done; then all are settled, and gone who is said to be.

        Where the window is closed, or the budget used up, somebody takes them out of the files.
        """
        self.world.policy = replace(self.world.policy, budget=None)
        pace = replace(self.world.spec.pace, window=None)
        self.world.spec = replace(self.world.spec, pace=pace)
        for _ in range(12):
            code = self.run(Process(self.world), "apply")
            over = code in (Exit.STALE, Exit.REFUSED) or nobody_can_tell(self.world, self.row)
            if over or self.row.state is PlanState.DONE:
                break
            self.time_passes(30.0)
        else:
            message = "it never comes to its end"
            raise AssertionError(message)
        at_the_end(self.world, self.row)

    def run(self, process, command, limit=None):
        """Run a process; where a person must have looked at the last run, one has."""
        return process.apply(command, limit, to_be_looked_at(process, self.row.plan_id))

    @rule()
    def verify(self):
        """Look who is gone, who is still there, and who came back."""
        world, row, now = self.world, self.row, self.world.clock.now()
        if row.sealed_at is not None:
            return
        world.onesignal.settle(world.clock.elapsed)
        journal = world.journal()
        found = []
        for item in journal.items(row.plan_id, (State.ACCEPTED,)):
            who = world.onesignal.holds.get(item.id)
            there = Verdict.STILL_THERE if who == f"{item.id}#0" else Verdict.RETURNED
            found.append((item.position, there if who else Verdict.GONE))
        journal.record_verdicts(row.plan_id, found, now)
        world.keep(journal)

    # The world goes on

    @rule(seconds=st.sampled_from([30.0, 30.0, 7200.0, 7200.0, 8 * 86_400.0]))
    def time_passes(self, seconds):
        """Let time pass: half a minute, an hour in doubt, a plan's expiry."""
        self.world.clock.elapsed += seconds
        self.world.onesignal.settle(self.world.clock.elapsed)

    @rule(one=people)
    def becomes_active(self, one):
        """Somebody who is there has a session."""
        who = self.world.onesignal.holds.get(one)
        if who is not None:
            self.world.onesignal.sessions[who] = self.world.clock.now()

    @precondition(lambda self: self.users)
    @rule(which=st.integers(0, 3))
    def comes_back(self, which):
        """Somebody who was deleted comes back, by an alias, later than an hour."""
        self.time_passes(7200.0)
        away = [one for one in PEOPLE if one not in self.world.onesignal.holds]
        for one in away[which : which + 1]:
            self.world.onesignal.come_back(one, self.world.clock.now())

    @rule(swap=st.booleans())
    def copy_the_journal(self, swap):
        """Copy the journal with all that happened under it, or go on with the last copy."""
        one = (self.world.image, self.world.ledger, self.world.spec)
        if swap and self.copies:
            self.world.image, self.world.ledger, self.world.spec = self.copies.pop()
        else:
            one = (self.world.image, self.world.ledger.copy(), self.world.spec)
        self.copies.append(one)

    # What always holds, between steps too

    @invariant()
    def nobody_else_is_gone(self):
        """Whom no plan names is there."""
        if hasattr(self, "world"):
            assert set(OUTSIDERS) <= set(self.world.onesignal.holds)

    @invariant()
    def every_plan_adds_up(self):
        """Each plan's states add up, at most the newest of a name is open, the chain is whole."""
        if not hasattr(self, "world"):
            return
        journal = self.world.journal()
        plans = journal.plans()
        for row in plans:
            assert journal.tally(row.plan_id).total == row.total
        assert all(row.state is not PlanState.OPEN for row in plans[1:])
        assert journal.check() == []

    @invariant()
    def no_lineage_sends_more_than_its_cap(self):
        """Distinct ids sent are at most max_delete, over all plans that superseded one another."""
        for sent in self.world.ledger.lineages.values() if hasattr(self, "world") else ():
            assert len(sent) <= CAP


class LifeOfPlansOnSqlite(LifeOfPlans):
    """The same with the real journal."""

    memory_of = SqliteMemory
