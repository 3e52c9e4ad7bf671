"""What reading may reach of the world: a folder and its files, standard input, whom to tell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

Progress = Callable[[str, int, int | None], None]
"""Told of long phases: what is being done, how far, of how much (None where unknown)."""


def quiet(phase: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What reading may use of the world.

    ``root`` is the folder that no path may leave, ``folder`` (relative to it) that of the file
    which names the source.
    """

    root: str
    folder: str = ""
    stdin: BinaryIO | None = None
    progress: Progress = quiet
