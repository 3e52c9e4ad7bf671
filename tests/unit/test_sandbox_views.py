"""The endpoints that look, and the sandbox's own."""

import json

import pytest
from support.sandbox import Inside


@pytest.fixture
def box() -> Inside:
    """Give a sandbox without limits or a wire."""
    return Inside(limits=False)


def test_the_app_has_its_name_and_counts(box):
    """All subscriptions, and those that messages may be sent to."""
    shown = box("GET", "/apps/APP").json()
    rows = box.rows()

    assert (shown["id"], shown["name"], shown["players"]) == (box.app_id, "Acme Prod", len(rows))
    assert shown["messageable_players"] == sum(row["invalid_identifier"] == "f" for row in rows)


def test_an_unknown_app_is_404_and_a_wrong_key_403(box):
    """With a key that opens some app, the id is what is wrong."""
    unknown = box("GET", "/apps/5eb5a37e-b458-11e3-ac11-000c2940e624")
    box.key = "Key wrong"
    denied = box("GET", "/apps/APP")

    assert unknown.status_code == 404
    assert unknown.json()["errors"][0].startswith("Couldn't find app with id")
    assert denied.status_code == 403


def test_another_apps_key_may_not_view_the_app():
    """A key opens its own app only."""
    box = Inside(limits=False, app_ids=("a", "b"))

    assert box("GET", "/apps/b").json() == {
        "errors": ["You do not have permission to view this app."]
    }


def test_the_organizations_key_may_be_wanted():
    """With --app-view org the app's own key gets 403."""
    box = Inside(limits=False, app_view="org")
    own = box("GET", "/apps/APP")
    box.key = f"Key {box.options.organization_key}"

    assert own.status_code == 403
    assert box("GET", "/apps/APP").is_success


def test_a_user_is_shown_with_properties_identity_and_subscriptions(box):
    """Every subscription that is there, and the latest activity of them."""
    rows = box.rows()
    row = next(row for row in rows if row["external_user_id"])
    own = [other for other in rows if other["onesignal_id"] == row["onesignal_id"]]

    shown = box("GET", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}").json()

    assert shown["identity"]["external_id"] == row["external_user_id"]
    assert [one["id"] for one in shown["subscriptions"]] == [one["id"] for one in own]
    assert shown["properties"]["country"] == row["country"]
    assert shown["properties"]["last_active"] > shown["properties"]["first_active"]


def test_a_user_without_subscriptions_is_still_there(box):
    """Deleting the last subscription leaves the user and every alias."""
    row = next(row for row in box.rows() if row["external_user_id"])
    path = f"/apps/APP/users/by/external_id/{row['external_user_id']}"
    for one in box("GET", path).json()["subscriptions"]:
        box("DELETE", f"/apps/APP/subscriptions/{one['id']}")
    box.clock.move(1)

    assert box("GET", path).json()["subscriptions"] == []


def test_identity_by_subscription_names_the_user(box):
    """The one lookup from a subscription to its user; 400 and 404 for others."""
    row = box.rows()[7]
    found = box("GET", f"/apps/APP/subscriptions/{row['id']}/user/identity").json()
    malformed = box("GET", "/apps/APP/subscriptions/x/user/identity")
    absent = box("GET", f"/apps/APP/subscriptions/{row['onesignal_id']}/user/identity")

    assert found["identity"]["onesignal_id"] == row["onesignal_id"]
    assert (malformed.status_code, absent.status_code) == (400, 404)


def test_views_of_nobody_are_404_and_400(box):
    """An unknown alias, an id that is no UUID."""
    assert box("GET", "/apps/APP/users/by/external_id/nobody").status_code == 404
    assert box("GET", "/apps/APP/users/by/onesignal_id/nobody/identity").status_code == 400


def test_a_legacy_player_is_shown_flat(box):
    """As in an export, with Unix times and a real boolean; an unknown one is a 400."""
    row = box.rows()[0]
    shown = box("GET", f"/api/v1/players/{row['id']}?app_id=APP").json()
    absent = box("GET", f"/players/{row['onesignal_id']}?app_id=APP")

    assert shown["identifier"] == row["identifier"]
    assert shown["invalid_identifier"] is (row["invalid_identifier"] == "t")
    assert shown["tags"] == json.loads(row["tags"] or "{}")
    assert (absent.status_code, absent.json()) == (400, {"errors": ["No user with this id found"]})


def test_players_are_listed_in_pages(box):
    """Pages follow one another without a gap while nobody deletes."""
    first = box("GET", "/players?app_id=APP&limit=40").json()
    second = box("GET", "/players?app_id=APP&limit=999&offset=40").json()

    listed = [one["id"] for one in first["players"] + second["players"]]
    assert listed == [row["id"] for row in box.rows()]
    assert (first["total_count"], second["limit"]) == (60, 300)


def test_a_page_needs_numbers(box):
    """An offset that is no count is a 400."""
    assert box("GET", "/players?app_id=APP&offset=-1").status_code == 400


def test_large_apps_are_not_listed():
    """Over 80,000 the listing is refused."""
    box = Inside(limits=False, subscriptions=80_001)

    assert box("GET", "/players?app_id=APP").status_code == 400


def test_somebody_comes_back_as_somebody_new(box):
    """The same external_id, a new onesignal_id and subscription; not while the name is taken."""
    row = next(row for row in box.rows() if row["external_user_id"])
    name = {"external_id": row["external_user_id"]}
    taken = box("POST", "/_sandbox/return?app_id=APP", name)
    box("DELETE", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}")
    box.clock.move(1)
    back = box("POST", "/_sandbox/return?app_id=APP", name)

    identity = box("GET", f"/apps/APP/users/by/external_id/{row['external_user_id']}/identity")
    old = box("GET", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}/identity")
    new_row = box.rows()[-1]
    assert (taken.status_code, back.status_code) == (409, 201)
    assert identity.json()["identity"]["onesignal_id"] == back.json()["onesignal_id"]
    assert back.json()["onesignal_id"] != row["onesignal_id"]
    assert new_row["id"] == back.json()["subscription_id"]
    assert new_row["last_active"] == "2026-06-01 00:00:01"
    assert old.status_code == 404
    assert box.state()["returned_users"] == 1


def test_a_subscription_can_be_active_now_or_then(box):
    """A session moves last_active; nobody is a 404."""
    rows = box.rows()
    box("POST", "/_sandbox/active", {"subscription_id": rows[0]["id"]})
    box("POST", "/_sandbox/active", {"subscription_id": rows[1]["id"], "at": 0})
    nobody = box("POST", "/_sandbox/active", {"subscription_id": "x"})

    assert [row["last_active"] for row in box.rows()[:2]] == [
        "2026-06-01 00:00:00",
        "1970-01-01 00:00:00",
    ]
    assert nobody.status_code == 404


def test_a_key_is_revoked_and_replaced(box):
    """From the next request on."""
    box("POST", "/_sandbox/keys?app_id=APP", {"api_key": None})
    revoked = box("GET", "/apps/APP")
    box("POST", "/_sandbox/keys?app_id=APP", {"api_key": "new"})
    box.key = "Key new"

    assert revoked.status_code == 403
    assert box("GET", "/apps/APP").is_success


def test_requests_are_counted_by_status(box):
    """All requests of an app, and its DELETEs; the sandbox's own count for nothing."""
    box("GET", "/apps/APP")
    box("DELETE", "/apps/APP/subscriptions/x")
    box("DELETE", f"/apps/APP/subscriptions/{box.rows()[0]['id']}")

    state = box.state()
    assert state["requests"] == {"200": 1, "400": 1, "202": 1}
    assert state["deletes"] == {"400": 1, "202": 1}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_sandbox/state?app_id=x", None, 404),
        ("/_sandbox/return", {}, 400),
        ("/_sandbox/faults", {"teapot": 1}, 400),
        ("/_sandbox/faults", [], 400),
    ],
)
def test_wrong_calls_of_the_sandbox_itself_are_refused(box, path, body, status):
    """An unknown app, a missing field, an unknown fault, a body that is no object."""
    assert box("GET" if body is None else "POST", path, body).status_code == status
