"""``--json`` of a run: a line of JSON for each thing that a program wants to know of it."""

from typing import TYPE_CHECKING, Any, Final

from purgeplan import __version__
from purgeplan.cli.console import LOST, Console, hush
from purgeplan.model.backup import Backup
from purgeplan.model.ports import Clock
from purgeplan.model.progress import Checked, Progress, Settled, Waiting

if TYPE_CHECKING:
    from purgeplan.model.records import PlanRow

EVERY_S: Final = 5.0
"""How often a line tells how far it is."""


class Stream:
    """NDJSON on stdout: version, drift, backup, run_started, progress now and then, summary.

    The version comes with the first of the others: what fails before is one object of its own.
    ``lost`` is whether stdout could not be written at some time; nothing is told from then on.
    """

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._settled = 0
        self._next = clock.monotonic()
        self._begun = False
        self.lost = False

    def drift(self, skipped: int) -> None:
        """Tell of a drift check: so many were active since the evidence, and are out by it."""
        self._emit("drift", skipped=skipped)

    def backup(self, kept: Backup) -> None:
        """Tell of the backup that holds whoever goes."""
        self._emit("backup", **kept.data())

    def started(self, row: "PlanRow", left: int) -> None:
        """Tell that a run begins."""
        fingerprint = row.draft.fingerprint
        self._emit("run_started", plan=row.draft.name, fingerprint=fingerprint, left=left)

    def show(self, progress: Progress) -> None:
        """Tell what a program wants to know of what happened."""
        match progress:
            case Settled(outcomes=outcomes, in_flight=in_flight):
                self._settled += len(outcomes)
                if self._clock.monotonic() >= self._next:
                    self._next = self._clock.monotonic() + EVERY_S
                    self._emit("progress", answers=self._settled, in_flight=in_flight)
            case Waiting(why=why, seconds=seconds) if seconds >= 1:
                self._emit("waiting", why=why, seconds=round(seconds, 1))
            case Checked(active=active):
                self.drift(active)
            case _:
                return

    def summary(self, **data: Any) -> None:  # noqa: ANN401 - whatever JSON takes
        """Tell how it ended: the last line."""
        self._emit("summary", **data)

    def _emit(self, kind: str, **data: Any) -> None:  # noqa: ANN401 - as above
        if not self._begun:
            self._begun = True
            self._emit("version", format_version="1.0", purgeplan=__version__)
        try:
            self._console.document({"type": kind, "ts": self._clock.now().isoformat(), **data})
        except LOST:
            hush(self._console.out)
            self.lost = True
