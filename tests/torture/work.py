"""What a part works with: its row, its size, a folder of its own."""

import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from torture.judge import Verdict
from torture.rows import Row

RARE = ("fsync", "ftruncate", "rename", "link")
"""Calls of which a command makes a few, each the end of something: none is left out."""


@dataclass(frozen=True)
class Scale:
    """How much is tried: every n-th point of a sweep, so many rounds, so many ids.

    By default it takes two cores an hour; ``--every 1`` tries each point. ``points`` are those of
    a sweep where only a few are wanted, ``calm`` leaves out faults that take a minute each.
    """

    every: int = 7
    rounds: int = 10
    ids: int = 60
    storm: int = 100_000
    load: int = 1_000_000
    journal: int = 10_000_000
    pause_s: float = 125.0
    kills: int = 20
    seeds: int = 500
    points: tuple = ()
    calm: bool = False

    @classmethod
    def quick(cls):
        """Give what takes minutes."""
        return cls(40, 3, 40, 3_000, 5_000, 50_000, 3.0, 5, 20)

    @classmethod
    def tiny(cls, **sizes):
        """Give what the test suite has time for, one round of each."""
        return cls(**{"rounds": 1, **sizes})


@dataclass
class Work:
    """One row's work."""

    row: Row
    folder: Path
    scale: Scale

    def add(self, name, verdict):
        """Count a judged point and show that it was."""
        self.row.take(name, verdict)
        mark = "" if not verdict.flaws else f"  {verdict.flaws[0]}"
        sys.stderr.write(f"{self.row.part} {self.row.what}: {name}{mark}\n")

    def judge(self, name, phase, case):
        """Go on after the harm, and count the point; what can't go on is a flaw of it."""
        try:
            phase.after(case)
            verdict = phase.judged(case)
        except Exception as broken:  # noqa: BLE001 - whatever it is, the other points are wanted
            verdict = Verdict(flaws=(*case.flaws, repr(broken)[:300]))
        self.add(name, verdict)

    def tell_stride(self):
        """Say where only some points of a sweep are tried."""
        if self.scale.every > 1 and not self.scale.points:
            self.note(f"one call in {self.scale.every}, and each {', '.join(RARE)}")

    def note(self, text):
        """Say something beside the numbers."""
        self.row.note = f"{self.row.note}; {text}" if self.row.note else text

    def points(self, call):
        """Give the numbers of a sweep, from 1, as sparse as the scale says."""
        return self.scale.points or count(1, 1 if call in RARE else self.scale.every)


@dataclass(frozen=True)
class Task:
    """One row of a part: what it is called, and what fills it; ``alone`` wants the machine."""

    part: str
    what: str
    run: object
    alone: bool = False
