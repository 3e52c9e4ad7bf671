"""SQL: what one SELECT gives, against a real SQLite file, and what stands beside its ids."""

import pytest
from support.customers import ALL, customers, fill, sql
from support.sources import refused, staged, staged_ids, the_only, uuid

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.sources.typed.database import FETCH


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """Give a database with two customers, which CUSTOMERS_URL names."""
    return customers(tmp_path, monkeypatch)


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


@pytest.mark.parametrize("value", [1.5, 123.0, 0.0, b"secret-id-1", b""])
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


def test_says_which_columns_are_there(tmp_path):
    """A column that the query does not give is told with those that it does."""
    finding = the_only(refused(tmp_path, sql("SELECT external_id AS customer FROM customers")))

    assert finding.code == "PP212"
    assert "there are: customer" in finding.problem
    assert staged_ids(tmp_path, sql("SELECT 'x' AS customer", column="customer")) == ["x"]
