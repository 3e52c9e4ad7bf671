"""Opening a journal: what is checked each time, before anything is read or written."""

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from purgeplan.journal import refusals
from purgeplan.journal.chain import genesis, linked
from purgeplan.journal.files import appearing, connected, folder_beside, plain
from purgeplan.journal.form import form_of
from purgeplan.journal.plans import as_planned
from purgeplan.journal.rows import EVENTS, events
from purgeplan.journal.sqlite import SqliteJournal
from purgeplan.journal.store import APPLICATION_ID, READING, WRITING, Store, connect, settle
from purgeplan.journal.version import FORMS, READ_AS, VERSION
from purgeplan.model.ports import Clock, Journal
from purgeplan.model.records import ADDRESSED, PlanRow

_NEW: Final = Path(__file__).with_name("new.sql")
"""What makes a new journal, written by ``tests/support/new_journal.py``."""


def open_journal(path: Path, clock: Clock, *, create: bool = True) -> SqliteJournal:
    """Open a journal for writing, made if need be (0600, missing folders 0700).

    Raises InvalidError where it is missing and not to be made, not ours, newer than this
    purgeplan, no plain file, or open to others; JournalError where it is not sound or can't be
    made durable.
    """
    if create and not path.is_symlink() and not path.exists():
        folder_beside(path.parent)
        with appearing(path, may_exist=True) as unfinished, connected(unfinished) as connection:
            _bring_up(connection)
            # already here: a kill while a named file changes its mode leaves a rollback to be
            # carried out, which readers may not
            connection.execute("PRAGMA journal_mode=wal").fetchall()
    return _opened(path, clock)


def open_reader(path: Path) -> SqliteJournal:
    """Open a journal, or a saved plan, for reading only; raises as ``open_journal`` does."""
    return _opened(path, None)


def journal_on(connection: sqlite3.Connection, clock: Clock) -> SqliteJournal:
    """Give a journal on a connection to ``:memory:``, made there where it is empty.

    The connection's ``isolation_level`` is None.
    """
    _bring_up(connection)
    settle(connection, {**WRITING, "journal_mode": "memory"})
    return SqliteJournal(Store(connection, ":memory:"), clock)


def passing_journal(clock: Clock) -> SqliteJournal:
    """Give a journal in memory, which is gone when it is closed."""
    return journal_on(sqlite3.connect(":memory:", isolation_level=None), clock)


def save_plan_file(path: Path, source: Journal, plan_id: int) -> None:
    """Write a saved plan: a journal of its own with one plan and no run, in a single file.

    It holds the set as it was planned. Whom a backup has found under ids that named nobody then is
    left out: the apply of the saved plan makes a backup of its own. Raises InvalidError where a
    file is in the way, RefusedError where the plan has begun here, since it would begin once more
    elsewhere and meet who came back, or where nobody can tell whom it named when planned.
    """
    row = source.plan(plan_id)
    found = any(source.events(plan_id, ADDRESSED))
    if source.tally(plan_id).claimed or (found and row.draft.summary.get("addressed")):
        raise refusals.begun(row)
    items = as_planned(source.items(plan_id))
    if found:
        items = (one._replace(onesignal_id=None) for one in items)
    with appearing(path) as unfinished, connected(unfinished) as connection:
        _bring_up(connection)
        saved = SqliteJournal(Store(connection, str(path)))
        saved.save(row.draft, items, row.planned_at)


def saved_plan(reader: Journal) -> PlanRow:
    """Give the plan of a saved plan; raises InvalidError where it holds another number, or runs."""
    rows = reader.plans()
    if len(rows) != 1 or reader.runs():
        raise refusals.not_saved_plan(reader.where)
    return rows[0]


def _opened(path: Path, clock: Clock | None) -> SqliteJournal:
    plain(path)
    with ExitStack() as on_error:
        try:
            connection = connect(path, "ro" if clock is None else "rw")
            on_error.callback(connection.close)
            _recognize(path, connection, writable=clock is not None)
            settle(connection, READING if clock is None else WRITING)
        except sqlite3.Error as error:
            raise refusals.failed(str(path), error) from error
        store = Store(connection, str(path))
        journal = SqliteJournal(store, clock)
        _follow(journal, store)
        on_error.pop_all()
    return journal


def _recognize(path: Path, connection: sqlite3.Connection, *, writable: bool) -> None:
    """Raise InvalidError or JournalError unless it is ours, of a version that can be worked with.

    What writes brings an older one up, once its form is known to be ours; what only reads changes
    nothing.
    """
    try:
        ((application_id,),) = connection.execute("PRAGMA application_id").fetchall()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        raise refusals.foreign(path) from error
    if application_id != APPLICATION_ID:
        raise refusals.foreign(path)
    version = _known(path, connection)
    if version < VERSION and writable:
        _bring_up(connection)
        version = _known(path, connection)
    if version < VERSION:
        connection.execute(READ_AS[version])


def _known(path: Path, connection: sqlite3.Connection) -> int:
    """Give the version that a file says it has; raises where its form is not that version's."""
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    if version < 1:
        raise refusals.foreign(path)
    if version not in FORMS:
        raise refusals.other_version(path, version, VERSION)
    if form_of(connection) != FORMS[version]:
        raise refusals.unsound(str(path), "its tables are not those of purgeplan")
    return int(version)


def _follow(journal: SqliteJournal, store: Store) -> None:
    """Raise JournalError unless the chain's last link follows from the one before."""
    newest = list(events(iter(store.read(f"{EVENTS} ORDER BY seq DESC LIMIT 2"))))
    if not newest:
        return
    last, *rest = newest
    before = rest[0].link if rest else genesis(journal.identity)
    if last.link != linked(before, last).link:
        raise refusals.unsound(journal.where, "the last link of its chain is wrong")


def _bring_up(connection: sqlite3.Connection) -> None:
    """Make a journal in an empty database, else bring the one that is there to this version.

    A new one is made by the very words that the migrations leave: sqlite-utils, which carries
    those out, takes a tenth of a short plan to load.
    """
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    if version == 0:
        connection.executescript(_NEW.read_text("utf-8"))
        return
    from purgeplan.journal.schema import migrate  # noqa: PLC0415 - for older journals alone

    migrate(connection)
