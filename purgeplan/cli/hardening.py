"""Keeps what is in the memory of a command to itself: keys, and ids of people."""

import ctypes
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def close_memory() -> None:
    """Let no core be written, and on Linux no other process of this user look in.

    A core dump lies on a disk, or is sent to whoever collects crashes; ``/proc/PID/environ`` and
    ``mem`` are readable by every process of the same user. Root reads them all the same.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
