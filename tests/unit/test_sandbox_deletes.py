"""The endpoints that delete: answers, the lag, keys, and ids that mean trouble."""

from urllib.parse import quote

import pytest
from support.sandbox import Inside


@pytest.fixture
def box() -> Inside:
    """Give a sandbox without limits or a wire."""
    return Inside(limits=False, subscriptions=200)


def named(box: Inside, part: str) -> dict[str, str]:
    """Give a row whose external_id holds a text."""
    return next(row for row in box.rows() if part in row["external_user_id"])


def gone(box: Inside, **wanted: str) -> bool:
    """Tell whether no row has this value in this column."""
    (name, value), *_ = wanted.items()
    return all(row[name] != value for row in box.rows())


def test_a_subscription_is_accepted_at_once_and_gone_after_the_lag(box):
    """202 and 202 again, still shown; after the lag 404, and the user's others stay."""
    before = box.state()
    one = box.rows()[4]["id"]
    path = f"/apps/APP/subscriptions/{one}"

    first, again = box("DELETE", path), box("DELETE", path.replace(one, one.upper()))
    shown = not gone(box, id=one)
    box.clock.move(0.2)
    after = box("DELETE", path)

    assert (first.status_code, first.json(), again.status_code) == (202, {}, 202)
    assert shown
    assert after.status_code == 404
    assert after.json() == {
        "errors": [{"code": "subscription-0", "title": "Subscription not found"}]
    }
    assert gone(box, id=one)
    state = box.state()
    assert state["subscriptions"] == before["subscriptions"] - 1
    assert (state["users"], state["deleted_subscriptions"]) == (before["users"], 1)


@pytest.mark.parametrize("part", ["user_", "0000", "/", "@", "Zoë"])
def test_a_user_is_deleted_by_any_external_id(box, part):
    """Ids are percent-decoded once, also where they hold a slash, and all subscriptions go."""
    row = named(box, part)
    alias = quote(row["external_user_id"], safe="")

    accepted = box("DELETE", f"/apps/APP/users/by/external_id/{alias}")
    again = box("DELETE", f"/apps/APP/users/by/external_id/{alias}")
    box.clock.move(0.2)
    after = box("DELETE", f"/apps/APP/users/by/external_id/{alias}")

    assert (accepted.status_code, again.status_code) == (202, 202)
    assert accepted.json() == {"identity": {"onesignal_id": row["onesignal_id"]}}
    assert after.status_code == 404
    assert row["external_user_id"] in after.json()["errors"][0]["title"]
    assert gone(box, onesignal_id=row["onesignal_id"])


@pytest.mark.parametrize("label", ["onesignal_id", "crm_id"])
def test_a_user_is_deleted_by_other_aliases(box, label):
    """The onesignal_id and a custom alias do as well."""
    identities = (
        box("GET", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}/identity").json()
        for row in box.rows()
    )
    identity = next(found["identity"] for found in identities if "crm_id" in found["identity"])

    accepted = box("DELETE", f"/apps/APP/users/by/{label}/{identity[label]}")

    assert accepted.json() == {"identity": {"onesignal_id": identity["onesignal_id"]}}


def test_a_deleted_user_takes_a_pending_subscription_along(box):
    """A subscription that was leaving anyway is counted once."""
    row = box.rows()[0]
    box("DELETE", f"/apps/APP/subscriptions/{row['id']}")
    box("DELETE", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}")
    pending = box.state()
    box.clock.move(1)

    state = box.state()
    assert (pending["pending_users"], pending["pending_subscriptions"]) == (1, 1)
    assert (state["pending_users"], state["pending_subscriptions"]) == (0, 0)
    assert state["subscriptions"] + state["deleted_subscriptions"] == 200
    assert state["subscriptions"] == len(box.rows())
    assert state["messageable"] == sum(row["invalid_identifier"] == "f" for row in box.rows())


def test_a_legacy_player_is_gone_at_once(box):
    """200 with success true, then 404 with success false."""
    path = f"/api/v1/players/{box.rows()[0]['id']}?app_id=APP"

    first, again = box("DELETE", path), box("DELETE", path)

    assert (first.status_code, first.json()) == (200, {"success": True})
    assert (again.status_code, again.json()) == (404, {"success": False})


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_both_roots_serve_every_endpoint(box, root):
    """The new endpoints answer below the legacy prefix as well, and the other way round."""
    first, second = box.rows()[:2]

    assert box("DELETE", f"{root}/apps/APP/subscriptions/{first['id']}").status_code == 202
    assert box("DELETE", f"{root}/players/{second['id']}?app_id=APP").status_code == 200


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/apps/APP/subscriptions/not-a-uuid", str),
        ("/players/not-a-uuid?app_id=APP", str),
        ("/apps/APP/users/by/onesignal_id/not-a-uuid", dict),
        ("/apps/APP/users/by/external_id/%FF", str),
        ("/players/6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9", str),
    ],
    ids=["subscription", "player", "onesignal_id", "not UTF-8", "no app_id"],
)
def test_malformed_requests_are_400(box, path, shape):
    """What is no id of its kind is refused, in the shape of its endpoint."""
    refused = box("DELETE", path)

    assert refused.status_code == 400
    assert isinstance(refused.json()["errors"][0], shape)


@pytest.mark.parametrize("alias", ["nobody", "%2e%2e", "%2F", "a%252Fb"])
def test_an_unknown_alias_is_404_without_a_code(box, alias):
    """Some real 404s of users carry a title and no code."""
    absent = box("DELETE", f"/apps/APP/users/by/external_id/{alias}")

    assert absent.status_code == 404
    assert absent.json()["errors"][0].keys() == {"title"}


@pytest.mark.parametrize("path", ["/apps/APP", "/apps/APP/", "/apps/APP/subscriptions/.."])
def test_a_delete_of_the_app_itself_is_refused(box, path):
    """What a folding client makes of ``..`` meets a 405, and deletes nothing."""
    refused = box("DELETE", path)

    assert refused.status_code == 405
    assert box.state()["subscriptions"] == 200


def test_an_unknown_path_is_a_page(box):
    """A 404 in HTML is not the API's word that somebody is gone."""
    absent = box("DELETE", "/apps/APP/subscriptions/")

    assert absent.status_code == 404
    assert absent.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("root", "key", "status", "text"),
    [
        ("", "Key wrong", 403, "Access denied.  Please include"),
        ("", "Basic wrong", 403, "Access denied.  Please include"),
        ("", None, 401, "requires 'Authorization'"),
        ("/api/v1", "Key wrong", 400, "Authorization: Basic"),
        ("/api/v1", None, 400, "Authorization: Basic"),
    ],
)
def test_a_key_that_is_not_the_apps_is_refused(box, root, key, status, text):
    """403, or 401 without a header; on the legacy root a 400 that names Authorization."""
    one = box.rows()[0]["id"]
    box.key = key

    refused = box("DELETE", f"{root}/apps/APP/subscriptions/{one}")

    assert refused.status_code == status
    assert text in refused.text
    assert box.state()["pending_subscriptions"] == 0


@pytest.mark.parametrize("form", ["Key {}", "key {}", "KEY {}", "Basic {}"])
def test_a_key_is_taken_in_every_documented_form(box, form):
    """The scheme Key in any case, and the raw key after Basic."""
    box.key = form.format(box.options.apps[0].api_key)

    assert box("DELETE", f"/apps/APP/subscriptions/{box.rows()[0]['id']}").status_code == 202


@pytest.mark.parametrize("form", ["basic {}", "Bearer {}", "{}"])
def test_a_key_in_another_form_is_refused(box, form):
    """Basic is case-sensitive, and other schemes are not known."""
    box.key = form.format(box.options.apps[0].api_key)

    assert box("DELETE", f"/apps/APP/subscriptions/{box.rows()[0]['id']}").status_code == 403


def test_the_key_of_another_app_deletes_nothing():
    """Each app has a key and an audience of its own."""
    box = Inside(limits=False, app_ids=("a", "b"), api_keys=("ka", "kb"))
    one = box.rows()[0]["id"]
    wrong_key = box("DELETE", f"/apps/b/subscriptions/{one}")
    box.key = "Key kb"
    wrong_app = box("DELETE", f"/apps/b/subscriptions/{one}")
    unknown_app = box("DELETE", f"/apps/c/subscriptions/{one}")

    assert [wrong_key.status_code, wrong_app.status_code] == [403, 404]
    assert unknown_app.status_code == 403


def test_two_apps_may_have_one_key():
    """A key given twice opens both."""
    box = Inside(limits=False, app_ids=("a", "b"), api_keys=("k", "k"))

    assert box("GET", "/apps/a").is_success
    assert box("GET", "/apps/b").is_success
