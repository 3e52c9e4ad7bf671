"""The memory of apps: plans, items, runs and events in SQLite, and the lock of a run."""

from purgeplan.journal.dumps import dump_outcomes, dumped_outcomes
from purgeplan.journal.files import is_plan_file
from purgeplan.journal.lock import AppLock
from purgeplan.journal.opening import (
    journal_on,
    open_journal,
    open_reader,
    passing_journal,
    save_plan_file,
    saved_plan,
)
from purgeplan.journal.place import journal_path, known_journals
from purgeplan.journal.sqlite import SqliteJournal

__all__ = [
    "AppLock",
    "SqliteJournal",
    "dump_outcomes",
    "dumped_outcomes",
    "is_plan_file",
    "journal_on",
    "journal_path",
    "known_journals",
    "open_journal",
    "open_reader",
    "passing_journal",
    "save_plan_file",
    "saved_plan",
]
