"""The short part of ``script/torture``: a few points of every kind, on every run of the tests."""

import os

import pytest
from support.simulated_journals import FakeMemory
from support.simulated_lives import LifeOfPlans
from torture.__main__ import carry_out
from torture.parts import clocks, errors, kills, order, power, rivals, signals, simulation, storm
from torture.rows import Row, table
from torture.work import Scale, Task

IN_CI = os.environ.get("CI") and os.geteuid() == 0
"""Nothing is skipped there: see script/tools."""

FEW = {"ids": 15}

SHORT = {
    "kill plan": (kills.swept("plan", ("fdatasync",)), {**FEW, "points": (3,)}),
    "kill apply": (kills.swept("apply", ("fdatasync", "sendto")), {**FEW, "points": (7,)}),
    "kill forget": (kills.swept("forget", ("write",)), {**FEW, "points": (1,)}),
    "kill at random": (kills.at_random, FEW),
    "EIO": (errors.failing("EIO", ("fdatasync",)), {**FEW, "points": (5, 9)}),
    "ENOSPC": (errors.failing("ENOSPC", ("pwrite64",)), {**FEW, "points": (25,)}),
    "full": (errors.full, FEW),
    "order": (order.order, {"ids": 10}),
    "order, mutant": (order.teeth, FEW),
    "power": (power.power, FEW),
    "power, mutant": (power.teeth, FEW),
    "SIGTERM": (signals.once("TERM", ("sendto",)), {**FEW, "points": (8,)}),
    "second signal": (signals.twice, FEW),
    "SIGSTOP": (signals.stopped, {**FEW, "pause_s": 0.1}),
    "clock jumps": (clocks.jumping(), FEW),
    "other clock, users": (clocks.between(**clocks.USERS), FEW),
    "two applies": (rivals.two, FEW),
    "two copies": (rivals.copied, FEW),
    "two machines": (rivals.elsewhere, {"ids": 10}),
    "open readers": (rivals.open_readers, {"ids": 10}),
    "simulated kills": (simulation.kills(FakeMemory), {"seeds": 2}),
    "simulated blows": (simulation.blows(FakeMemory), {"seeds": 2}),
    "simulated lives": (simulation.lives(LifeOfPlans), {"seeds": 2}),
    "storm": (storm.storm, {"storm": 300, "kills": 1, "calm": True}),
}


@pytest.mark.parametrize("name", SHORT)
def test_survives(name, tmp_path):
    """Ledger, journal, report and exit code agree after the violence, and promises are kept."""
    run, sizes = SHORT[name]
    row = carry_out(Task("crash", name, run), tmp_path / "torture", Scale.tiny(**sizes))

    if row.skipped and not IN_CI:
        pytest.skip(row.skipped)
    assert row.skipped == ""
    assert row.flaws == []
    assert row.points == row.survived > 0


def test_a_flaw_is_counted_and_told():
    """A point with a flaw does not survive, and the table says so."""
    from torture.judge import Verdict  # noqa: PLC0415 - beside its use

    row = Row("part", "what")
    row.take("one", Verdict(sent=3, resent=2))
    row.take("two", Verdict(sent=3, lost=1, flaws=("I1: somebody else",)))

    assert (row.points, row.survived, row.resent_at_most, row.lost) == (2, 1, 2, 1)
    assert row.flaws == ["two: I1: somebody else"]
    assert not row.sound
    assert "| part | what | 2 | 1 | 2 | 1 | 0 |" in table([row])
