"""The simulation: many more seeds than the tests have time for, and how fast they are played."""

import time
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from support.simulated_journals import FakeMemory, SqliteMemory
from support.simulated_lives import LifeOfPlans, LifeOfPlansOnSqlite
from support.simulated_schedules import FoundError, any_blows, every_kill, simulate
from torture.judge import Verdict
from torture.work import Task

BEYOND = 10_000
"""Seeds from here on; the tests have those below."""


@dataclass
class Tempo:
    """How many schedules were played, and the CPU seconds of this process that they took."""

    schedules: int = 0
    cpu_s: float = 0.0

    def play(self, work, name, schedules):
        """Play what gives the number of its schedules; a broken law is a flaw, told with it."""
        before = time.process_time()
        flaws = ()
        try:
            self.schedules += schedules()
        except FoundError as found:
            flaws = (str(found),)
        self.cpu_s += time.process_time() - before
        if flaws:
            work.add(name, Verdict(flaws=flaws))
        else:
            work.row.take(name, Verdict())  # thousands of lines would hide the one that matters

    def tell(self, work):
        """Say how many there were, and how many a second."""
        rate = self.schedules / self.cpu_s if self.cpu_s else 0
        work.note(f"{self.schedules:,} schedules, {rate:,.0f} a CPU second")


def kills(make, share=1):
    """Give what kills the first process of each seed at each of its effects."""

    def run(work):
        tempo = Tempo()
        memory = make()
        for seed in range(BEYOND, BEYOND + max(1, work.scale.seeds // share)):
            tempo.play(work, f"seed {seed}", lambda seed=seed: every_kill(memory, seed))
        memory.close()
        tempo.tell(work)

    return run


def blows(make, share=1):
    """Give what deals the processes of each seed up to five blows of any kind."""

    def run(work):
        tempo = Tempo()
        memory = make()
        for seed in range(BEYOND, BEYOND + max(1, work.scale.seeds * 10 // share)):
            tempo.play(work, f"seed {seed}", lambda seed=seed: _one(any_blows(seed), memory))
        memory.close()
        tempo.tell(work)

    return run


def _one(schedule, memory):
    simulate(schedule, memory)
    return 1


def lives(machine, share=1):
    """Give what lets hypothesis make up lives of plans, of 50 steps each."""

    def run(work):
        many = max(1, work.scale.seeds * 2 // share)
        chosen = settings(
            max_examples=many,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        tempo, before = Tempo(many), time.process_time()
        flaws = ()
        try:
            run_state_machine_as_test(machine, settings=chosen)
        except Exception as broken:  # noqa: BLE001 - whatever breaks a life is the finding
            flaws = (repr(broken), *getattr(broken, "__notes__", ()))
        tempo.cpu_s = time.process_time() - before
        work.add(f"{many:,} lives", Verdict(flaws=flaws))
        tempo.tell(work)

    return run


TASKS = [
    Task("simulation", "a kill at every effect", kills(FakeMemory), alone=True),
    Task("simulation", "the same on SQLite", kills(SqliteMemory, 10), alone=True),
    Task("simulation", "any blows in a row", blows(FakeMemory), alone=True),
    Task("simulation", "the same blows on SQLite", blows(SqliteMemory, 10), alone=True),
    Task("simulation", "lives of plans", lives(LifeOfPlans), alone=True),
    Task("simulation", "lives on SQLite", lives(LifeOfPlansOnSqlite, 10), alone=True),
]
"""Each alone: the CPU seconds of a process are those of all its threads."""
