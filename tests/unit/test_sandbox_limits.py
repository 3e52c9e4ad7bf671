"""The documented limits: a sliding second for each bucket."""

from itertools import pairwise

from support.sandbox import Inside

from purgeplan.sandbox.limits import PER_APP, PER_DEVICE, VIEW_APP, VIEWS, Limits, PerDevice, Window


def test_a_window_admits_so_many_within_any_second():
    """The third of two a second must wait until the first is a second old."""
    window = Window(2)

    assert window.wait_s(0.0) == 0
    assert window.wait_s(0.9) == 0
    assert window.wait_s(0.95) == 0.05 or abs(window.wait_s(0.95) - 0.05) < 1e-9
    assert window.wait_s(1.0) == 0


def test_refused_requests_count_where_early_retries_extend_throttling():
    """Whoever keeps knocking at a stubborn window stays outside."""
    window = Window(1, stubborn=True)
    window.wait_s(0.0)

    assert window.wait_s(0.9) > 0
    assert window.wait_s(1.5) > 0
    assert window.wait_s(2.6) == 0


def test_one_device_is_limited_and_another_is_not():
    """One a second for each, remembered over the change of generations."""
    devices = PerDevice()

    assert devices.wait_s("a", 0.9) == 0
    assert devices.wait_s("b", 1.0) == 0
    assert devices.wait_s("c", 1.5) == 0
    assert devices.wait_s("a", 1.8) > 0
    assert devices.wait_s("a", 1.9) == 0


def test_the_thousand_and_first_delete_within_a_second_is_refused():
    """An app may delete 1,000 a second; Retry-After is in whole seconds."""
    limits = Limits(enforced=True)
    passed = [limits.delete(one, one / 10_000) for one in range(1_000)]

    assert set(passed) == {None}
    assert limits.delete("late", 0.5) == (PER_APP, 1)
    assert {limits.delete(f"early {one}", 0.6) for one in range(1_000)} == {(PER_APP, 1)}
    assert limits.delete("late", 1.2) is not None
    assert limits.delete("late", 1.7) is None


def test_nothing_is_limited_where_limits_are_off():
    """With --no-limits everything passes."""
    limits = Limits(enforced=False)

    assert {limits.delete("a", 0.0) for _ in range(2_000)} == {None}
    assert {limits.view(VIEWS, 0.0) for _ in range(5)} == {None}


def test_two_subscriptions_of_one_user_share_the_users_second():
    """A 429 names the bucket in the structured shape, and passes a second later."""
    box = Inside()
    rows = box.rows()
    first, second = next(
        (a["id"], b["id"]) for a, b in pairwise(rows) if a["onesignal_id"] == b["onesignal_id"]
    )

    accepted = box("DELETE", f"/apps/APP/subscriptions/{first}")
    refused = box("DELETE", f"/apps/APP/subscriptions/{second}")
    box.clock.move(1)

    assert accepted.status_code == 202
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.json() == {
        "errors": [{"code": "Rate Limit Exceeded", "title": "API rate limit exceeded"}],
        "limit": PER_DEVICE,
    }
    assert box("DELETE", f"/apps/APP/subscriptions/{second}").status_code == 202


def test_the_legacy_endpoint_says_so_in_the_basic_shape():
    """The same limit, the other shape."""
    box = Inside()
    one = box.rows()[0]["id"]
    box("DELETE", f"/api/v1/players/{one}?app_id=APP")

    refused = box("DELETE", f"/api/v1/players/{one}?app_id=APP")

    assert refused.status_code == 429
    assert refused.json() == {"errors": ["API rate limit exceeded"], "limit": PER_DEVICE}


def test_views_are_one_a_second():
    """Users may be viewed once a second, whatever the endpoint; the app has a bucket of its own."""
    box = Inside()
    row = box.rows()[0]

    assert box("GET", f"/apps/APP/users/by/onesignal_id/{row['onesignal_id']}").is_success
    refused = box("GET", f"/apps/APP/subscriptions/{row['id']}/user/identity")
    assert (refused.status_code, refused.json()["limit"]) == (429, VIEWS)
    assert box("GET", "/apps/APP").is_success
    assert box("GET", "/apps/APP").json()["limit"] == VIEW_APP
    box.clock.move(1)
    assert box("GET", f"/players/{row['id']}?app_id=APP").is_success
