"""What ends a command besides itself: signals, and in CI the end of whoever started it."""

import os
import signal
from collections.abc import Mapping
from types import FrameType
from typing import Final, NoReturn

ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""What asks a command to end; Windows has no SIGHUP."""

PARENT: Final = os.getppid()
"""Who started this process; another number later means that it is gone."""


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Raise what Ctrl-C raises, whichever signal asked."""
    raise KeyboardInterrupt


def heeded() -> list[signal.Signals]:
    """Give the signals that end a command: all, but a SIGHUP that ``nohup`` has switched off.

    SIGINT is among them even where a shell started us in the background with it ignored: whoever
    sends it to a command that deletes wants it to stop.
    """
    return [one for one in ENDING if one == signal.SIGINT or not _is_ignored(one)]


def catch_early() -> None:
    """Make every ending signal an interrupt, before the engine's own handlers stand."""
    for number in heeded():
        signal.signal(number, interrupt)


def let_go() -> None:
    """Leave ending signals to the system: at exit, one must not become a traceback."""
    for number in ENDING:
        if signal.getsignal(number) is interrupt:
            signal.signal(number, signal.SIG_DFL)


def is_orphan(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a job of CI was ended that this process would outlive.

    A runner that cancels a job kills the step's shell; what that has started runs on, unseen.
    Outside of CI, under ``nohup`` and in a session of one's own, outliving the shell is meant.
    """
    if environ.get("CI", "").lower() in ("", "0", "false") or os.getppid() == PARENT:
        return False
    return not (_is_ignored(signal.SIGHUP) or os.getsid(0) == os.getpid())


def _is_ignored(number: signal.Signals) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN
