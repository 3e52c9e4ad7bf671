"""The Journal on SQLite, put together from its parts."""

from pathlib import Path

from purgeplan.journal.files import appearing, connected
from purgeplan.journal.forgetting import Forgetting
from purgeplan.journal.items import Items
from purgeplan.journal.plans import Plans
from purgeplan.journal.runs import Runs
from purgeplan.model.ports import Journal


class SqliteJournal(Plans, Items, Runs, Forgetting):
    """A journal in one SQLite file; used by one thread at a time, whichever that is."""

    def close(self) -> None:
        """Close; the last one to close leaves the file alone, without a log beside it."""
        self._store.close()

    def backup_to(self, path: Path) -> None:
        """Copy the journal as it is at one moment; raises InvalidError for a file in the way."""
        with appearing(path) as unfinished, connected(unfinished) as copy:
            self._store.copy_into(copy)


_conforms: type[Journal] = SqliteJournal
