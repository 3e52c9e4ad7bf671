"""Signals before the engine's own handlers stand: the command ends quietly, as by Ctrl-C."""

import signal
from types import FrameType
from typing import Final, NoReturn

ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""What asks a command to end; Windows has no SIGHUP."""


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Raise what Ctrl-C raises, whichever signal asked."""
    raise KeyboardInterrupt


def catch_early() -> None:
    """Make every ending signal an interrupt, except a SIGHUP that ``nohup`` had switched off.

    SIGINT is taken even where a shell started us in the background with it ignored: whoever sends
    it to a command that deletes wants it to stop.
    """
    for number in ENDING:
        nohup = signal.getsignal(number) is signal.SIG_IGN and number != signal.SIGINT
        if not nohup:
            signal.signal(number, interrupt)


def let_go() -> None:
    """Leave ending signals to the system: at exit, one must not become a traceback."""
    for number in ENDING:
        if signal.getsignal(number) is interrupt:
            signal.signal(number, signal.SIG_DFL)
