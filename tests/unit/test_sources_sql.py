"""SQL: one SELECT, by a reference, against a real SQLite file; nothing written, nothing told."""

import sqlite3
import sys
import traceback
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import dialects
from support.sources import refused, source, staged_ids, uuid

from purgeplan.errors import Exit, InvalidError, UnreachableError
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import FRAGMENTS, KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.typed.database import FETCH
from purgeplan.sources.typed.query import query_of
from purgeplan.sources.workspace import Workspace

assert dialects.registry  # they are registered by now

ALL = "SELECT external_id FROM customers"


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """Give a database with a table of two customers, which CUSTOMERS_URL names."""
    path = tmp_path / "cust omers#1.db"
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


def staged(root, spec, **context):
    """Give what a source stages, with its rows."""
    with Workspace(threads=1) as work:
        found = KINDS[spec.kind](spec).stage(Context(str(root), **context), work)
        rows = work.rows("SELECT * EXCLUDE (doubt) FROM $table ORDER BY id", table=found.table)
        return found, list(rows)


def the_only(findings):
    """Give the one finding."""
    (finding,) = findings
    return finding


def unreachable(root, spec):
    """Give the error with which a source is out of reach; it must be."""
    with pytest.raises(UnreachableError) as error:
        staged_ids(root, spec)
    assert error.value.exit_code == Exit.UNREACHABLE
    return error.value


def test_reads_what_the_query_finds(tmp_path):
    """Each row is one id, repeats and all, under a name that tells the place."""
    found, rows = staged(tmp_path, sql("SELECT external_id FROM customers UNION ALL SELECT 'b'"))

    assert [row[0] for row in rows] == ["a", "b", "b"]
    assert (found.rows, found.name, found.sha256) == (3, "sql at plan.yaml:3", None)


@pytest.mark.parametrize("text", ["00123", " a ", "Ünal", "it's", 'a,"b"', "a\nb%s:c"])
def test_reads_text_byte_for_byte(tmp_path, base, text):
    """Texts are ids as they are; what is no id is refused as such."""
    fill(base, "CREATE TABLE customers (external_id)", [text])

    if "\n" in text:
        assert "control character" in the_only(refused(tmp_path, sql())).problem
    else:
        assert staged_ids(tmp_path, sql()) == [text]


def test_reads_uuids_in_lower_case(tmp_path, base):
    """Ids of subscriptions come out canonical."""
    fill(base, "CREATE TABLE customers (player_id)", [uuid(10).upper()])

    spec = sql("SELECT player_id FROM customers", SUBSCRIPTION_ID)
    assert staged_ids(tmp_path, spec) == [uuid(10)]


def test_takes_whole_numbers_as_they_are(tmp_path, base):
    """An integer is exact, so it is an id."""
    fill(base, "CREATE TABLE customers (external_id)", [9007199254740993])

    assert staged_ids(tmp_path, sql()) == ["9007199254740993"]


@pytest.mark.parametrize("value", [1.5, 123.0, b"secret-id-1"])
def test_refuses_ids_that_are_no_text(tmp_path, base, value):
    """Fractions may have lost digits and bytes have no text; the row is told, the value is not."""
    fill(base, "CREATE TABLE customers (external_id)", ["a"], [value])

    finding = the_only(refused(tmp_path, sql()))

    assert (finding.code, str(finding.place)) == ("PP225", "plan.yaml:3 row 2")
    assert finding.problem in (
        "external_id is a float, not text",
        "external_id is a bytes, not text",
    )
    assert "cast it to text" in finding.mend


def test_places_unfit_ids_by_their_rows(tmp_path, base):
    """NULL, empty and unfit ids are refused, fit ones among them are not."""
    fill(base, "CREATE TABLE customers (external_id)", ["a"], [None], [""], ["é"], ["b\0c"])

    findings = refused(tmp_path, sql())

    assert [(str(one.place), one.problem) for one in findings] == [
        ("plan.yaml:3 row 2", "external_id is empty"),
        ("plan.yaml:3 row 3", "external_id is empty"),
        ("plan.yaml:3 row 5", "external_id holds a control character"),
    ]


def test_sets_unfit_ids_aside_where_it_may(tmp_path, base):
    """An erasure goes on without them, and has them counted and placed."""
    fill(base, "CREATE TABLE customers (external_id)", ["a"], [None], ["c"])

    found, rows = staged(tmp_path, sql(), set_aside=True)

    assert (found.rows, found.rejected, [row[0] for row in rows]) == (3, 1, ["a", "c"])
    assert str(found.set_aside[0].place) == "plan.yaml:3 row 2"


def test_knows_what_stands_beside_the_ids(tmp_path):
    """Columns are recognized by their names, those of an export too; a number is no time."""
    query = (
        f"SELECT '{uuid(1)}' AS id, '{uuid(2).upper()}' AS onesignal_id, 42 AS external_user_id,"
        " 't' AS invalid_identifier, 14 AS device_type, 7 AS last_active"
    )

    found, rows = staged(tmp_path, sql(query, SUBSCRIPTION_ID))

    assert rows == [(uuid(1), None, uuid(2), "42", "t", "sms", None)]
    assert found.known == {"onesignal_id", "external_id", "opted_out", "channel"}


def test_an_anonymous_user_is_known_to_be_one(tmp_path):
    """NULL beside an id is a fact, as in an export."""
    query = f"SELECT '{uuid(1)}' AS player_id, NULL AS external_id"

    found, rows = staged(tmp_path, sql(query, SUBSCRIPTION_ID))

    assert (rows[0][3], found.known) == (None, {"external_id"})


def test_knows_nothing_by_a_column_that_is_no_text(tmp_path):
    """A protect list can't be compared with an external_id that lost its digits."""
    query = f"SELECT '{uuid(1)}' AS player_id, 1.5 AS external_id"

    found, rows = staged(tmp_path, sql(query, SUBSCRIPTION_ID))

    assert (rows[0][3], found.known) == (None, frozenset())


def test_streams_and_tells_how_far_it_is(tmp_path):
    """An answer of many fetches is whole, and progress counts the rows."""
    told = []
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {2 * FETCH})"
    query = f"{numbers} SELECT 'u-' || i AS external_id FROM n"

    found, _ = staged(
        tmp_path, sql(query), progress=lambda phase, done, total: told.append((phase, done, total))
    )

    assert found.rows == 2 * FETCH
    assert told[:2] == [("reading sql at plan.yaml:3", n, None) for n in (0, FETCH)]


def test_takes_percent_signs_and_colons_as_they_are(tmp_path):
    """A query is sent as it is written; nothing in it is a placeholder."""
    assert staged_ids(tmp_path, sql(f"{ALL} WHERE external_id LIKE '%a' OR 'x' = ':y'")) == ["a"]


def test_reads_the_query_from_a_file(tmp_path):
    """The file counts as part of the plan: it has a digest, may be pinned and say comments."""
    (tmp_path / "q.sql").write_text(f"\ufeff-- who; asked\n/* to be\nforgotten */\n{ALL};\n")
    spec = sql(None, query_file="q.sql")

    finding = the_only(refused(tmp_path, spec))
    (tmp_path / "q.sql").write_text(f"-- who asked\n/* to be\nforgotten */\n{ALL};\n")
    found, rows = staged(tmp_path, spec)

    assert (finding.code, str(finding.place)) == ("PP229", "q.sql")
    assert [row[0] for row in rows] == ["a", "b"]
    assert set(found.files) == {"q.sql"}
    pinned = source("sql", EXTERNAL_ID, sha256=found.files["q.sql"].upper(), **spec.options)
    assert staged_ids(tmp_path, pinned) == ["a", "b"]


def test_holds_the_query_to_the_pin(tmp_path):
    """A query of the plan, or of a file, that is another than the pinned one is refused."""
    (tmp_path / "q.sql").write_text(ALL)

    for options in ({"query": ALL}, {"query_file": "q.sql"}):
        url = {"env": "CUSTOMERS_URL"}
        spec = source("sql", EXTERNAL_ID, sha256="0" * 64, url=url, **options)
        assert the_only(refused(tmp_path, spec)).code == "PP205"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("q.sql", b"SELECT '\xff'", "PP207"),
        ("q.sql", b"SELECT 1" + b" " * (1 << 20), "PP229"),
        ("*.sql", b"SELECT 1", "PP229"),
        ("../q.sql", b"SELECT 1", "PP202"),
        ("link.sql", b"SELECT 1", "PP202"),
        ("none.sql", b"SELECT 1", "PP201"),
    ],
)
def test_refuses_files_that_hold_no_query(tmp_path, name, content, code):
    """The rules of paths hold, and a query is a short text of UTF-8."""
    (tmp_path / "q.sql").write_bytes(content)
    (tmp_path / "other.sql").write_text(ALL)
    (tmp_path / "link.sql").symlink_to("q.sql")

    assert the_only(refused(tmp_path, sql(None, query_file=name))).code == code


def test_wants_one_query_and_not_two(tmp_path):
    """Neither or both is a plan that does not say what it means."""
    assert the_only(refused(tmp_path, sql(None))).code == "PP229"
    assert the_only(refused(tmp_path, sql(ALL, query_file="q.sql"))).code == "PP229"


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customers RETURNING external_id",
        "WITH x AS (SELECT 1) DELETE FROM customers RETURNING external_id",
        "UPDATE customers SET external_id = 'c' RETURNING external_id",
        f"{ALL}; DELETE FROM customers",
        "VACUUM INTO 'copy.db'",
        "ATTACH 'other.db' AS other",
        "PRAGMA user_version = 5",
        "-- SELECT\nDROP TABLE customers",
        "/* SELECT */ DROP TABLE customers",
        "",
    ],
)
def test_refuses_what_writes(tmp_path, base, monkeypatch, query):
    """Whatever is no SELECT is refused, or fails for lack of rights; nothing changes."""
    monkeypatch.chdir(tmp_path)
    before = base.read_bytes()

    finding = the_only(refused(tmp_path, sql(query)))

    assert finding.code == "PP229"
    assert base.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [base.name]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT external_id FROM custmers", "no such table custmers"),
        ("SELECT extrnal_id FROM customers", "no such column extrnal_id"),
        ("SELECT external_id FRM customers", "near customers syntax error"),
        ('SELECT "u-00012345@x.de".y FROM customers', "no such column …"),
    ],
)
def test_tells_what_is_wrong_with_a_query(tmp_path, query, said):
    """The database's words are told as far as they are names; what could be an id is not."""
    finding = the_only(refused(tmp_path, sql(query)))

    assert (finding.code, str(finding.place)) == ("PP229", "plan.yaml:3")
    assert said in finding.problem


def test_says_which_columns_are_there(tmp_path):
    """A column that the query does not give is told with those that it does."""
    finding = the_only(refused(tmp_path, sql("SELECT external_id AS customer FROM customers")))

    assert finding.code == "PP212"
    assert "there are: customer" in finding.problem
    assert staged_ids(tmp_path, sql("SELECT 'x' AS customer", column="customer")) == ["x"]


def test_a_database_that_is_not_there_is_out_of_reach(tmp_path, monkeypatch):
    """A missing file is no empty database, and is not made."""
    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///{tmp_path}/none.db")

    error = unreachable(tmp_path, sql())

    assert "unable to open database file" in str(error)
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_out_of_reach(tmp_path, monkeypatch):
    """Another format under this name gives nothing."""
    (tmp_path / "x.db").write_text("external_id\nsecret-id-1\n" * 99)
    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///file:{tmp_path}/x.db")

    error = unreachable(tmp_path, sql())

    assert "not a database" in str(error)


@pytest.mark.parametrize("damage", ["cut", "zeroed"])
def test_a_damaged_database_breaks_off_with_nothing_staged(tmp_path, base, damage):
    """What fails half-way leaves no row of it."""
    fill(base, "CREATE TABLE customers (external_id)", *([f"u-{n:09}"] for n in range(30_000)))
    content = bytearray(base.read_bytes())
    half = len(content) // 2
    if damage == "cut":
        del content[half:]
    else:
        content[half:] = bytes(len(content) - half)
    base.write_bytes(content)
    spec = sql()

    with Workspace(threads=1) as work:
        with pytest.raises(UnreachableError) as error:
            KINDS["sql"](spec).stage(Context(str(tmp_path)), work)
        held = work.number("SELECT coalesce(sum(estimated_size), 0) FROM duckdb_tables()")

    assert error.value.findings[0].code == "PP228"
    assert held == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("os_v2_app_s3cret", "PP227"),
        ("postgresql+psycopg://bob:s3cret@db.acme.example:s3cret/crm", "PP227"),
        ("sqlite://", "PP227"),
        ("sqlite:///:memory:", "PP227"),
        ("sqlite:////x.db?s3cret=1&s3cret_too=%zz", "PP228"),
        ("sqlite:////x.db?timeout=s3cret", "PP227"),
        ("postgresql+psycopg://bob:s3cret@127.0.0.1/crm?s3cret=1", "PP227"),
        ("nosuch://bob:s3cret@db.acme.example/crm", "PP223"),
        ("mysql+pymysql://bob:s3cret@db.acme.example/crm", "PP223"),
        ("postgresql+psycopg_async://bob:s3cret@db.acme.example/crm", "PP227"),
        ("postgresql+psycopg://bob:s3cret@127.0.0.1:1/crm", "PP228"),
    ],
)
def test_tells_nothing_of_an_address(tmp_path, monkeypatch, url, code):
    """User, password, host and database are in no message and in no traceback."""
    monkeypatch.setenv("CUSTOMERS_URL", url)

    with pytest.raises((InvalidError, UnreachableError)) as error:
        staged_ids(tmp_path, sql())

    told = "".join(traceback.format_exception(error.value))
    assert error.value.findings[0].code == code
    for secret in ("s3cret", "bob", "acme", "crm", "127.0.0.1"):
        assert secret not in told


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_variable_that_is_not_set_ends_it(tmp_path, monkeypatch, value):
    """A fork's pull request has no secrets, or empty ones: the plan is invalid there."""
    if value is None:
        monkeypatch.delenv("CUSTOMERS_URL")
    else:
        monkeypatch.setenv("CUSTOMERS_URL", value)

    finding = the_only(refused(tmp_path, sql()))

    assert (finding.code, finding.mend) == ("PP227", "set the variable CUSTOMERS_URL")
    assert str(finding.place) == "plan.yaml:3"


def test_reads_the_address_from_a_file_of_ones_own(tmp_path, base):
    """A file that nobody else may read holds the URL, relative to the root."""
    secret = tmp_path / "url"
    secret.write_text(f"sqlite:///{base}\n")
    secret.chmod(0o600)

    assert staged_ids(tmp_path, sql(url={"file": "url"})) == ["a", "b"]


@pytest.mark.parametrize("kind", ["open", "link", "folder", "missing", "empty"])
def test_refuses_files_that_keep_no_secret(tmp_path, base, kind):
    """A file open to others, reached through a link, or none at all, is refused."""
    secret = tmp_path / "url"
    secret.write_text("" if kind == "empty" else f"sqlite:///{base}\n")
    secret.chmod(0o644 if kind == "open" else 0o600)
    (tmp_path / "link").symlink_to(secret)
    name = {"link": "link", "folder": ".", "missing": "none"}.get(kind, "url")

    assert the_only(refused(tmp_path, sql(url={"file": name}))).code == "PP227"


class KeyringError(Exception):
    """What a keyring raises that is locked."""


LOCKED = object()


def keyring(password):
    """Give a keyring with one entry, or one that is locked."""

    def get_password(service, user):
        if password is LOCKED:
            raise KeyringError(service, "s3cret")
        return password if (service, user) == ("purge/plan", "customers") else None

    errors = SimpleNamespace(KeyringError=KeyringError)
    return SimpleNamespace(get_password=get_password, errors=errors)


def test_reads_the_address_from_the_keyring(tmp_path, base, monkeypatch):
    """An entry is named by its service and user."""
    monkeypatch.setitem(sys.modules, "keyring", keyring(f"sqlite:///{base}"))

    assert staged_ids(tmp_path, sql(url={"keyring": "purge/plan/customers"})) == ["a", "b"]


@pytest.mark.parametrize(
    ("found", "name", "mend"),
    [
        (keyring("x"), "purge/plan/other", "keyring set purge/plan other"),
        (keyring(LOCKED), "purge/plan/customers", "unlock it"),
        (None, "purge/plan/customers", "pip install 'purgeplan[keyring]'"),
    ],
)
def test_says_what_keeps_the_keyring_shut(tmp_path, monkeypatch, found, name, mend):
    """A missing entry, a locked keyring and a missing extra are told with what to do."""
    monkeypatch.setitem(sys.modules, "keyring", found)

    finding = the_only(refused(tmp_path, sql(url={"keyring": name})))

    assert finding.code == "PP227"
    assert mend in finding.mend
    assert "s3cret" not in str(finding)


def test_says_how_to_get_the_extra(tmp_path, monkeypatch):
    """Without SQLAlchemy one line says what to install."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    finding = the_only(refused(tmp_path, sql()))

    assert (finding.code, finding.mend) == ("PP223", "pip install 'purgeplan[sql]'")


def test_a_literal_address_has_no_place_in_a_plan():
    """The schema takes a reference with one of three keys, and no text."""
    url = FRAGMENTS["sql"]["properties"]["url"]

    assert url["type"] == "object"
    assert set(url["properties"]) == {"env", "file", "keyring"}
    assert (url["minProperties"], url["maxProperties"], url["additionalProperties"]) == (
        1,
        1,
        False,
    )


@given(st.text(max_size=30))
def test_no_text_with_a_statement_after_another_is_a_query(tail):
    """Whatever follows a semicolon, it is not sent."""
    query = f"SELECT 1 AS external_id; {tail}x"

    with pytest.raises(InvalidError):
        query_of(sql(query), Context("."))


def test_nothing_is_committed_where_nothing_is_read_only(tmp_path, base, monkeypatch):
    """A database without read-only transactions keeps its rows: what a query did is undone."""
    monkeypatch.setenv("CUSTOMERS_URL", f"writing:///{base}")

    assert "gives no rows" in the_only(refused(tmp_path, sql())).problem

    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///{base}")
    assert staged_ids(tmp_path, sql()) == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT external_id INTO OUTFILE '/x' FROM customers", "INTO"),
        ("with x as (delete from customers returning *) select * from x", "DELETE"),
        ("( WITH x AS (SELECT 1) UPDATE customers SET a = 1)", "UPDATE"),
        ("/**/--\nWITH x AS (SELECT 1) MERGE customers", "MERGE"),
    ],
)
def test_refuses_words_that_write_before_anything_is_asked(query, word):
    """Some drivers commit by themselves, so no such query reaches one."""
    with pytest.raises(InvalidError) as error:
        query_of(sql(query), Context("."))

    assert f"holds {word}" in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT deleted, updated_at FROM x WHERE a = 'delete'",
        "(SELECT 1)",
        "WITH x AS (SELECT 1) ;",
    ],
)
def test_takes_queries_that_only_look_like_it(query):
    """Names and texts in a SELECT are free, and a semicolon may end it."""
    assert query_of(sql(query), Context(".")).text == query


def test_tells_nothing_of_settings_that_a_driver_refuses(tmp_path, monkeypatch):
    """A driver's own words may show what it was given."""
    monkeypatch.setenv("CUSTOMERS_URL", "picky:////x.db?timeout=77112")

    with pytest.raises(InvalidError) as error:
        staged_ids(tmp_path, sql())

    assert error.value.findings[0].code == "PP227"
    assert "77112" not in "".join(traceback.format_exception(error.value))
