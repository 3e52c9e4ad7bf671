"""Schedules: worlds made from a seed, blows dealt to their processes, until nothing is left."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import inf
from random import Random

from support.engine import ids
from support.plans import spec
from support.simulated_ledger import law
from support.simulated_onesignal import FATES, SimulatedOneSignal, draw, pick
from support.simulation import Blow, Process, World, to_be_looked_at
from support.virtual import EPOCH

from purgeplan.errors import Exit
from purgeplan.guards import GUARDS
from purgeplan.model.outcome import State
from purgeplan.model.records import PlanState
from purgeplan.model.spec import Breaker, Drift, DriftCheck, Limits, Pace, Resource, Retry

PATIENCE = 80
"""Processes until a world must have come to its end."""

PACES = (
    Pace(delay_s=0.1),
    Pace(delay_s=None, rate_per_s=20.0),
    Pace(delay_s=None, rate_per_s=1000.0),
)
_EXPORT = DriftCheck.EXPORT
DRIFTS = (*[Drift()] * 4, Drift(_EXPORT, 1.0), Drift(_EXPORT), Drift(), Drift())
FICKLE = 0.15
SECOND_THOUGHTS = (
    (),
    ("cancel",),
    ("cancel", "plan"),
    ("cancel", "forget"),
    ("plan",),
    ("forget",),
)
SESSIONS = (None, None, None, None, -300.0, 0.4, 1.6, 30.0)
"""When somebody planned is active, in seconds since planning: most are not."""

BLOWS = ("kill", "ask", "cancel", "close", "disk", "usurp", "stop", "pause")
TROUBLES = tuple(name for name in FATES if name != "ok")


class FoundError(AssertionError):
    """Raised when a schedule breaks a law; says how to play it again."""

    def __init__(self, schedule, error):
        again = f"SIMULATE='{schedule}' .venv/bin/python -m pytest -k plays_again"
        super().__init__(f"{error or type(error).__name__}; play it again: {again}")


@dataclass(frozen=True)
class Schedule:
    """A seed, and the blows dealt to its processes, one each; ``17:kill@23,ask@4`` in words."""

    seed: int
    blows: tuple = ()

    def then(self, blow):
        """Give the schedule with another blow."""
        return Schedule(self.seed, (*self.blows, blow))

    def __str__(self):
        return f"{self.seed}:{','.join(map(str, self.blows))}"

    @classmethod
    def of(cls, text):
        """Read what ``str`` gives."""
        seed, _, blows = text.partition(":")
        pairs = [one.split("@") for one in blows.split(",") if one]
        return cls(int(seed), tuple(Blow(kind, int(at)) for kind, at in pairs))


def any_blows(seed):
    """Give a schedule of one to five blows, drawn by its seed."""
    random = Random(seed)
    count = random.randrange(1, 6)
    return Schedule(
        seed, tuple(Blow(random.choice(BLOWS), random.randrange(45)) for _ in range(count))
    )


def world(seed, memory):
    """Make the world of a seed, with its plan planned."""
    size = 1 + int(6 * draw(seed, "size"))
    planned, others = ids(size), [f"other-{number}" for number in range(3)]
    users = draw(seed, "users") < 0.4
    gone = {one for one in planned if draw(seed, "absent", one) < 0.15}
    onesignal = SimulatedOneSignal(
        seed,
        holds={one: f"{one}#0" for one in (*planned, *others) if one not in gone},
        storm=pick((0.0, 0.2, 0.5), seed, "storm"),
        kinds=tuple(one for one in TROUBLES if draw(seed, "kind", one) < 0.4) or ("lost_after",),
        lag_s=pick((0.0, 0.3, 2.0), seed, "lag"),
        refused=frozenset(one for one in planned if draw(seed, "refused", one) < 0.08),
    )
    cap = size if draw(seed, "capped") < 0.8 else max(1, size - 2)
    for one in planned:
        at = pick(SESSIONS, seed, "session", one)
        if at is not None:
            onesignal.sessions[f"{one}#0"] = EPOCH + timedelta(seconds=at)
    made = World(memory, onesignal, settings(seed, cap, users=users))
    if cap < size:  # without guards a run is held to the cap of its plan, not of its lineage
        made.guards = {"none": lambda *_: None}
    if draw(seed, "limited") < 0.25:
        made.limit = 2
    known = {one: f"{one}#0" for one in planned if users and draw(seed, "known", one) < 0.8}
    made.plan(planned, known)
    return made


def settings(seed, cap, *, users):
    """Give the plan file of a seed."""
    return spec(
        Resource.USER if users else Resource.SUBSCRIPTION,
        Limits(cap),
        name="inactive",
        pace=pick(PACES, seed, "pace"),
        canary=pick((0, 0, 1, 2, 4), seed, "canary"),
        retry=Retry(pick((1, 2, 4), seed, "attempts"), 1.0, 1.0),
        breaker=Breaker(pick((2, 20), seed, "breaker"), Decimal(20), Decimal(50)),
        drift=pick(DRIFTS, seed, "drift check"),
    )


def simulate(schedule, memory):
    """Play a schedule to its end; give its effects and how long it took in the world's time.

    Raises FoundError where a law breaks.
    """
    effects = []
    with named(schedule):
        one = world(schedule.seed, memory)
        for number, blow in enumerate(schedule.blows):
            process = Process(one, blow)
            attempt(process)
            effects += process.effects
            one = meanwhile(next(iter(process.photos.values()), one), number)
        effects += finish(one)
    return effects, one.clock.elapsed


def every_kill(memory, seed, deep=1):
    """Kill a seed's first process at each of its effects; give how many deaths that were.

    Two deep, kill the next one at each of its effects as well.
    """
    return _every_kill(world(seed, memory), Schedule(seed), deep)


def _every_kill(one, schedule, deep):
    process = Process(one, photographed=True)
    with named(schedule):
        attempt(process)
    deaths = len(process.effects)
    for at, left in process.photos.items():
        killed = schedule.then(Blow("kill", at))
        with named(killed):
            goes_on = meanwhile(left, len(schedule.blows))
            if deep == 1:
                finish(goes_on)
        if deep > 1:
            deaths += _every_kill(goes_on, killed, deep - 1)
    return deaths


@contextmanager
def named(schedule):
    """Name the schedule, and how to play it again, with whatever is raised."""
    try:
        yield
    except Exception as error:
        raise FoundError(schedule, error) from error


def attempt(process):
    """Let a process apply the plan; where a person must have looked at a run, one has."""
    return process.apply(limit=process.world.limit, after=to_be_looked_at(process))


def meanwhile(one, number):
    """Let time pass between processes; give the world as it is then.

    By alias people come back, and somebody gets protected. In some worlds the plan is cancelled,
    forgotten, and planned again, by processes that may be killed as well.
    """
    seed = one.onesignal.seed
    one.clock.elapsed += pick((0.5, 30.0, 7200.0), seed, "meanwhile", number)
    one.onesignal.settle(one.clock.elapsed)
    people_go_on(one, number)
    if one.guards is GUARDS and draw(seed, "fickle") < FICKLE:
        for command in pick(SECOND_THOUGHTS, seed, "thoughts", number):
            one = second_thought(one, command, number)
    return one


def second_thought(one, command, number):
    """Cancel, forget or plan again; give the world that this leaves, where it is killed too."""
    at = int(draw(one.onesignal.seed, command, number) * 12)
    process = Process(one, Blow("kill", at))
    if command == "plan":
        plan_again(process)
    else:
        getattr(process, command)()
    return next(iter(process.photos.values()), one)


def plan_again(process):
    """Plan the list again: the same old one, or one of today's people."""
    one, seed = process.world, process.world.onesignal.seed
    people, by_name = everybody(one), one.spec.target.resource is Resource.USER
    old = draw(seed, "old list") < 0.5
    known = {who: f"{who}#0" if old else one.onesignal.holds.get(who) for who in people}
    chosen = {who: known[who] for who in people if by_name and draw(seed, "known", who) < 0.8}
    process.plan(people, chosen, EPOCH if old else None)


def everybody(one):
    """Give who was planned first."""
    return ids(1 + int(6 * draw(one.onesignal.seed, "size")))


def people_go_on(one, number):
    """By alias people come back, and somebody gets protected."""
    seed, journal = one.onesignal.seed, one.journal()
    users = one.spec.target.resource is Resource.USER
    for row in journal.items(journal.plans()[0].plan_id):
        if draw(seed, "protect", number, row.id) < 0.05:
            one.protected.add(row.id)
        if users and row.id not in one.onesignal.holds:
            acted = max(one.ledger.times_acted(row.id), default=inf)
            long_ago = acted < one.clock.elapsed - 3600
            if long_ago and draw(seed, "back", number, row.id) < 0.5:
                one.onesignal.come_back(row.id, one.clock.now())


def finish(one):
    """Let undisturbed processes apply the plan until it is done; give their effects."""
    effects = []
    for _ in range(PATIENCE):
        process = Process(one)
        code = attempt(process)
        effects += process.effects
        plan = one.journal().plans()[0]
        if plan.state is PlanState.DONE or code is Exit.REFUSED or nobody_can_tell(one, plan):
            break
        if code is Exit.STALE:  # it was cancelled
            again = Process(one)
            plan_again(again)
            effects += again.effects
            if again.planned.row is None:
                break
        one.clock.elapsed += 1.0
    else:
        law(holds=False, promise="I5: it never comes to its end")
    at_the_end(one, plan)
    return effects


def nobody_can_tell(one, plan):
    """Tell whether all that is left is unknown, and nobody may send it.

    That are aliases of which nobody knows whom they named, people active since, and the protected.
    """
    journal = one.journal()
    if any(journal.items(plan.plan_id, (State.PENDING,))):
        return False
    hour_ago = one.clock.now() - timedelta(hours=1)
    sent, export = list(journal.items(plan.plan_id, (State.SENT,))), one.onesignal.export
    held = {row.position for row in sent if row.id in one.protected}
    if export is not None:
        held |= {row.position for row in export.active(sent)}
    late = {row.position for row in sent if row.claimed_at < hour_ago and row.onesignal_id is None}
    return all(row.position in held | late for row in sent)


def at_the_end(one, plan):
    """What must be so once nothing is left."""
    one.onesignal.settle(one.clock.elapsed + 60.0)
    journal = one.journal()
    for row in journal.items(plan.plan_id):
        if plan.state is PlanState.DONE:
            law(row.state not in (State.PENDING, State.SENT), "I5: done, and not settled")
        if row.state in (State.ACCEPTED, State.ABSENT):
            planned = one.onesignal.holds.get(row.id) == f"{row.id}#0"
            law(not planned, "said to be gone, and still there")
    spared = {f"other-{number}" for number in range(3)}
    law(spared <= set(one.onesignal.holds), "somebody was deleted whom no plan names")
    law(not journal.check(), "the chain of events is broken")
