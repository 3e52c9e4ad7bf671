"""The short part of ``script/torture``: a few points of every kind, on every run of the tests."""

import os

import pytest
from support.simulated_journals import FakeMemory
from support.simulated_lives import LifeOfPlans
from torture.__main__ import PARTS, carry_out, tasks
from torture.judge import Verdict
from torture.parts import clocks, errors, kills, order, power, rivals, signals, simulation, storm
from torture.rows import BEGIN, END, Row, filled, table
from torture.work import Scale, Task

IN_CI = os.environ.get("CI") and os.geteuid() == 0
"""Nothing is skipped there: see script/tools."""

FEW = {"ids": 15}

SHORT = {
    "kill plan": (kills.swept("plan", ("fdatasync",)), {**FEW, "points": (3,)}),
    "kill apply": (kills.swept("apply", ("fdatasync", "sendto")), {**FEW, "points": (7,)}),
    "kill forget": (kills.swept("forget", ("write",)), {**FEW, "points": (1,)}),
    "kill at random": (kills.at_random, FEW),
    "EIO": (errors.failing("apply", "EIO", ("fdatasync",)), {**FEW, "points": (5, 9)}),
    "EIO, folder": (errors.failing("export", "EIO", ("fsync",)), {**FEW, "points": (1,)}),
    "ENOSPC": (errors.failing("apply", "ENOSPC", ("pwrite64",)), {**FEW, "points": (25,)}),
    "full": (errors.full, FEW),
    "order": (order.order, {"ids": 10}),
    "order, new journal": (order.new, {"ids": 10}),
    "order, mutant": (order.teeth, FEW),
    "power": (power.power, FEW),
    "power, mutant": (power.teeth, FEW),
    "SIGTERM": (signals.once("TERM", ("sendto",)), {**FEW, "points": (8,)}),
    "second signal": (signals.twice, FEW),
    "SIGSTOP": (signals.stopped, {**FEW, "pause_s": 0.1}),
    "clock jumps": (clocks.jumping(), FEW),
    "other clock, users": (clocks.between(**clocks.USERS), FEW),
    "two applies": (rivals.two, FEW),
    "other commands": (rivals.beside, FEW),
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
    row = Row("part", "what")
    row.take("one", Verdict(sent=3, resent=2))
    row.take("two", Verdict(sent=3, lost=1, flaws=("I1: somebody else",)))

    assert (row.points, row.survived, row.resent_at_most, row.lost) == (2, 1, 2, 1)
    assert row.flaws == ["two: I1: somebody else"]
    assert not row.sound
    assert "| part | what | 2 | 1 | 2 | 1 | 0 |" in table([row])


def test_what_can_not_go_on_is_no_success():
    """A row that broke off is told, and is no row that survived."""

    def breaks(work):
        work.add("one", Verdict())
        raise OSError

    row = carry_out(Task("part", "what", breaks), None, Scale.tiny())

    assert row.points == row.survived == 1
    assert row.flaws == ["it did not come to its end: OSError()"]
    assert not row.sound


def test_where_nothing_was_tried_nothing_survived():
    """A row without a point is a flaw, unless it says why it was skipped."""
    row = carry_out(Task("part", "what", lambda _: None), None, Scale.tiny())

    assert row.flaws == ["nothing was tried"]
    assert not row.sound


def test_a_part_that_is_run_again_leaves_the_figures_of_others():
    """Each row says by which run it was measured; rows that there are no more are dropped."""
    known = [("one", "a"), ("one", "b"), ("two", "c")]
    rows = [Row("one", "a", 5, 5), Row("one", "b", 6, 6), Row("gone", "d", 7, 7)]
    page = filled(
        f"before\n{BEGIN}\n{END}\nafter", rows, "`first`, Monday.", [*known, ("gone", "d")]
    )
    page = filled(page, [Row("two", "c", 8, 8), Row("one", "b", 9, 9)], "`second`, Friday.", known)

    assert page.startswith(f"before\n{BEGIN}\n\n| part | what | points |")
    assert page.endswith(
        "| one | a | 5 | 5 | 0 | 0 | 0 |  | 1 |\n"
        "| one | b | 9 | 9 | 0 | 0 | 0 |  | 2 |\n"
        "| two | c | 8 | 8 | 0 | 0 | 0 |  | 2 |\n\n"
        f"Runs:\n\n1. `first`, Monday.\n2. `second`, Friday.\n\n{END}\nafter"
    )
    assert filled(page, [], "", known) == page


def test_every_row_has_a_name_of_its_own():
    """Figures are kept by it."""
    names = [(one.part, one.what) for one in tasks(PARTS)]

    assert len(set(names)) == len(names)
