"""The words that make a new journal: ``PYTHONPATH=tests python -m support.new_journal``.

To be written anew into ``purgeplan/journal/new.sql`` with every migration.
"""

import sqlite3
from contextlib import closing

from purgeplan.journal.schema import MIGRATIONS, migrate
from purgeplan.journal.version import VERSION

FORM = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
APPLIED = f"""\
INSERT INTO {MIGRATIONS.migrations_table} (migration_set, name, applied_at)
    VALUES ('{MIGRATIONS.name}', '{{}}', strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'))"""
IDENTITY = "INSERT INTO journal (only, identity) VALUES (1, lower(hex(randomblob(16))))"


def words():
    """Give the statements that make what the migrations leave behind them in an empty file."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        form = [sql for (sql,) in connection.execute(FORM)]
        ((ours,),) = connection.execute("PRAGMA application_id")
        names = [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")]
    statements = [
        "BEGIN",
        f"PRAGMA application_id = {ours}",
        f"PRAGMA user_version = {VERSION}",
        *form,
        IDENTITY,
        *map(APPLIED.format, names),
        "COMMIT",
    ]
    return "".join(f"{one};\n" for one in statements)


if __name__ == "__main__":
    print(words(), end="")  # noqa: T201 - this is what it is for
