"""Where the key may go, and how an id becomes one segment of a path."""

import pytest
from support.wire import KEY, app_at, key

from purgeplan.errors import InvalidError
from purgeplan.model.spec import Resource
from purgeplan.onesignal.base import Base, segment

API = "https://api.onesignal.com"
LEGACY = "https://onesignal.com/api/v1"


@pytest.mark.parametrize(
    ("base_url", "resource", "origin", "prefix"),
    [
        (API, Resource.USER, API, ""),
        (API + "/", Resource.SUBSCRIPTION, API, ""),
        (API, Resource.PLAYER, "https://onesignal.com", "/api/v1"),
        (LEGACY, Resource.PLAYER, "https://onesignal.com", "/api/v1"),
        (LEGACY, Resource.USER, "https://onesignal.com", "/api/v1"),
        ("http://127.0.0.1:8080", Resource.PLAYER, "http://127.0.0.1:8080", ""),
        ("http://[::1]:8080/api/v1/", Resource.USER, "http://[::1]:8080", "/api/v1"),
        ("http://localhost", Resource.USER, "http://localhost", ""),
        ("https://proxy.acme.example", Resource.USER, "https://proxy.acme.example", ""),
    ],
)
def test_the_root_follows_base_url_and_resource(base_url, resource, origin, prefix):
    """Only the legacy resource on the default host goes to another root."""
    base = Base.of(app_at(base_url), resource)

    assert (base.origin, base.prefix) == (origin, prefix)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.onesignal.com",
        "http://192.168.1.5",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "https://me:secret@api.onesignal.com",
        "https://me@api.onesignal.com",
        "https://api.onesignal.com?x=1",
        "https://api.onesignal.com#x",
        "ftp://api.onesignal.com",
        "api.onesignal.com",
        "https://",
        "https://api.onesignal.com/x/../y",
        "https://api.onesignal.com/./y",
        "https://api.onesignal.com//y",
        "https://api.onesignal.com/é",
        "https://api.onesignal.com/a%2Fb",
    ],
)
def test_a_root_that_would_leak_the_key_is_refused(base_url):
    """No http but to loopback, no credentials, no path that changes on its way; never echoed."""
    with pytest.raises(InvalidError) as refused:
        Base.of(app_at(base_url), Resource.USER)

    assert refused.value.findings[0].code == "PP604"
    assert "secret" not in str(refused.value)


def test_each_resource_has_its_authorization():
    """Key for today's endpoints, Basic with the raw key for the legacy one."""
    assert Base.of(app_at(API), Resource.USER).authorization(key()) == f"Key {KEY}"
    assert Base.of(app_at(API), Resource.PLAYER).authorization(key()) == f"Basic {KEY}"


def test_a_segment_has_nothing_safe():
    """A slash in an id is no slash in the path."""
    assert segment("a/b?c#d%e f@g") == "a%2Fb%3Fc%23d%25e%20f%40g"
