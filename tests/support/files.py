"""Files: permission bits, the names in a folder, and a database changed by hand."""

import sqlite3
import stat
from contextlib import closing


def mode(path):
    """Give the permission bits of a file."""
    return stat.S_IMODE(path.lstat().st_mode)


def names(folder):
    """Give the names in a folder."""
    return sorted(file.name for file in folder.iterdir())


def by_hand(path, sql):
    """Change a file with SQLite alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql).fetchall()
