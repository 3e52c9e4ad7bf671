"""The ledger: one JSON line for every request, written before it is answered."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO


@dataclass(slots=True)
class Entry:
    """One request as it came in, filled in while it is judged.

    ``path`` is the target as received, query included; ``status`` is None where no answer went
    out, ``carried_out`` tells whether a deletion was accepted all the same.
    """

    at: datetime
    method: str
    path: str
    authorized: bool = False
    app_id: str | None = None
    resource: str | None = None
    by: str | None = None
    id: str | None = None
    status: int | None = None
    fault: str | None = None
    carried_out: bool = False

    def line(self) -> str:
        """Give the entry as one line of JSON."""
        return json.dumps(
            {
                "ts": self.at.isoformat(timespec="microseconds"),
                "method": self.method,
                "path": self.path,
                "app_id": self.app_id,
                "resource": self.resource,
                "by": self.by,
                "id": self.id,
                "status": self.status,
                "fault": self.fault,
                "carried_out": self.carried_out,
                "authorization": self.authorized,
            }
        )


class Ledger:
    """Appends entries to a file; each is flushed to the operating system at once."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None

    def write(self, entry: Entry) -> None:
        """Write one entry; on return it outlives this process."""
        if self._file is not None:
            self._file.write(entry.line() + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
