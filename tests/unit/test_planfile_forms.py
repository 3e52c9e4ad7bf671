"""The forms of text in a plan, and where a base_url may point."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from support.planfile import APP_ID, KINDS, only, plan, plan_text

from purgeplan.model.spec import Policy
from purgeplan.planfile import addresses, forms, plan_schema, policy_schema


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("2s", 2.0),
        ("1.5m", 90.0),
        ("30min", 1800.0),
        ("8h", 28_800.0),
        ("14d", 1_209_600.0),
        ("0s", 0.0),
        ("3650d", 315_360_000.0),
    ],
)
def test_a_duration_has_a_unit(text, seconds):
    """Seconds come out, exactly."""
    assert forms.seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "s",
        "-5s",
        "+5s",
        "5 s",
        "5S",
        "1h30m",
        "5w",
        "infs",
        "nans",
        "1e3s",
        "٥s",
        "3651d",
        "1_0s",
    ],
)
def test_other_durations_are_none(text):
    """Without a unit, negative, infinite, or longer than ten years."""
    assert forms.seconds(text) is None


@pytest.mark.parametrize(
    ("text", "rate"),
    [("900/s", 900.0), ("60/min", 1.0), ("30/m", 0.5), ("3600/h", 1.0), ("0.5/s", 0.5)],
)
def test_a_rate_is_so_many_in_a_unit(text, rate):
    """Starts a second come out."""
    assert forms.per_second(text) == rate


@pytest.mark.parametrize("text", ["900", "0/s", "-1/s", "900/d", "900 / s", "inf/s", "/s", "1/ms"])
def test_other_rates_are_none(text):
    """Without a unit, or not above zero."""
    assert forms.per_second(text) is None


@pytest.mark.parametrize("text", ["24:00", "1:60", "22", "22:00:00", "٢٢:٠٠", " 1:00", "-1:00"])
def test_other_times_are_none(text):
    """From 00:00 to 23:59."""
    assert forms.local_time(text) is None


@pytest.mark.parametrize("text", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_exists(text):
    """By its name in the list of zones."""
    assert forms.zone(text) == text


@pytest.mark.parametrize("text", ["Europe", "CEST+2", "", "/etc/passwd", "../x", "a\0b", "x" * 400])
def test_other_zones_are_none(text):
    """Unknown ones, folders, and paths that lead out."""
    assert forms.zone(text) is None


def test_every_example_of_a_field_is_of_its_form():
    """What `explain` shows can be copied."""
    fields = [*_fields(plan_schema(KINDS)), *_fields(policy_schema(KINDS))]

    assert len(fields) > 50
    for field in fields:
        form = forms.FORMS[field["format"]]
        for example in [
            *field.get("examples", []),
            *([field["default"]] if "default" in field else []),
        ]:
            assert form.read(example) is not None, (field["description"], example)


def test_every_form_is_used_by_a_field():
    """A form that nobody uses is none."""
    fields = [*_fields(plan_schema(KINDS)), *_fields(policy_schema(KINDS))]

    assert {field["format"] for field in fields} == set(forms.FORMS)


def _fields(schema):
    """Give every field of text in a form, wherever it stands."""
    if isinstance(schema, dict):
        if isinstance(schema.get("format"), str):
            yield schema
        for below in schema.values():
            yield from _fields(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from _fields(below)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.onesignal.com",
        "https://api.onesignal.com/",
        "https://API.OneSignal.com:443",
        "https://onesignal.com/api/v1",
        "https://onesignal.com/api/v1/",
        "http://127.0.0.1:8080",
        "http://127.8.9.10:8080/api/v1",
        "http://localhost:8080",
        "https://localhost",
        "http://[::1]:8080",
        "https://proxy.acme.example",
        "https://proxy.acme.example:8443/api/v1",
    ],
)
def test_onesignal_loopback_and_listed_hosts_are_allowed(url):
    """The key goes nowhere else."""
    hosts = ("proxy.acme.example", "proxy.acme.example:8443")

    assert addresses.address_problem(url, hosts) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.onesignal.com", "over http"),
        ("http://proxy.acme.example", "over http"),
        ("https://evil.example", "neither"),
        ("https://api.onesignal.com.evil.example", "neither"),
        ("https://evil-onesignal.com", "neither"),
        ("https://evil.api.onesignal.com", "neither"),
        ("https://api.onesignal.com.", "neither"),
        ("https://api.onesignal.com:8443", "neither"),
        ("https://proxy.acme.example:9443", "neither"),
        ("https://10.0.0.1", "neither"),
        ("http://0.0.0.0:80", "over http"),
        ("http://2130706433", "over http"),
        ("http://localhost.evil.example", "over http"),
        ("http://evil.localhost", "over http"),
        ("http://127.0.0.1.evil.example", "over http"),
        ("https://me:pw@api.onesignal.com", "a user"),
        ("https://api.onesignal.com@evil.example", "a user"),
        ("https://@api.onesignal.com", "a user"),
        ("https://api.onesignal.com?x=1", "a query"),
        ("https://api.onesignal.com/?", "a query"),
        ("https://api.onesignal.com#x", "a fragment"),
        ("https://api.onesignal.com/other", "path"),
        ("https://api.onesignal.com/api/v1/../x", "path"),
        ("https://api.onesignal.com//", "path"),
        ("ftp://api.onesignal.com", "no http"),
        ("file:///etc/passwd", "no http"),
        ("api.onesignal.com", "no http"),
        ("https://", "no http"),
        ("https://api.onesignal.com:port", "no http"),
        ("https://api.onesignal.com:0", "no http"),
        ("https://api.onesignal.com:99999", "no http"),
        ("https://api.onesignal.com\\@evil.example", "no http"),
        ("https://api.%6fnesignal.com", "no http"),
        ("https://аpi.onesignal.com", "no http"),
        ("https://[::1", "no http"),
        ("https://api.onesignal.com ", "no http"),
        ("", "no http"),
    ],
)
def test_other_addresses_are_refused(url, words):
    """By scheme, host, port, path, and by whatever two readers of an address could differ about."""
    assert words in addresses.address_problem(url, ("proxy.acme.example",))


def test_a_plan_s_address_is_judged():
    """Its place is told; an address with a password in it is not."""
    bad = f"{{id: {APP_ID}, name: A, base_url: 'https://me:hunter2@api.onesignal.com'}}"

    finding = only(plan_text(app=bad))

    assert (finding.code, finding.place.column) == ("PP027", 68)
    assert "hunter2" not in repr(finding)


def test_a_policy_s_hosts_hold_for_the_plans_below_it():
    """Without the policy the same plan is refused."""
    app = f"{{id: {APP_ID}, name: A, base_url: 'https://proxy.acme.example'}}"
    policy = Policy("purgeplan.yaml", hosts=("proxy.acme.example",))

    assert plan(app=app, policy=policy).app.base_url == "https://proxy.acme.example"
    assert only(plan_text(app=app)).code == "PP027"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_date_is_the_same_instant_on_every_machine(zone, monkeypatch):
    """Without an offset it is UTC, wherever the plan is read."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        found = forms.instant("2026-11-20"), forms.instant("2026-11-20T08:00")
    finally:
        monkeypatch.undo()
        time.tzset()

    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    assert found == (midnight, midnight + timedelta(hours=8))


@pytest.mark.parametrize("text", ["a/b c.csv", " a", "x" * 400, "a\u00a0b", "a\nb"])
def test_a_path_may_be_called_anything_but_a_nul(text):
    """File systems take the rest; there is no need to know better."""
    assert forms.path(text) == text
    assert forms.path(f"{text}\0") is None
