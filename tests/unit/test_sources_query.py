"""The query of a SQL source: one SELECT that writes nothing, from the plan or from a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.customers import ALL, customers, sql
from support.sources import refused, source, staged, staged_ids, the_only

from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.sources.port import Context
from purgeplan.sources.typed.query import query_of


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """Give a database with two customers, which CUSTOMERS_URL names."""
    return customers(tmp_path, monkeypatch)


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
        "/*! DROP TABLE customers */ SELECT 1",
        "/*!50000 CREATE TABLE x AS */ SELECT 1",
        "/*M! DROP TABLE customers */ SELECT 1",
        "/* /* */ SELECT */ DELETE FROM customers",
        "--\rDELETE FROM customers WHERE id IN (--\nSELECT 1)",
        "--\rSELECT\nDELETE FROM customers",
    ],
)
def test_a_comment_that_is_none_to_some_database_hides_no_command(query):
    """MySQL runs what is in one form, others nest them or end a line otherwise."""
    spec = sql(query)

    with pytest.raises(InvalidError) as error:
        query_of(spec, Context("."))

    assert "does not begin with SELECT" in error.value.findings[0].problem


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
