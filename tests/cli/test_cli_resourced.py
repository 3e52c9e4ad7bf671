"""A plan file whose source is edited after planning: the frozen set is no longer what it says."""

import sqlite3
from contextlib import closing

import pytest

from purgeplan.cli.clock import SystemClock

INLINE = "{{from: inline, ids: [{}]}}"


def refused(at, fingerprint):
    """Apply a plan, which must be refused as stale with nothing sent; give what it says."""
    done = at.apply(fingerprint)

    assert done.code == 5, done.err
    assert "PP302" in done.err
    assert at.deleted() == []
    return done.err


def test_who_is_struck_from_the_plan_file_is_not_deleted(at):
    """Ids of the plan file itself are its source: two struck out make it another."""
    ids = at.subscriptions(5)
    at.plan_file(source=INLINE.format(", ".join(ids)))
    fingerprint = at.plan()["fingerprint"]
    at.plan_file(source=INLINE.format(", ".join(ids[:3])))

    refused(at, fingerprint)


def test_who_is_struck_halfway_is_not_deleted(at):
    """The rest goes by a new plan, which counts with what the first has claimed."""
    ids = at.subscriptions(6)
    at.plan_file(source=INLINE.format(", ".join(ids)), limits="{max_delete: 6}")
    first = at.plan()["fingerprint"]
    at.apply(first, "--limit", "2")
    sent = at.deleted()
    struck = next(one for one in ids if one not in sent)
    left = [one for one in ids if one != struck]
    at.plan_file(source=INLINE.format(", ".join(left)), limits="{max_delete: 6}")

    stale = at.apply(first)
    done = at.apply(at.plan()["fingerprint"])

    assert (stale.code, done.code) == (5, 0), stale.err + done.err
    assert sorted(at.deleted()) == sorted(left)


@pytest.mark.parametrize(
    "source",
    [
        "{from: csv, path: other.csv}",
        "{from: csv, path: ids.csv, column: other}",
        "{from: csv, path: ids.csv, as_of: 2026-01-01}",
        "[{from: csv, path: ids.csv}, {from: csv, path: other.csv}]",
    ],
    ids=["path", "column", "as_of", "one more"],
)
def test_another_source_is_stale(at, source):
    """Whatever of it decides who goes, or whether they are back since."""
    ids = at.subscriptions(8)
    at.ids_file(ids[4:], "other.csv")
    rows = "".join(f"{a},{b}\n" for a, b in zip(ids[:4], ids[4:], strict=True))
    (at.folder / "ids.csv").write_text(f"player_id,other\n{rows}")
    at.plan_file(source="{from: csv, path: ids.csv, column: player_id}")
    fingerprint = at.plan()["fingerprint"]
    at.plan_file(source=source)

    assert "`source` is not what was planned" in refused(at, fingerprint)


def test_a_file_that_the_pattern_names_by_now_is_stale(at):
    """Its people were not planned, so the review no longer describes the folder."""
    ids = at.subscriptions(6)
    at.ids_file(ids[:3], "lists-1.csv")
    at.plan_file(source="{from: csv, path: lists-*.csv}")
    fingerprint = at.plan()["fingerprint"]
    at.ids_file(ids[3:], "lists-2.csv")

    assert "lists-2.csv" in refused(at, fingerprint)


def test_the_set_of_another_file_of_that_name_is_not_deleted(at):
    """Two files with one name replace each other's sets: neither deletes those of the other."""
    ids = at.subscriptions(8)
    at.ids_file(ids[:4], "a.csv")
    at.ids_file(ids[4:], "b.csv")
    at.plan_file(source="{from: csv, path: a.csv}")
    first = at.plan()["fingerprint"]
    (at.folder / "plan.yaml").rename(at.folder / "other.yaml")
    at.plan_file(source="{from: csv, path: b.csv}")
    second = at.plan()["fingerprint"]

    done = at.run("apply", "other.yaml", *at.consent(second))
    third = at.run("plan", "other.yaml")

    assert done.code == 5
    assert "that of plan.yaml" in done.err
    assert "PP130" in third.out + third.err
    assert at.apply(first).code == at.apply(second).code == 5
    assert at.deleted() == []


def test_a_plan_that_was_moved_with_its_list_goes_on(at):
    """Paths are relative to the plan file: what it names says what was planned."""
    ids = at.ids_file(at.subscriptions(4))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    (at.folder / "moved").mkdir()
    for one in ("plan.yaml", "ids.csv"):
        (at.folder / one).rename(at.folder / "moved" / one)

    done = at.run("apply", "moved/plan.yaml", *at.consent(fingerprint))

    assert done.code == 0, done.err
    assert sorted(at.deleted()) == sorted(ids)


@pytest.fixture
def customers(at):
    """Give the URL of a database of the app's customers, queried by a file of a repository."""
    (at.folder / ".git").mkdir()
    with closing(sqlite3.connect(at.folder / "customers.db")) as base, base:
        base.execute("CREATE TABLE customers (id TEXT)")
        base.executemany(
            "INSERT INTO customers VALUES (?)", [(one,) for one in at.subscriptions(4)]
        )
    at.plan_file(
        source="{from: sql, url: {env: CUSTOMERS_URL}, query_file: query.sql, by: subscription_id}"
    )
    (at.folder / "query.sql").write_text("SELECT id FROM customers")
    return f"sqlite:///{at.folder}/customers.db"


@pytest.mark.parametrize("moved", [False, True], ids=["in place", "moved"])
def test_a_query_file_that_says_something_else_is_stale(at, customers, moved):
    """The query decides who goes, wherever the plan file and it were moved together."""
    fingerprint = at.plan(CUSTOMERS_URL=customers)["fingerprint"]
    if moved:
        (at.folder / "moved").mkdir()
        (at.folder / "plan.yaml").rename(at.folder / "moved" / "plan.yaml")
        (at.folder / "query.sql").rename(at.folder / "moved" / "query.sql")
    query = at.folder / ("moved" if moved else "") / "query.sql"
    query.write_text("SELECT id FROM customers LIMIT 2")

    done = at.apply(fingerprint, file=str(query.with_name("plan.yaml")), CUSTOMERS_URL=customers)

    assert (done.code, at.deleted()) == (5, []), done.err
    assert "query.sql" in done.err


def test_a_plan_that_was_moved_with_its_query_goes_on(at, customers):
    """The query's file is one of those that the plan names, as lists are."""
    fingerprint = at.plan(CUSTOMERS_URL=customers)["fingerprint"]
    (at.folder / "moved").mkdir()
    for one in ("plan.yaml", "query.sql"):
        (at.folder / one).rename(at.folder / "moved" / one)

    done = at.apply(fingerprint, file="moved/plan.yaml", CUSTOMERS_URL=customers)

    assert (done.code, len(at.deleted())) == (0, 4), done.err


def test_a_list_that_says_its_age_goes_on(at):
    """The same words are the same source, whatever the hour."""
    at.ids_file(at.subscriptions(4))
    as_of = SystemClock().now().isoformat()
    at.plan_file(source=f'{{from: csv, path: ids.csv, as_of: "{as_of}"}}')

    assert at.apply(at.plan()["fingerprint"]).code == 0
