"""A database of customers for tests of the kind sql: SQLite, by a URL with odd characters."""

import sqlite3

from support import dialects
from support.sources import source

from purgeplan.model.ids import EXTERNAL_ID

assert dialects.registry  # they are registered by now

ALL = "SELECT external_id FROM customers"


def customers(folder, monkeypatch):
    """Make a database with a table of two customers, which CUSTOMERS_URL names; give its path."""
    path = folder / "cust omers#1.db"
    fill(path, "CREATE TABLE customers (external_id)", ["a"], ["b"])
    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///{path}")
    return path


def fill(path, create, *rows):
    """Make a table of a SQLite file anew."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE IF EXISTS customers")
        connection.execute(create)
        marks = ", ".join("?" for _ in (rows[0] if rows else ()))
        connection.executemany(f"INSERT INTO customers VALUES ({marks})", rows)
    connection.close()


def sql(query=ALL, by=EXTERNAL_ID, **options):
    """Give a source of the kind; ``query`` None leaves it out."""
    given_ = {"url": {"env": "CUSTOMERS_URL"}} | ({} if query is None else {"query": query})
    return source("sql", by, **{**given_, **options})
