"""The kind sql against a real PostgreSQL: streamed, read-only, whole or not at all, silent."""

import traceback
import tracemalloc
from contextlib import contextmanager

import psycopg
import pytest
from support import postgres
from support.sources import refused, source, staged_ids, the_only, uuid

from purgeplan.errors import Exit, UnreachableError
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.reading.reach import quiet
from purgeplan.sources.typed.database import FETCH
from purgeplan.sources.workspace import Workspace

MANY = 50_000
TABLES = f"""
CREATE TABLE customers (n integer, external_id text, player_id uuid, score double precision,
                        amount numeric, born date, extra jsonb);
INSERT INTO customers
SELECT n, 'u-' || n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n / 2.0, n,
       '2000-01-01', '{{}}'
FROM generate_series(1, {MANY}) AS t(n);
CREATE SEQUENCE visits;
CREATE FUNCTION erase_all() RETURNS SETOF text LANGUAGE sql AS
    'DELETE FROM customers RETURNING external_id';
"""

pytestmark = pytest.mark.skipif(
    postgres.binaries() is None,
    reason="NO POSTGRESQL HERE: nothing of the sql source was tried against a real server; "
    "install the package postgresql",
)


@pytest.fixture(scope="module")
def server():
    """Give a server with 50,000 customers."""
    with postgres.running() as running, psycopg.connect(running.dsn(), autocommit=True) as admin:
        admin.execute(TABLES)
        yield running


@pytest.fixture(autouse=True)
def _url(server, monkeypatch):
    monkeypatch.setenv("CUSTOMERS_URL", server.url("postgres", application_name="purgeplan"))


def sql(query, by=EXTERNAL_ID, **options):
    """Give a source of the kind."""
    return source("sql", by, url={"env": "CUSTOMERS_URL"}, query=query, **options)


@contextmanager
def admin(server):
    """Give a connection of the tests' own."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        yield connection


def number(server, query):
    """Give the one number that a query finds."""
    with admin(server) as connection:
        return connection.execute(query).fetchone()[0]


def stage(root, spec, work, progress=quiet):
    """Stage a source in a workspace."""
    return KINDS["sql"](spec).stage(Context(str(root), progress=progress), work)


def unreachable(root, spec):
    """Give the error with which a source is out of reach; it must be."""
    with pytest.raises(UnreachableError) as error:
        staged_ids(root, spec)
    assert error.value.exit_code == Exit.UNREACHABLE
    return error.value


def test_reads_every_row(tmp_path):
    """Text, UUIDs, integers and whole numerics come out as the text that they are."""
    few = "FROM customers WHERE n <= 2 ORDER BY n"

    assert staged_ids(tmp_path, sql(f"SELECT external_id {few}")) == ["u-1", "u-2"]
    spec = sql(f"SELECT player_id {few}", SUBSCRIPTION_ID)
    assert staged_ids(tmp_path, spec) == [uuid(1), uuid(2)]
    assert staged_ids(tmp_path, sql(f"SELECT n AS external_id {few}")) == ["1", "2"]
    assert staged_ids(tmp_path, sql(f"SELECT amount AS external_id {few}")) == ["1", "2"]


@pytest.mark.parametrize("column", ["score", "born", "extra", "amount / 3", "n > 1", "ARRAY[n]"])
def test_refuses_ids_that_are_no_text(tmp_path, column):
    """A fraction, a date, a JSON value, a truth value and a list have no one text."""
    finding = the_only(refused(tmp_path, sql(f"SELECT {column} AS external_id FROM customers")))

    assert (finding.code, str(finding.place)) == ("PP225", "plan.yaml:3 row 1")


def peak(root, rows):
    """Give the most bytes that Python held while so many rows were staged."""
    spec = sql(f"SELECT external_id, player_id FROM customers WHERE n <= {rows}")
    with Workspace(threads=1) as work:
        tracemalloc.start()
        try:
            assert stage(root, spec, work).rows == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_holds_no_more_in_memory_for_more_rows(tmp_path):
    """Ten fetches take what two take: rows go through, they are not gathered."""
    peak(tmp_path, 10)

    assert peak(tmp_path, 10 * FETCH) < 1.5 * peak(tmp_path, 2 * FETCH)


def test_lets_the_server_keep_the_rows(tmp_path, server):
    """While rows are read, the server is asked for the next ones: a cursor, read-only."""
    asked = []

    def look(phase, done, total):
        if done == FETCH:
            with admin(server) as connection:
                query = (
                    "SELECT query, state FROM pg_stat_activity WHERE application_name = 'purgeplan'"
                )
                asked.extend(connection.execute(query).fetchall())

    with Workspace(threads=1) as work:
        stage(tmp_path, sql("SELECT external_id FROM customers"), work, look)

    ((query, state),) = asked
    assert query.startswith("FETCH FORWARD")
    assert state == "idle in transaction"


def test_a_server_that_is_killed_half_way_leaves_nothing(tmp_path, server):
    """What was read by then is not used: exit 12, and no row in the workspace."""
    killed = []

    def kill(phase, done, total):
        if done == FETCH:
            killed.append(
                number(
                    server,
                    "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))"
                    " FROM pg_stat_activity WHERE application_name = 'purgeplan'",
                )
            )

    with Workspace(threads=1) as work:
        with pytest.raises(UnreachableError) as error:
            stage(tmp_path, sql("SELECT external_id FROM customers"), work, kill)
        held = work.number("SELECT coalesce(sum(estimated_size), 0) FROM duckdb_tables()")

    assert killed == [1]
    assert held == 0
    assert error.value.exit_code == Exit.UNREACHABLE
    assert "the database broke off" in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT erase_all() AS external_id",
        "WITH gone AS (DELETE FROM customers RETURNING external_id) SELECT external_id FROM gone",
        "WITH x AS (SELECT 1) DELETE FROM customers RETURNING external_id",
        "SELECT nextval('visits')::text AS external_id",
        "SELECT set_config('transaction_read_only', 'off', false) || erase_all() AS external_id",
        "SELECT external_id FROM customers FOR UPDATE",
        "SELECT external_id INTO copies FROM customers",
        "DELETE FROM customers RETURNING external_id",
        "SELECT 'x' AS external_id; COMMIT; DELETE FROM customers",
        "SELECT 'x' AS external_id) TO STDOUT; --",
    ],
)
def test_a_query_with_side_effects_fails_and_changes_nothing(tmp_path, server, query):
    """Whatever way it is written, the transaction only reads, and is never committed."""
    finding = the_only(refused(tmp_path, sql(query)))

    assert finding.code == "PP229"
    assert number(server, "SELECT count(*) FROM customers") == MANY
    assert number(server, "SELECT last_value + is_called::int FROM visits") == 1
    assert number(server, "SELECT count(*) FROM pg_class WHERE relname = 'copies'") == 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT extrnal_id FROM customers", "column extrnal_id does not exist"),
        ("SELECT external_id FROM custmers", "relation custmers does not exist"),
        ("SELECT external_id FRM customers", "syntax error"),
        ('SELECT "u-00012345@x.de" FROM customers', "column … does not exist"),
        ("SELECT external_id::int::text AS external_id FROM customers", "fails on a value"),
        ("SELECT (1 / (n - n))::text AS external_id FROM customers", "fails on a value"),
    ],
)
def test_tells_what_is_wrong_with_a_query(tmp_path, query, said):
    """The server's words are told as far as they are names; ids and values are not."""
    finding = the_only(refused(tmp_path, sql(query)))

    assert (finding.code, str(finding.place)) == ("PP229", "plan.yaml:3")
    assert said in finding.problem
    assert "u-" not in finding.problem


def test_a_user_who_may_not_read_is_told_so(tmp_path, server, monkeypatch):
    """A missing right is a matter of the query and its user, not of the network."""
    with admin(server) as connection:
        connection.execute(f"CREATE ROLE nobody LOGIN PASSWORD '{postgres.PASSWORD}'")
    monkeypatch.setenv("CUSTOMERS_URL", server.url("nobody"))

    finding = the_only(refused(tmp_path, sql("SELECT external_id FROM customers")))

    assert "permission denied for table customers" in finding.problem


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("s3cret-Pa55", "s3cret-wrong", "password authentication failed"),
        ("/postgres?", "/no_such_base?", "OperationalError"),
        ("PORT/", "1/", "connection refused"),
    ],
)
def test_tells_nothing_of_the_address(tmp_path, server, monkeypatch, before, after, why):
    """Whatever keeps the server out of reach: password, host and database are not shown."""
    url = server.url("postgres").replace(before.replace("PORT", str(server.port)), after)
    monkeypatch.setenv("CUSTOMERS_URL", url)

    error = unreachable(tmp_path, sql("SELECT external_id FROM customers"))

    told = "".join(traceback.format_exception(error))
    assert why in str(error)
    for secret in ("s3cret", "127.0.0.1", str(server.port), "no_such_base"):
        assert secret not in told


def test_a_query_that_takes_too_long_is_out_of_reach(tmp_path, server, monkeypatch):
    """The server's own time limit breaks the query off; nothing of it is used."""
    url = server.url("postgres", options="-cstatement_timeout%3D50")
    monkeypatch.setenv("CUSTOMERS_URL", url)

    error = unreachable(tmp_path, sql("SELECT pg_sleep(60)::text AS external_id"))

    assert "canceling statement" in str(error)
