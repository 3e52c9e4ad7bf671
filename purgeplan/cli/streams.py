"""The three standard streams of a process, there also where whoever started it closed some."""

import os
import sys

_FIRST_THREE = range(3)


def fill_streams() -> None:
    """Point what is closed at nothing, before a file takes its number.

    A journal that is opened as number 1 would be written into by whatever prints.
    """
    for number in _FIRST_THREE:
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest that is free
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)
