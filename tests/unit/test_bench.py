"""The bench's sums and words; what it measures is never asserted."""

import json
import sys

import pytest
from bench.bars import judged, short
from bench.desk import Desk
from bench.measure import (
    FailedError,
    answered_rate,
    by_second,
    median,
    most_within,
    paced_rate,
    per_one_ms,
    spend,
)
from bench.table import SECTIONS, cell, page
from hypothesis import given
from hypothesis import strategies as st

INSTANTS = st.lists(st.integers(0, 400), min_size=1).map(
    lambda ticks: sorted(n / 64 for n in ticks)
)
"""In steps that a float holds exactly."""


@given(INSTANTS)
def test_the_most_in_a_sliding_second_is_what_counting_finds(instants):
    """A second is half-open: what begins just one second later is not in it."""
    counted = max(sum(start <= one < start + 1 for one in instants) for start in instants)

    assert most_within(instants) == counted


@given(INSTANTS)
def test_seconds_tell_of_full_spans_only(instants):
    """A span that reaches beyond the end would show a fall that is none."""
    peaks = by_second(instants)

    assert max(peaks, default=0) <= most_within(instants)
    assert len(peaks) <= instants[-1] - instants[0] + 1


def test_rates_are_over_what_lies_between():
    """A pace is judged by its spaces; a throughput by its answers, the last one's wait included."""
    instants = [10.0, 10.5, 11.0, 11.5]

    assert paced_rate(instants) == pytest.approx(2.0)
    assert answered_rate(instants, 0.5) == pytest.approx(2.0)
    assert per_one_ms(3.0, 1_001, one_cpu_s=1.0) == pytest.approx(2.0)
    assert per_one_ms(3.0, 1_000) == pytest.approx(3.0)


@pytest.mark.parametrize("instants", [[], [1.0]], ids=["none", "one"])
def test_too_few_instants_have_no_pace(instants):
    """Nothing is divided by nothing."""
    assert paced_rate(instants) is None
    assert median([]) is None


def test_a_process_is_measured_with_its_children():
    """CPU counts what the process waited for; stdout is kept, stderr may be a terminal."""
    script = (
        "import os, subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'sum(range(10**6))'], check=True)\n"
        "print(os.isatty(2))"
    )

    spent = spend([sys.executable, "-c", script], {}, terminal=True)

    assert spent.out == "True\n"
    assert spent.cpu_s > 0
    assert spent.wall_s > 0
    assert spent.peak_mb > 1


def test_a_process_that_fails_is_no_figure():
    """What it said last is told, and so is its code."""
    script = "import sys; sys.exit('no such thing')"

    with pytest.raises(FailedError, match=r"exit 1: no such thing"):
        spend([sys.executable, "-c", script], {})


def test_what_can_not_be_measured_is_a_row_that_says_why(tmp_path, capsys):
    """The bench goes on without Newman, or with a port that is taken."""

    def fail():
        problem = "no Newman"
        raise FailedError(problem)

    row = Desk(tmp_path).repeat({"client": "Newman"}, fail)

    assert row == {"client": "Newman", "runs": [], "failed": "no Newman"}
    assert "no Newman" in capsys.readouterr().err


def test_a_case_is_measured_so_often_and_no_longer(tmp_path):
    """The number of runs and the patience both bound it; once is the least."""
    for runs, patience_s, expected in ((3, 60, 3), (3, 0, 1)):
        desk = Desk(tmp_path, runs=runs, patience_s=patience_s)
        assert len(desk.repeat({"case": 1}, lambda: {"wall_s": 1.0})["runs"]) == expected


def part(*rows):
    """Give a part as it is written to the figures."""
    return {"date": "2026-11-25", "quick": False, "machine": {"cores": "2"}, "rows": list(rows)}


def row(*runs, **about):
    """Give a row with runs of these figures."""
    return {**about, "runs": list(runs)}


def test_bars_are_met_missed_or_not_measured():
    """A bar of which nothing is known is neither met nor missed."""
    fast = {"reached": 985.0, "most_client": 991, "most_server": 1_003, "cpu_ms": 0.7}
    found = judged({"pace": part(row(fast, per_s=1_000, count=100_000))})

    verdicts = {bar: met for _, bar, _, met in found}
    assert verdicts["at least 980/s"] is True
    assert verdicts["at most 1,000"] is False
    assert verdicts["at most 0.6 ms a delete"] is False
    assert verdicts["at least 15 times"] is None
    assert {measured for *_, measured, met in found if met is None} == {"not measured"}


def test_a_figure_is_told_with_its_spread():
    """The median first, then the lowest and the highest; one run has none; none is a dash."""
    three = row({"wall_s": 2.0}, {"wall_s": 1.0}, {"wall_s": 4.0})

    assert cell(three, "wall_s") == "2.00 (1.00–4.00)"
    assert cell(row({"wall_s": 2.0}), "wall_s") == "2.00"
    assert cell(row(), "wall_s") == "—"


def test_the_page_tells_every_part_that_was_measured():
    """Figures survive JSON; a row that failed says why; each part has its heading."""
    parts = {
        "deletes": part(row(client="Newman", latency_ms=0.0, count=9) | {"failed": "no Newman"}),
        "start": part(row({"wall_s": 0.05, "cpu_s": 0.04}, command="purgeplan --version")),
    }

    text = page(json.loads(json.dumps(parts)))

    assert "- Newman 0.0 9: no Newman" in text
    assert "| `purgeplan --version` | 50 | 40 | 1 |" in text
    assert "| `purgeplan --version`, offline | under 120 ms | 50 ms | met |" in text
    assert "cores 2" in text
    assert [name for name in SECTIONS if f"## {SECTIONS[name][0]}\n" in text] == [
        "deletes",
        "start",
    ]


def test_numbers_are_said_as_people_do():
    """10 k, 1 M, 12.5 M."""
    assert [short(n) for n in (10, 10_000, 12_500_000)] == ["10", "10 k", "12.5 M"]
