"""A line on stderr that tells how far something long is: live on a terminal, elsewhere at times."""

import shutil
from typing import Final

from purgeplan.cli.console import Console
from purgeplan.model.ports import Clock

REDRAW_S: Final = 0.1
HEARTBEAT_S: Final = 15.0


class Ticker:
    """Shows a changing line: ten times a second on a terminal, else every HEARTBEAT_S."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._every_s = REDRAW_S if console.err_is_terminal else HEARTBEAT_S
        self._next = clock.monotonic() + (0 if console.err_is_terminal else HEARTBEAT_S)

    @property
    def is_due(self) -> bool:
        """Tell whether a line would be shown now; never with ``-q``."""
        return self._console.verbosity >= 0 and self._clock.monotonic() >= self._next

    def show(self, text: str) -> None:
        """Show the line as it is now."""
        self._next = self._clock.monotonic() + self._every_s
        if self._console.err_is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self._console.draw(text if len(text) <= width else text[: width - 1] + "…")
        else:
            self._console.say(text)

    def close(self) -> None:
        """Take the live line away."""
        self._console.draw("")


class PhaseView:
    """Shows long phases of planning: a callback for ``progress(phase, done, total)``."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._ticker = Ticker(console, clock)

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """Show how far a phase is, when a line is due."""
        if self._ticker.is_due:
            self._ticker.show(phase_line(phase, done, total))

    def close(self) -> None:
        """Take the live line away."""
        self._ticker.close()


def phase_line(phase: str, done: int, total: int | None) -> str:
    """Give one line for a phase of planning."""
    return f"{phase}: {done:,}" + (f" of {total:,}" if total is not None else "")
