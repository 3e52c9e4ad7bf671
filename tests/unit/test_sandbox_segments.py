"""Segments and their filters."""

import json

import pytest
from support.sandbox import Inside

NOW = "2026-06-01 00:00:00"


@pytest.fixture
def box() -> Inside:
    """Give a sandbox without limits or a wire."""
    return Inside(limits=False, subscriptions=400)


def counted(box: Inside, *filters: dict[str, str]) -> int:
    """Make a segment and give its subscriber count."""
    body = {"name": "one", "filters": list(filters)}
    made = box("POST", "/apps/APP/segments", body)
    return box("GET", f"/apps/APP/segments/{made.json()['id']}").json()["subscriber_count"]


def test_segments_are_listed_in_pages(box):
    """Oldest first, the built-in ones before those that were made."""
    box("POST", "/apps/APP/segments", {"name": "mine", "filters": [{"operator": "OR"}, _country()]})
    first = box("GET", "/apps/APP/segments?limit=2").json()
    rest = box("GET", "/apps/APP/segments?offset=2").json()

    names = [one["name"] for one in first["segments"] + rest["segments"]]
    assert names == [
        "Total Subscriptions",
        "Active Subscriptions",
        "Inactive Subscriptions",
        "mine",
    ]
    assert (first["total_count"], first["limit"], rest["offset"]) == (4, 2, 2)
    assert [one["read_only"] for one in rest["segments"]] == [True, False]


def test_a_segment_is_made_viewed_and_deleted(box):
    """201 with its id, its filters as given, then gone with nobody of it."""
    body = {"name": "Germans", "filters": [_country()], "id": "A1"}
    made = box("POST", "/apps/APP/segments", body)
    twice = box("POST", "/apps/APP/segments", body)
    shown = box("GET", "/apps/APP/segments/a1?include-segment-detail=true").json()
    plain = box("GET", "/apps/APP/segments/a1").json()
    deleted, again = box("DELETE", "/apps/APP/segments/a1"), box("DELETE", "/apps/APP/segments/a1")

    assert (made.status_code, made.json()) == (201, {"success": True, "id": "a1"})
    assert twice.status_code == 409
    assert shown["payload"]["filters"] == [_country()]
    assert plain.keys() == {"subscriber_count"}
    assert (deleted.status_code, deleted.json()) == (200, {"success": True})
    assert (again.status_code, again.json()) == (404, {"success": False})
    assert box("GET", "/apps/APP/segments/a1").json() == {"errors": ["segment not found"]}
    assert box.state()["subscriptions"] == 400


def _country() -> dict[str, str]:
    return {"field": "country", "relation": "=", "value": "DE"}


def _tags(row: dict[str, str]) -> dict[str, object]:
    return json.loads(row["tags"] or "{}")


@pytest.mark.parametrize(
    ("one", "belongs"),
    [
        (_country(), lambda row: row["country"] == "DE"),
        (
            {"field": "language", "relation": "!=", "value": "en"},
            lambda row: row["language"] != "en",
        ),
        (
            {"field": "last_session", "relation": ">", "hours_ago": "8783.5"},
            lambda row: row["last_active"] < "2025-05-30 00:30:00",
        ),
        (
            {"field": "last_session", "relation": "<", "value": "24"},
            lambda row: row["last_active"] > "2026-05-31 00:00:00",
        ),
        (
            {"field": "session_count", "relation": ">", "value": "20"},
            lambda row: int(row["session_count"]) > 20,
        ),
        (
            {"field": "app_version", "relation": ">", "value": "3.9.1"},
            lambda row: row["game_version"] in ("3.10.0", "4.0.2"),
        ),
        (
            {"field": "tag", "key": "plan", "relation": "=", "value": "pro"},
            lambda row: _tags(row).get("plan") == "pro",
        ),
        (
            {"field": "tag", "key": "plan", "relation": "!=", "value": "pro"},
            lambda row: _tags(row).get("plan") != "pro",
        ),
        (
            {"field": "tag", "key": "city", "relation": "exists"},
            lambda row: "city" in _tags(row),
        ),
        (
            {"field": "tag", "key": "city", "relation": "not_exists"},
            lambda row: "city" not in _tags(row),
        ),
        (
            {"field": "tag", "key": "plan", "relation": "in_array", "value": "pro,free"},
            lambda row: _tags(row).get("plan") in ("pro", "free"),
        ),
        (
            {"field": "tag", "key": "plan", "relation": "not_in_array", "value": "pro,free"},
            lambda row: _tags(row).get("plan") not in ("pro", "free"),
        ),
        (
            {"field": "tag", "key": "level", "relation": ">", "value": "3"},
            lambda row: int(str(_tags(row).get("level", 0))) > 3,
        ),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else None,
)
def test_a_filter_selects_what_the_rows_say(box, one, belongs):
    """Each filter counts the subscribed rows that a plain loop finds."""
    expected = [row for row in box.rows() if row["invalid_identifier"] == "f" and belongs(row)]

    assert counted(box, one) == len(expected) > 0


def test_first_session_is_the_users(box):
    """Everybody was first seen within three years, and nobody in the future."""
    subscribed = box.state()["messageable"]

    assert (
        counted(box, {"field": "first_session", "relation": "<", "hours_ago": "26281"})
        == subscribed
    )
    assert counted(box, {"field": "first_session", "relation": "<", "hours_ago": "0"}) == 0


def test_and_binds_tighter_than_or(box):
    """``a AND b OR c`` is ``(a AND b) OR c``, and AND may be left out."""
    english = {"field": "language", "relation": "=", "value": "en"}
    american = {"field": "country", "relation": "=", "value": "US"}

    rows = [row for row in box.rows() if row["invalid_identifier"] == "f"]
    expected = sum(
        (row["language"] == "en" and row["country"] == "US") or row["country"] == "DE"
        for row in rows
    )
    spoken = counted(box, english, {"operator": "AND"}, american, {"operator": "OR"}, _country())
    implied = counted(box, _country(), {"operator": "OR"}, english, american)
    assert spoken == implied == expected


@pytest.mark.parametrize(
    "filters",
    [
        None,
        [],
        ["country"],
        [{"field": "device_type", "relation": "=", "value": "1"}],
        [{"field": "country", "relation": ">", "value": "DE"}],
        [{"field": "last_session", "relation": "=", "hours_ago": "1"}],
        [{"field": "last_session", "relation": ">", "hours_ago": "soon"}],
        [{"field": "tag", "key": "plan", "relation": "~", "value": "x"}],
        [{"field": "tag", "key": "a", "relation": "in_array", "value": ",".join("x" * 21)}],
        [_country(), {"operator": "OR"}],
        [_country(), {"operator": "XOR"}, _country()],
        [_country()] * 201,
    ],
)
def test_filters_that_the_api_does_not_take_are_400(box, filters):
    """Unknown fields, wrong relations, no number, an operator at the end, too many."""
    refused = box("POST", "/apps/APP/segments", {"name": "one", "filters": filters})

    assert refused.status_code == 400
    assert refused.json()["success"] is False


@pytest.mark.parametrize("name", [None, "", "x" * 129])
def test_a_segment_needs_a_name(box, name):
    """Up to 128 characters."""
    assert (
        box("POST", "/apps/APP/segments", {"name": name, "filters": [_country()]}).status_code
        == 400
    )
