"""Runs that die anywhere: by schedules of blows, in virtual time, with every promise as a law.

A failure names its schedule, such as ``17:kill@23,ask@4``: the world of seed 17, its first process
killed at its 23rd effect, the second asked to stop at its fourth. To play one again:
``SIMULATE='17:kill@23,ask@4' .venv/bin/python -m pytest -k plays_again``.
"""

import os

import pytest
from support.simulated_journals import FakeMemory, SqliteMemory
from support.simulated_schedules import BLOWS, Schedule, any_blows, every_kill, simulate
from support.simulation import Blow

FOUND = [
    "0:kill@15",
    "1:kill@1",
    "14:close@17",
    "29:kill@42",
    "378:",
    "647:usurp@41,ask@24,stop@21,ask@28,pause@14",
    "1098:disk@33,disk@36",
]
"""Schedules that showed a fault of the product once."""


@pytest.fixture(params=[FakeMemory, SqliteMemory], ids=["fake", "sqlite"])
def memory(request):
    """Give journals of each kind in turn."""
    made = request.param()
    yield made
    made.close()


@pytest.mark.parametrize("seeds", [range(20), range(20, 40)], ids=str)
def test_a_kill_at_any_effect_is_survived(seeds):
    """Whatever a kill leaves behind, the next process finishes, and every promise holds."""
    deaths = sum(every_kill(FakeMemory(), seed) for seed in seeds)

    assert deaths > 500


def test_a_kill_at_any_effect_is_survived_on_sqlite():
    """The same with the real journal, of fewer seeds."""
    memory = SqliteMemory()

    deaths = sum(every_kill(memory, seed) for seed in range(100, 104))

    memory.close()
    assert deaths > 80


def test_two_kills_at_any_two_effects_are_survived():
    """The second process dies at each of its effects, after the first did at each of its own."""
    deaths = sum(every_kill(FakeMemory(), seed, deep=2) for seed in (0, 5))

    assert deaths > 200


@pytest.mark.parametrize("seeds", [range(1000, 1100), range(1100, 1200)], ids=str)
def test_any_blows_in_a_row_are_survived(seeds):
    """Kills, signals, full disks, usurpers, stop and pause files, up to five in a row."""
    for seed in seeds:
        simulate(any_blows(seed), FakeMemory())


def test_any_blows_in_a_row_are_survived_on_sqlite():
    """The same with the real journal, of fewer seeds."""
    memory = SqliteMemory()

    for seed in range(2000, 2015):
        simulate(any_blows(seed), memory)

    memory.close()


@pytest.mark.parametrize("text", [*FOUND, *os.environ.get("SIMULATE", "").split()])
def test_plays_again(memory, text):
    """What was found once stays mended, and what SIMULATE names plays again."""
    simulate(Schedule.of(text), memory)


@pytest.mark.parametrize("kind", BLOWS)
def test_a_schedule_plays_the_same_each_time(kind):
    """A failing seed is worth something only if it fails again."""
    schedule = Schedule.of(f"3:{kind}@17,kill@9")

    assert simulate(schedule, FakeMemory()) == simulate(schedule, FakeMemory())


def test_both_journals_play_a_schedule_alike(memory):
    """Effects and times are the same on either, so that what one shows holds for the other."""
    schedule = Schedule.of("8:kill@21,disk@12,ask@19")

    assert simulate(schedule, memory) == simulate(schedule, FakeMemory())


def test_a_schedule_can_be_read_back():
    """Its name is all that is needed to play it again."""
    schedule = Schedule(17, (Blow("kill", 23), Blow("ask", 4)))

    assert Schedule.of(str(schedule)) == schedule
