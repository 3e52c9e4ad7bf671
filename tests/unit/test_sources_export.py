"""The kind ``export``: what it selects is what a plain loop over the same rows selects."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import (
    AS_OF,
    Exports,
    audience,
    chosen,
    export,
    ids_of,
    kept_none,
    row,
    selected,
)
from support.sources import source

from purgeplan.model.ids import SUBSCRIPTION_ID


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


@pytest.mark.parametrize("option", [{"where": "inactive_days >= 180"}, {"inactive_for": "180d"}])
def test_a_day_counts_once_it_is_over(tmp_path, option):
    """Who was active a second later than 180 days ago is not inactive for 180 days."""
    since = AS_OF - timedelta(days=180)
    rows = [
        row(number, last_active=f"{since + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}")
        for number in range(2)
    ]

    assert chosen(tmp_path, rows, **option) == {0}


def test_nobody_selected_is_nothing_to_do(tmp_path):
    """A list that is empty is a failed export of somebody's; an audience may hold nobody old."""
    assert chosen(tmp_path, [row(1)], inactive_for="3000d") == set()


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
