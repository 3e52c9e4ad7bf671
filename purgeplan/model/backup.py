"""Backups of the rows that go: what the journal's chain says of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from purgeplan.model.records import Event

BEGUN: Final = "backup.begun"
KEPT: Final = "backup.kept"
FORGOTTEN: Final = "backup.forgotten"
"""Kinds of events: what they tell of is asked for, is complete, is deleted."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One file with the rows of those who were about to go, made before any of them was sent.

    ``ids`` are how many were left of the plan then, ``without`` how many of these the export had
    no row of, and ``skipped`` those of them who were pending: nobody goes without a row. (Older
    purgeplans skipped none.) ``asked_at`` (aware UTC) is the export's time.
    """

    file: str
    sha256: str
    rows: int
    ids: int
    without: int
    asked_at: datetime
    skipped: int = 0
    forgotten: bool = False

    def data(self) -> Mapping[str, Any]:
        """Give it as the journal notes it."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "rows": self.rows,
            "ids": self.ids,
            "without": self.without,
            "asked_at": self.asked_at.isoformat(),
            "skipped": self.skipped,
        }

    @classmethod
    def noted(cls, data: Mapping[str, Any], *, forgotten: bool = False) -> Self:
        """Give back what ``data`` made."""
        return cls(
            file=data["file"],
            sha256=data["sha256"],
            rows=data["rows"],
            ids=data["ids"],
            without=data["without"],
            asked_at=datetime.fromisoformat(data["asked_at"]),
            skipped=data.get("skipped", 0),
            forgotten=forgotten,
        )


def backups(events: Iterable[Event]) -> tuple[Backup, ...]:
    """Give the backups that the events of one plan tell of, the newest last."""
    known = list(events)
    gone = max((one.seq for one in known if one.kind == FORGOTTEN), default=0)
    kept = (one for one in known if one.kind == KEPT)
    return tuple(Backup.noted(one.data, forgotten=one.seq < gone) for one in kept)


def folder_of(journal: str) -> str:
    """Give the folder of backups, beside the journal."""
    return f"{journal}.backups"
