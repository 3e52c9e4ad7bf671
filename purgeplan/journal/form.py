"""The form of a journal: what tables, triggers and views there are, and their very words."""

import sqlite3
from typing import Final

from purgeplan.journal.chain import digest

_OURS: Final = """
    SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE NOT (type = 'table' AND name IN ('_sqlite_migrations', 'sqlite_stat1', 'sqlite_stat4'))
        AND NOT (type = 'index' AND (tbl_name = '_sqlite_migrations' OR sql IS NULL))
    ORDER BY type, name"""
"""All but what SQLite makes for itself, and sqlite-utils' list of migrations."""


def form_of(connection: sqlite3.Connection) -> str:
    """Give a commitment to the form of a database; nothing of its content is read."""
    return digest(connection.execute(_OURS).fetchall())
