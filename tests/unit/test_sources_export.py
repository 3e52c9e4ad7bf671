"""The kind ``export``: what it selects is what a plain loop over the same rows selects."""

import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import (
    AS_OF,
    NOTHING_KEPT,
    Exports,
    audience,
    codes_of,
    ids_of,
    row,
    rules,
    selected,
)
from support.sources import source

from purgeplan.errors import InvalidError, UnreachableError
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.ports import ExportAsk
from purgeplan.sources.audience.allowed import FUNCTIONS
from purgeplan.sources.audience.load import spooled
from purgeplan.sources.audience.where import LONGEST, where_of
from purgeplan.sources.reading.reach import quiet
from purgeplan.sources.workspace import Workspace


def export(**options):
    """Give an export source of subscriptions."""
    return source("export", SUBSCRIPTION_ID, **options)


def kept_none(folder, *sources):
    """Give a plan for subscriptions that keeps nobody back."""
    return rules(folder, *sources, keep=NOTHING_KEPT)


def chosen(folder, rows, **options):
    """Give the numbers of the rows that an export selects."""
    found = ids_of(kept_none(folder, export(**options)), Exports(folder, rows))
    return {int(one[-12:], 16) for one in found}


def at(text):
    """Read a date of an export as a plain loop does."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def days(one):
    """Give the whole days for which a row was inactive."""
    return (AS_OF - at(one["last_active"])) // timedelta(days=1)


SELECTIONS = [
    ({"inactive_for": "180d"}, lambda one: AS_OF - at(one["last_active"]) >= timedelta(180)),
    ({"where": "inactive_days >= 365 AND session_count < 20"},
     lambda one: days(one) >= 365 and int(one["session_count"]) < 20),
    ({"where": "country IN ('US', 'DE') AND NOT invalid_identifier"},
     lambda one: one["country"] in ("US", "DE") and one["invalid_identifier"] == "f"),
    ({"where": "tags->>'plan' = 'pro' AND CAST(tags->>'level' AS INTEGER) > 4"},
     lambda one: '"level": 12' in one["tags"]),
    ({"where": "last_active < '2025-01-01' OR channel = 'sms'"},
     lambda one: at(one["last_active"]).year < 2025 or one["device_type"] == "14"),
    ({"where": "unsubscribed_at IS NOT NULL AND unsubscribed_at < created_at + INTERVAL 2 YEAR"},
     lambda one: one["unsubscribed_at"] and at(one["unsubscribed_at"]) < years_on(one, 2)),
    ({"where": "device_model LIKE 'iPhone%' AND external_user_id IS NULL", "inactive_for": "36h"},
     lambda one: one["device_model"].startswith("iPhone") and not one["external_user_id"]
     and AS_OF - at(one["last_active"]) >= timedelta(hours=36)),
]  # fmt: skip


def years_on(one, years):
    """Give a row's creation so many years later."""
    made = at(one["created_at"])
    leap = made.month == 2 and made.day == 29
    return made.replace(year=made.year + years, day=28 if leap else made.day)


@pytest.mark.parametrize(("options", "plain"), SELECTIONS)
@pytest.mark.parametrize("seed", [3, 71])
def test_selects_what_a_plain_loop_selects(tmp_path, options, plain, seed):
    """Of any audience the same rows are selected as by reading the CSV one by one."""
    rows = audience(seed, 60 + 11 * seed)
    wanted = {one["id"] for one in rows if plain(one)}

    assert ids_of(kept_none(tmp_path, export(**options)), Exports(tmp_path, rows)) == wanted
    assert 0 < len(wanted) < len(rows)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 120), silent=st.integers(0, 1_100))
def test_silence_holds_for_any_audience(tmp_path_factory, seed, size, silent):
    """Seeds and sizes that nobody chose: silence is measured to the second."""
    folder, rows = tmp_path_factory.mktemp("law"), audience(seed, size)
    least = timedelta(days=silent)
    wanted = {one["id"] for one in rows if AS_OF - at(one["last_active"]) >= least}
    given_rules = kept_none(folder, export(inactive_for=f"{silent}d"))

    assert ids_of(given_rules, Exports(folder, rows)) == wanted


DATES = {
    "2024-11-24 00:00:00": True,
    "2024-11-24 00:00:00.123456": True,
    "2024-11-24T00:00:00Z": True,
    "2024-11-24T00:00:00.5Z": True,
    "2024-11-24 00:00:00 UTC": True,
    "1700000000": True,
    "2026-11-23 23:59:59": False,
    "1795000000": False,
    "": False,
    "never": False,
    "0": False,
    "1970-01-01 00:00:00": False,
    "0001-01-01 00:00:00": False,
    "2024-13-24 00:00:00": False,
    "24/11/2024 00:00:00": False,
    "2024-11-24T00:00:00+05:00": False,
    "infinity": False,
    "-infinity": False,
    "epoch": False,
}


@pytest.mark.parametrize(
    "options",
    [
        {"inactive_for": "180d"},
        {"where": "inactive_days >= 180"},
        {"where": "last_active < '2026-01-01' OR last_active IS NULL"},
        {"where": "NOT coalesce(last_active > '2026-01-01', false)"},
    ],
)
def test_a_date_that_cannot_be_read_is_never_inactive(tmp_path, options):
    """Every documented form of a date counts; what is none keeps its row, however asked."""
    rows = [row(number, last_active=text) for number, text in enumerate(DATES)]
    inactive = {number for number, old in enumerate(DATES.values()) if old}

    assert chosen(tmp_path, rows, **options) == inactive


def test_a_date_on_the_very_second_is_inactive(tmp_path):
    """`inactive_for: 180d` means 180 days and more, to the second."""
    edge = AS_OF - timedelta(days=180)
    rows = [
        row(number, last_active=f"{edge + timedelta(seconds=number - 2):%Y-%m-%d %H:%M:%S}")
        for number in (1, 2, 3)
    ]

    assert chosen(tmp_path, rows, inactive_for="180d") == {1, 2}


def test_cells_that_cannot_be_read_keep_their_row_and_are_told(tmp_path):
    """A named cell of another type is no ground to delete, nor is the negation of a test."""
    rows = [row(1, session_count="few"), row(2, session_count="3"), row(3, session_count="")]
    given_rules = kept_none(tmp_path, export(where="NOT coalesce(session_count > 5, false)"))

    with selected(given_rules, Exports(tmp_path, rows)) as found:
        assert {one[-1] for one in found.sorted_ids()} == {"2", "3"}
        (warning,) = found.warnings
    assert warning.code == "PP233"
    assert "session_count can't be read in 1 rows" in warning.problem


@pytest.mark.parametrize(
    ("where", "warned"),
    [
        ("inactive_days < 180", True),
        ("last_active > '2026-01-01'", True),
        ("inactive_days > 180", False),
        ("last_active < '2026-01-01' AND country = 'US'", False),
        ("country = 'US'", False),
        ("inactive_days > 100000", False),
        ("inactive_days > -5", False),
    ],
)
def test_less_than_instead_of_greater_than_is_told(tmp_path, where, warned):
    """Whoever selects the active by mistake reads so in the plan."""
    exports = Exports(tmp_path, audience(5, 300))

    with selected(kept_none(tmp_path, export(where=where)), exports) as found:
        assert [one.code for one in found.warnings] == ["PP234"] * warned


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


@pytest.mark.parametrize(
    ("ages", "least"),
    [
        ((), 10_800.0),
        (("1h",), 3_600.0),
        (("5h",), 18_000.0),
        (("5h", "2h"), 7_200.0),
        (("5h", None), 10_800.0),
    ],
)
def test_the_least_age_of_all_sources_holds(tmp_path, ages, least):
    """One export serves every source, so it is as young as the strictest wants it.

    Who says nothing wants what is the default.
    """
    exports = Exports(tmp_path, [row(1)])
    sources = [
        export(inactive_for="1d", **({"max_age": age} if age else {})) for age in ages or (None,)
    ]

    ids_of(kept_none(tmp_path, *sources), exports)
    assert exports.ages == [least]


def test_nobody_selected_is_nothing_to_do(tmp_path):
    """A list that is empty is a failed export of somebody's; an audience may hold nobody old."""
    assert chosen(tmp_path, [row(1)], inactive_for="3000d") == set()


def test_a_column_that_has_gone_is_told(tmp_path):
    """Columns are read by name; one that is not there can't decide."""
    names = ["id", "device_type", "last_active", "invalid_identifier", "external_user_id"]
    exports = Exports(tmp_path, [row(1)], names=[*names, "onesignal_id", "country"])

    assert codes_of(kept_none(tmp_path, export(where="badge_count > 1")), exports) == ["PP231"]
    assert len(ids_of(kept_none(tmp_path, export(inactive_for="1d")), exports)) == 1


def test_columns_in_another_order_are_the_same(tmp_path):
    """What an export holds is found by the header, not by its order."""
    names = ["country", "last_active", "onesignal_id", "invalid_identifier", "tags", "id"]
    names += ["external_user_id", "device_type"]
    rows = [row(1), row(2, last_active="2026-11-20 10:00:00")]
    exports = Exports(tmp_path, rows, names=names)

    assert ids_of(kept_none(tmp_path, export(inactive_for="90d")), exports) == {rows[0]["id"]}


def test_a_broken_row_is_told_with_its_line(tmp_path):
    """An unclosed quote or a short row refuses the whole export, at the line."""

    class Broken(Exports):
        def __call__(self, *given):
            """Cut the last row within a quoted cell."""
            file = super().__call__(*given)
            path = Path(file.path)
            text = gzip.decompress(path.read_bytes()).rstrip() + b'\nabc,"def'
            path.write_bytes(gzip.compress(text))
            return replace(file, sha256=hashlib.sha256(path.read_bytes()).hexdigest())

    given_rules = kept_none(tmp_path, export(inactive_for="1d"))
    with pytest.raises(InvalidError) as caught:
        ids_of(given_rules, Broken(tmp_path, [row(1), row(2)]))
    (finding,) = caught.value.findings
    assert (finding.code, finding.place.line) == ("PP211", 4)


def test_settings_of_files_do_not_fit_an_export(tmp_path):
    """An export can't be pinned, and holds no aliases of one's own."""
    exports = Exports(tmp_path, [row(1)])
    pinned = source("export", SUBSCRIPTION_ID, sha256="0" * 64, inactive_for="1d")

    assert codes_of(kept_none(tmp_path, pinned), exports) == ["PP232"]
    assert codes_of(rules(tmp_path, export(inactive_for="1d"), by="crm_id"), exports) == ["PP232"]
    assert codes_of(kept_none(tmp_path, export(inactive_for="1d")), None) == ["PP232"]
    assert not exports.asked


def test_evidence_is_no_younger_than_the_export(tmp_path):
    """`as_of` may make an export older; a later one would let it win over returns."""
    exports = Exports(tmp_path, [row(1)])
    for written, holds in (
        (None, AS_OF),
        (AS_OF.replace(hour=9), AS_OF),
        (AS_OF.replace(day=2), AS_OF.replace(day=2)),
    ):
        one = source("export", SUBSCRIPTION_ID, as_of=written, inactive_for="1d")
        with selected(kept_none(tmp_path, one), exports) as found:
            assert found.sources[0].as_of == holds


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "without its end": lambda content: content[:-8],
    "another checksum": lambda content: content[:-8] + bytes(8),
    "junk after it": lambda content: content + b"junk",
    "no gzip": lambda _: b"<html>",
    **{
        f"bit {at}": lambda content, at=at: (
            content[: len(content) // at]
            + bytes([content[len(content) // at] ^ 0x10])
            + content[len(content) // at + 1 :]
        )
        for at in (2, 3, 5, 9)
    },
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_export_is_taken_away(tmp_path, damage):
    """Whatever of it shows first, nothing is read of it, and the next command fetches it again."""
    rows = audience(3, 300)
    file = Exports(tmp_path, rows)(ExportAsk(), 0, quiet)
    path = Path(file.path)
    path.write_bytes(damage(path.read_bytes()))

    with (
        pytest.raises(UnreachableError) as refused,
        Workspace() as work,
        spooled(work, file, quiet),
    ):
        pass

    assert refused.value.findings[0].code == "PP611"
    assert not path.exists()


def test_an_export_that_is_whole_and_wrong_stays(tmp_path):
    """What OneSignal has written itself would be no other the next time."""
    file = Exports(tmp_path, [])(ExportAsk(), 0, quiet)
    path = Path(file.path)
    path.write_bytes(gzip.compress(b"id,device_type\n\xff,1\n"))

    with pytest.raises(InvalidError) as refused, Workspace() as work, spooled(work, file, quiet):
        pass

    assert refused.value.findings[0].code == "PP207"
    assert path.exists()
