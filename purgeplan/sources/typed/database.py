"""Asks a database one query: read-only where it can, streamed, with errors that show no secret."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from purgeplan.errors import Finding, InvalidError, Place, PurgeplanError, UnreachableError
from purgeplan.model.secret import Secret
from purgeplan.sources.reading.columns import shown
from purgeplan.sources.typed.cells import no_extra

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import DBAPIError

FETCH: Final = 5_000
"""Rows taken at once: all that is in memory of an answer, however long."""

_OPTIONS: Final = {
    "stream_results": True,
    "yield_per": FETCH,
    "no_parameters": True,  # a percent sign in the query is one
    "postgresql_readonly": True,
}
_IN_TEXT: Final = frozenset({"ProgrammingError", "NotSupportedError"})
_IN_VALUES: Final = frozenset({"DataError", "IntegrityError"})
"""What drivers call errors of a query by DB-API 2.0; the others are the database's."""
_ERRORS: Final = frozenset({1, 17})
_READONLY: Final = 8
"""Result codes of SQLite, in their lower byte; Python calls all of them OperationalError.

A first query with a syntax error is SQLITE_SCHEMA (17) at times, instead of SQLITE_ERROR.
"""
_WRITING: Final = "writes, and sources only read"
_WRITES: Final = "25006"
"""SQLSTATE read_only_sql_transaction, of the standard and PostgreSQL."""
_REASONS: Final = (
    "password authentication failed",
    "connection refused",
    "could not translate host name",
    "name or service not known",
    "timeout expired",
    "certificate verify failed",
    "too many connections",
    "unable to open database file",
    "not a database",
    "database is locked",
    "terminating connection",
    "canceling statement",
    "server closed the connection",
)
"""What drivers say that holds no name, address or password: only these words are repeated."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.']{0,40}\d{0,2}")
_MAX_WORDS: Final = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: names of its columns, and rows, as they come."""

    names: Sequence[str]
    rows: Iterable[Sequence[Any]]


@contextmanager
def answered(url: Secret, query: str, source: Place, written: Place) -> Iterator[Answer]:
    """Ask one query and give its answer for the time of the context; nothing is ever committed.

    ``source`` is where the source stands, ``written`` where the query does. Raises
    UnreachableError where the database can't be reached or breaks off, InvalidError where the
    reference holds no address, a driver is missing, or the query is wrong or writes.
    """
    try:
        import sqlalchemy as sa  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidError(no_extra("sql", source)) from error
    engine = _engine(url, source)
    try:
        with (
            _connected(engine, source) as connection,
            connection.execution_options(**_OPTIONS).exec_driver_sql(query) as result,
        ):
            if not result.returns_rows:
                raise InvalidError(_refused("gives no rows", written))
            yield Answer([str(name) for name in result.keys()], result)  # noqa: SIM118 - no mapping
    except sa.exc.DBAPIError as error:
        raise _failed(error, source, written) from None  # the cause shows query and address
    finally:
        engine.dispose()


def _engine(url: Secret, place: Place) -> "Engine":
    import sqlalchemy as sa  # noqa: PLC0415 - an extra

    try:
        parsed = sa.make_url(url.reveal())
    except (sa.exc.ArgumentError, ValueError):
        raise InvalidError(_bad_url("holds no address of a database", place)) from None
    try:
        if parsed.get_dialect().is_async:
            raise InvalidError(_bad_url("names an asynchronous driver", place))
        return sa.create_engine(_reading(parsed, place), poolclass=sa.NullPool)
    except (sa.exc.NoSuchModuleError, ImportError):
        driver = "+".join(shown(part) for part in parsed.drivername.split("+"))
        problem = f"no driver for {driver} is installed"
        mend = "install the driver (and SQLAlchemy's dialect) beside purgeplan, or name another"
        raise InvalidError(Finding("PP223", problem, mend, place)) from None
    except (sa.exc.ArgumentError, ValueError, TypeError):
        raise InvalidError(_bad_url("has settings that the driver does not know", place)) from None


def _reading(url: "URL", place: Place) -> "URL":
    """Give the URL under which SQLite neither writes nor makes a file that is not there."""
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:":
        raise InvalidError(_bad_url("names no file", place))
    path = url.database.removeprefix("file:")
    name = path if path != url.database else quote(path)
    return url.set(database=f"file:{name}", query={**url.query, "mode": "ro", "uri": "true"})


def _connected(engine: "Engine", place: Place) -> "Connection":
    import sqlalchemy as sa  # noqa: PLC0415 - an extra

    try:
        return engine.connect()
    except sa.exc.ProgrammingError:
        raise InvalidError(_bad_url("has settings that the driver does not know", place)) from None
    except (sa.exc.DBAPIError, OSError) as error:
        raise UnreachableError(_unreachable("can't be reached", error, place)) from None
    except (TypeError, ValueError):
        raise InvalidError(_bad_url("has settings that the driver does not take", place)) from None


def _failed(error: "DBAPIError", source: Place, written: Place) -> PurgeplanError:
    """Tell a query that is wrong from a database that broke off."""
    original, kind = error.orig, type(error).__name__
    code = getattr(original, "sqlite_errorcode", 0) & 0xFF
    if error.connection_invalidated:
        return UnreachableError(_unreachable("broke off", error, source))
    if code == _READONLY or getattr(original, "sqlstate", None) == _WRITES:
        return InvalidError(_refused(_WRITING, written))
    if code in _ERRORS or kind in _IN_TEXT:
        return InvalidError(_refused(f"is wrong{_told(original)}", written))
    if kind in _IN_VALUES:
        return InvalidError(_refused(f"fails on a value ({type(original).__name__})", written))
    return UnreachableError(_unreachable("broke off", error, source))


def _told(error: object) -> str:
    """Give what a database says of a query, as far as it is words and names."""
    first, *_ = [*str(error).splitlines(), ""]
    words = [word.strip("\"'`(),:;") for word in first.split()[:_MAX_WORDS]]
    return ": " + " ".join(word if _NAME.fullmatch(word) else "…" for word in words if word)


def _unreachable(what: str, error: Exception, place: Place) -> Finding:
    said = str(error).lower()
    why = next((words for words in _REASONS if words in said), type(error).__name__)
    mend = "try again later; nothing that was read is used"
    return Finding("PP228", f"the database {what} ({why})", mend, place)


def _refused(problem: str, place: Place) -> Finding:
    mend = "correct the query, and try it with the database's own tool"
    return Finding("PP229", f"the query {problem}", mend, place)


def _bad_url(problem: str, place: Place) -> Finding:
    mend = "write it there like postgresql+psycopg://user:password@host/database"
    return Finding("PP227", f"what `url` refers to {problem}", mend, place)
