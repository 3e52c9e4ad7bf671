"""The simulation: many more seeds than the tests have time for, and how fast they are played."""

import gc
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from support.simulated_journals import FakeMemory, SqliteMemory
from support.simulated_lives import LifeOfPlans, LifeOfPlansOnSqlite
from support.simulated_schedules import FoundError, any_blows, every_kill, simulate
from torture.judge import Verdict
from torture.work import Task

SELDOM = 20_000
"""New objects until rubbish is looked for; worlds are small, and most of them go by themselves."""

BEYOND = 10_000
"""Seeds from here on; the tests have those below."""


@dataclass
class Played:
    """What one process has played: schedules, its CPU seconds, and by name what broke a law."""

    schedules: int = 0
    cpu_s: float = 0.0
    broken: dict = field(default_factory=dict)
    points: int = 0


def _every_kill(memory, seed):
    return every_kill(memory, seed)


def _any_blows(memory, seed):
    simulate(any_blows(seed), memory)
    return 1


def _seeds(play, make, seeds):
    """Play seeds one after the other on one kind of journal."""
    gc.set_threshold(SELDOM)
    done, memory, before = Played(), make(), time.process_time()
    for seed in seeds:
        done.points += 1
        try:
            done.schedules += play(memory, seed)
        except FoundError as found:
            done.broken[f"seed {seed}"] = str(found)
    memory.close()
    done.cpu_s = time.process_time() - before
    return done


def _lives(machine, many):
    """Let hypothesis make up lives of plans, of 50 steps each."""
    done, before = Played(many, points=1), time.process_time()
    chosen = settings(
        max_examples=many,
        stateful_step_count=50,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except Exception as broken:  # noqa: BLE001 - whatever breaks a life is the finding
        done.broken["a life"] = " ".join((repr(broken), *getattr(broken, "__notes__", ())))
    done.cpu_s = time.process_time() - before
    return done


def _together(work, call, shares):
    """Call for each share in a process of its own, as many at once as there are cores."""
    before = time.monotonic()
    if len(shares) == 1:
        parts = [call[0](*call[1:], shares[0])]
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(len(shares), context) as pool:
            waiting = [pool.submit(*call, share) for share in shares]
            parts = [one.result() for one in waiting]
    wall_s = time.monotonic() - before
    for one in parts:
        for name, flaw in one.broken.items():
            work.add(name, Verdict(flaws=(flaw,)))
        for _ in range(one.points - len(one.broken)):
            work.row.take("", Verdict())  # thousands of lines would hide the one that matters
    schedules, cpu_s = sum(one.schedules for one in parts), sum(one.cpu_s for one in parts)
    work.note(
        f"{schedules:,} schedules, {schedules / cpu_s:,.0f} a CPU second, "
        f"{schedules / wall_s:,.0f} a second in {len(shares)} processes"
    )


def _cores(most):
    return min(os.cpu_count(), max(1, most // 10))


def _seeded(play, make, many):
    """Give what plays so many seeds for each that the scale wants."""

    def run(work):
        count = max(1, int(work.scale.seeds * many))
        cores = _cores(count)
        seeds = [range(BEYOND + at, BEYOND + count, cores) for at in range(cores)]
        _together(work, (_seeds, play, make), seeds)

    return run


def kills(make, many=1.0):
    """Give what kills the first process of each seed at each of its effects."""
    return _seeded(_every_kill, make, many)


def blows(make, many=10.0):
    """Give what deals the processes of each seed up to five blows of any kind."""
    return _seeded(_any_blows, make, many)


def lives(machine, many=2.0):
    """Give what lets hypothesis make up lives of plans."""

    def run(work):
        count = max(1, int(work.scale.seeds * many))
        cores = _cores(count)
        _together(work, (_lives, machine), [count // cores] * cores)

    return run


TASKS = [
    Task("simulation", "a kill at every effect", kills(FakeMemory), alone=True),
    Task("simulation", "the same on SQLite", kills(SqliteMemory, 0.1), alone=True),
    Task("simulation", "any blows in a row", blows(FakeMemory), alone=True),
    Task("simulation", "the same blows on SQLite", blows(SqliteMemory, 1.0), alone=True),
    Task("simulation", "lives of plans", lives(LifeOfPlans), alone=True),
    Task("simulation", "lives on SQLite", lives(LifeOfPlansOnSqlite, 0.2), alone=True),
]
"""Each alone: they take every core."""
