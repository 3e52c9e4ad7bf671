"""Databases of other kinds than SQLite and PostgreSQL, as SQLAlchemy's users may have them."""

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class Writing(SQLiteDialect_pysqlite):
    """A database that knows no read-only transaction, where every query deletes customers."""

    name = "writing"
    supports_statement_cache = True

    def do_execute_no_params(self, cursor, statement, context=None):
        """Do something else than asked."""
        cursor.execute("DELETE FROM customers")


class Picky(SQLiteDialect_pysqlite):
    """A driver that takes no setting of the URL."""

    name = "picky"
    supports_statement_cache = True

    def connect(self, *args, **settings):
        """Refuse, with words that show the settings."""
        raise TypeError(args, settings)


registry.register("writing", __name__, "Writing")
registry.register("picky", __name__, "Picky")
