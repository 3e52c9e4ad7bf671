"""The conditions of an export: what is refused of them, and all that they have asked for."""

import pytest
from support.audience import Exports, chosen, codes_of, export, ids_of, kept_none, row, selected

from purgeplan.errors import InvalidError
from purgeplan.sources.audience.allowed import FUNCTIONS
from purgeplan.sources.audience.where import LONGEST, where_of
from purgeplan.sources.workspace import Workspace

HOSTILE = [
    "1=1) union all (select 1",
    "1=1) union all (select * from read_csv('/etc/passwd')",
    "id = 'a'; drop table named",
    "id = 'a'; copy named to '/tmp/x'",
    "copy named to '/tmp/x'",
    "attach '/tmp/x.db'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "pragma database_list",
    "select true",
    "exists (select 1)",
    "id in (select id from named)",
    "id = (select max(id) from named)",
    "session_count = any ([1, 2])",
    "read_text('/etc/passwd') = 'x'",
    "id in read_csv('/etc/passwd')",
    "getenv('HOME') = 'x'",
    "current_setting('memory_limit') = id",
    "now() > last_active",
    "current_timestamp > last_active",
    "last_active < today()",
    "random() > 0.5",
    "uuid() = id",
    "nextval('x') = session_count",
    "count(*) > 1",
    "sum(session_count) over () > 1",
    "lower(id) filter (where true) = 'x'",
    "main.lower(id) = 'x'",
    "lower(x := id) = 'x'",
    "id.lower() = 'x'",
    "list_filter([1], x -> x > 0) = [1]",
    "repeat(id, 1000000000) = 'x'",
    "session_count in range(1000000000)",
    "columns('.*') = 'x'",
    "* = 1",
    "$1 = id",
    "? = id",
    "id = 'a', true",
    "id as other",
    "session_count = 0x10",
    "tags.plan = 'pro'",
    "tags['plan'] = 'pro'",
    "named.id = 'x'",
    "unread_last_active",
    "rowid = 1",
    "nothing = 1",
    '"maya@example.com" = identifier',
    "id::uuid = id",
    "cast(tags as struct(a int)) = tags",
    "id collate nocase = 'a'",
    "(id, country) = ('a', 'b')",
    "true",
    "1 = 1",
    "'a' like 'a'",
    "",
    " ",
    "--",
    "id = 'a' and",
    "id = 'a' limit 1",
    "id = 'a' group by all",
    "id from named where id = 'a'",
    "id = 'a' union select true",
    "(" * 90,
    "(" * 1_500,
    "not " * 490 + "rooted",
    "id = 'a' or " * 400 + "true",
    "id = '" + "a" * LONGEST + "'",
    "- " * 900 + "session_count = 1",
    "length(" + "replace(" * 60 + "id" + ",'a','aaaaaaaaaaaaa')" * 60 + ") > 5",
    "replace(replace(id, 'a', 'bb'), 'b', id) = 'x'",
]


@pytest.fixture(scope="module")
def work():
    """Give a workspace to parse conditions in."""
    with Workspace(threads=1) as made:
        yield made


@pytest.mark.parametrize("where", HOSTILE)
def test_what_is_more_than_a_condition_is_refused(work, where):
    """Nothing but listed columns, functions and operators gets through."""
    with pytest.raises(InvalidError) as caught:
        where_of(where, export().place, work)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("PP230", export().place)
    assert "maya" not in str(finding)


def test_characters_may_be_taken_out_one_after_another(work):
    """Texts that only become shorter take no memory, and one may become longer."""
    text = "replace(replace(replace(id, '-', ''), ' ', '_'), '_', '__') = 'x'"

    assert where_of(text, export().place, work).columns == {"id"}


def test_a_bad_condition_is_told_before_an_export_is_asked_for(tmp_path):
    """All conditions are looked through first: an export may take an hour."""
    exports = Exports(tmp_path, [row(1)])
    bad = [export(where="now() > last_active"), export(where="1=1) union all (select 1")]
    sources = [export(inactive_for="1d"), *bad]

    assert codes_of(kept_none(tmp_path, *sources), exports) == ["PP230", "PP230"]
    assert not exports.asked


@pytest.mark.parametrize("where", ["session_count", "id", "session_count = 'few'", "id > 5 + 'a'"])
def test_a_condition_must_be_one(tmp_path, where):
    """A value that is neither true nor false is refused, and types that don't fit are."""
    assert codes_of(kept_none(tmp_path, export(where=where)), Exports(tmp_path, [row(1)])) == [
        "PP230"
    ]


def test_a_cast_that_fails_on_a_row_refuses_the_plan_without_showing_the_cell(tmp_path):
    """One row that can't be told leaves the selection unknown; TRY_CAST says what to do with it."""
    rows = [row(1, tags='{"level": "maya@example.com"}'), row(2, tags='{"level": 3}')]
    given_rules = kept_none(tmp_path, export(where="CAST(tags->>'level' AS INTEGER) = 3"))

    with pytest.raises(InvalidError) as caught:
        ids_of(given_rules, Exports(tmp_path, rows))
    assert [one.code for one in caught.value.findings] == ["PP230"]
    assert "maya" not in str(caught.value)
    assert chosen(tmp_path, rows, where="TRY_CAST(tags->>'level' AS INTEGER) = 3") == {2}


def test_every_function_that_is_listed_exists(work):
    """A name in the list that the database does not know would be a promise without a function."""
    known = set(work.column("SELECT function_name FROM duckdb_functions()"))

    assert FUNCTIONS - known <= {"nullif", "greatest", "least", "concat"}


def test_a_name_close_by_is_told(work):
    """The finding says what may be meant."""
    with pytest.raises(InvalidError) as caught:
        where_of("lastactive < '2020-01-01'", export().place, work)

    (finding,) = caught.value.findings
    assert finding.mend == "did you mean last_active?"
    assert "lastactive" in finding.problem


def test_only_what_a_condition_names_is_asked_for(tmp_path):
    """The address is not asked for, unless a condition of the plan needs it; one export does."""
    exports = Exports(tmp_path, [row(1, ip="192.0.2.1"), row(2, ip="192.0.2.2")])

    ids_of(kept_none(tmp_path, export(inactive_for="1d")), exports)
    ids_of(
        kept_none(tmp_path, export(inactive_for="900d"), export(where="ip = '192.0.2.1'")), exports
    )
    assert [one.extra_fields for one in exports.asked] == [
        ("external_user_id", "onesignal_id", "country"),
        ("external_user_id", "onesignal_id", "country", "ip"),
    ]


def test_identifiers_and_tags_are_not_kept(tmp_path):
    """Tokens, addresses and tags stay out of the workspace where no condition names them."""
    exports = Exports(tmp_path, [row(1, identifier="maya@example.com", tags='{"a": 1}')])

    with selected(kept_none(tmp_path, export(inactive_for="1d")), exports) as found:
        columns = set(
            found.work.column("SELECT column_name FROM duckdb_columns() WHERE NOT internal")
        )
    assert columns.isdisjoint({"identifier", "tags", "ip"})
    assert "last_active" in columns
