"""The CSV export: when it is ready, what is in it, and one at a time."""

import csv
import gzip
import io
from urllib.parse import urlsplit

import pytest
from support.sandbox import Inside

from purgeplan.sandbox.rows import DEFAULT_COLUMNS

ASK = "/players/csv_export?app_id=APP"


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read the rows of a gzipped CSV."""
    return list(csv.DictReader(io.StringIO(gzip.decompress(content).decode())))


def exported(box: Inside, body: dict[str, object] | None = None) -> list[dict[str, str]]:
    """Ask for an export, wait, and fetch it."""
    url = box("POST", ASK, body).json()["csv_file_url"]
    box.clock.move(1)
    return rows_of(box("GET", urlsplit(url).path).content)


@pytest.fixture
def box() -> Inside:
    """Give a sandbox that writes 1,000 rows a second."""
    return Inside(limits=False, subscriptions=1_000, export_speed=1_000)


def test_a_file_appears_when_it_is_ready(box):
    """Its address comes at once; until the file is there an object store's 404 in XML."""
    asked = box("POST", ASK)
    path = urlsplit(asked.json()["csv_file_url"]).path
    box.clock.move(0.99)
    early = box("GET", path)
    box.clock.move(0.01)
    box.key = None
    ready = box("GET", path)

    assert asked.status_code == 200
    assert path.startswith(f"/csv_exports/{box.app_id}/users_")
    assert path.endswith(".csv.gz")
    assert early.status_code == 404
    assert "<Code>NoSuchKey</Code>" in early.text
    assert ready.status_code == 200
    assert len(rows_of(ready.content)) == 1_000


def test_columns_are_the_documented_ones_and_the_extra_in_the_order_asked(box):
    """Default columns first; the rows are those of the audience."""
    rows = exported(box, {"extra_fields": ["timezone_id", "external_user_id"]})
    audience = box.rows()

    assert list(rows[0]) == [*DEFAULT_COLUMNS, "timezone_id", "external_user_id"]
    assert rows == [{name: row[name] for name in rows[0]} for row in audience]


def test_the_audience_is_frozen_when_the_export_is_asked_for(box):
    """Whoever is deleted, active or new after that changes nothing in the file."""
    before = box.rows()
    path = urlsplit(box("POST", ASK).json()["csv_file_url"]).path
    box("DELETE", f"/players/{before[0]['id']}?app_id=APP")
    box("POST", "/_sandbox/active", {"subscription_id": before[1]["id"]})
    box("POST", "/_sandbox/return", {"external_id": "new"})
    box.clock.move(2)

    rows = rows_of(box("GET", path).content)

    assert [row["id"] for row in rows] == [row["id"] for row in before]
    assert rows[1]["last_active"] == before[1]["last_active"]
    assert box("GET", path).content == box("GET", path).content


def test_one_export_at_a_time_for_all_apps_until_it_is_fetched():
    """The next is refused while one runs, and until its file is fetched or half a minute old."""
    box = Inside(app_ids=("a", "b"), api_keys=("k", "k"), export_speed=60)
    path = urlsplit(box("POST", "/players/csv_export?app_id=a").json()["csv_file_url"]).path
    running = box("POST", "/players/csv_export?app_id=b")
    box.clock.move(1)
    unclaimed = box("POST", "/players/csv_export?app_id=b")
    box("GET", path)
    fetched = box("POST", "/players/csv_export?app_id=b")
    box.clock.move(31)

    assert (running.status_code, unclaimed.status_code) == (400, 400)
    assert "one CSV export" in running.json()["errors"][0]
    assert fetched.status_code == 200
    assert box("POST", "/players/csv_export?app_id=a").status_code == 200


def test_last_active_since_keeps_the_active(box):
    """Rows with a session after that instant, and no others."""
    since = 1_767_225_600

    rows = exported(box, {"last_active_since": str(since)})

    expected = [row["id"] for row in box.rows() if row["last_active"] > "2026-01-01 00:00:00"]
    assert 0 < len(expected) < 1_000
    assert [row["id"] for row in rows] == expected


@pytest.mark.parametrize("all_of_it", [True, False, None])
def test_a_segment_leaves_out_the_unsubscribed_unless_asked(box, all_of_it):
    """include_unsubscribed acts with a segment only, and where it is said."""
    asked = {} if all_of_it is None else {"include_unsubscribed": all_of_it}
    rows = exported(box, {"segment_name": "Total Subscriptions", **asked})

    kept = [row["id"] for row in box.rows() if all_of_it or row["invalid_identifier"] == "f"]
    assert [row["id"] for row in rows] == kept


def test_without_a_segment_the_unsubscribed_are_there(box):
    """include_unsubscribed alone changes nothing."""
    assert len(exported(box, {"include_unsubscribed": False})) == 1_000


@pytest.mark.parametrize(
    "body",
    [
        {"extra_fields": ["shoe_size"]},
        {"extra_fields": "country"},
        {"last_active_since": 1_767_225_600},
        {"last_active_since": "yesterday"},
        {"segment_name": "Nobody"},
        [],
    ],
)
def test_what_the_api_does_not_take_is_400(box, body):
    """Unknown fields and segments, a number where a string is wanted, no object."""
    assert box("POST", ASK, body).status_code == 400


def test_a_body_that_is_no_json_is_400(box):
    """A body must be JSON or absent; the app is in the query."""
    assert box("POST", "/players/csv_export").status_code == 400
    assert box("POST", ASK, b"{").status_code == 400


def test_an_unknown_file_is_never_there(box):
    """The same 404 as for one that is not ready."""
    assert "NoSuchKey" in box("GET", "/csv_exports/APP/users_x.csv.gz").text


def test_an_export_needs_the_key(box):
    """Asking is for the app's key, in the basic shape without one."""
    box.key = None

    assert box("POST", ASK).status_code == 403
