"""What a valid plan file means: every field of it, kinds of ids, times and places."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from support.planfile import APP_ID, parsed, plan

from purgeplan.errors import Place
from purgeplan.model.spec import (
    App,
    Breaker,
    Drift,
    DriftCheck,
    Keep,
    KeyRef,
    Limits,
    Pace,
    PlanSpec,
    Resource,
    Retry,
    SourceSpec,
    Target,
    Window,
)

WHOLE = f"""\
# yaml-language-server: $schema=../schemas/plan.schema.json
version: 1
name: inactive-2026-h1
purpose: cleanup
reason: |
  No session for 180 days;
  two win-back pushes sent
owner: growth@acme.example
ticket: PRIV-1184
app:
  id: {APP_ID.upper()}
  name: Acme Prod
  api_key: {{keyring: onesignal/acme}}
  base_url: https://onesignal.com/api/v1
target:
  resource: user
  by: external_id
source:
  from: csv
  path: exports/inactive.csv
  column: id
  sha256: {"4be0f6AB" * 8}
  as_of: 2026-11-20
protect:
  - {{from: csv, path: protect/staff.csv, column: external_id, by: external_id}}
  - {{from: inline, ids: ["00123"], by: crm_id, as_of: "2026-11-20T10:00:00+02:00"}}
keep: {{opt_outs: true, partly_selected_users: false}}
limits:
  max_delete: 15000
  max_delete_percent: 0.1
  keep_at_least: 50000
pace:
  rate: 900/s
  window: {{days: [mon, thu], from: 22:00, to: "6:00", tz: Europe/Berlin}}
  max_run_time: 8h
retry: {{max_attempts: 3, backoff: 500ms, max_backoff: 1.5m}}
breaker: {{max_consecutive_failures: 5, max_failure_percent: 0, max_absent_percent: 100}}
canary: 0
drift: {{check: export, every: 12h}}
not_before: 14d
expires_after: 7d
backup: {{export: true}}
"""


def test_every_field_of_a_plan_file_is_read():
    """The whole of design.md part 3 in one file."""
    spec = parsed(WHOLE)

    assert spec == PlanSpec(
        name="inactive-2026-h1",
        reason="No session for 180 days;\ntwo win-back pushes sent",
        app=App(
            APP_ID,
            "Acme Prod",
            KeyRef("keyring", "onesignal/acme"),
            "https://onesignal.com/api/v1",
        ),
        target=Target(Resource.USER, "external_id"),
        sources=(
            SourceSpec(
                "csv",
                {"path": "exports/inactive.csv", "column": "id"},
                "external_id",
                Place("plans/a.yaml", 19, 3),
                datetime(2026, 11, 20, tzinfo=UTC),
                "4be0f6ab" * 8,
            ),
        ),
        protect=(
            SourceSpec(
                "csv",
                {"path": "protect/staff.csv", "column": "external_id"},
                "external_id",
                Place("plans/a.yaml", 25, 5),
            ),
            SourceSpec(
                "inline",
                {"ids": ["00123"]},
                "crm_id",
                Place("plans/a.yaml", 26, 5),
                datetime(2026, 11, 20, 8, tzinfo=UTC),
            ),
        ),
        keep=Keep(opt_outs=True, partly_selected_users=False),
        limits=Limits(15000, Decimal("0.1"), 50000),
        pace=Pace(
            delay_s=None,
            rate_per_s=900.0,
            window=Window(frozenset({0, 3}), time(22), time(6), "Europe/Berlin"),
            max_run_time_s=28_800.0,
        ),
        retry=Retry(3, 0.5, 90.0),
        breaker=Breaker(5, Decimal(0), Decimal(100)),
        canary=0,
        drift=Drift(DriftCheck.EXPORT, 43_200.0),
        not_before_s=14 * 86_400.0,
        expires_after_s=7 * 86_400.0,
        backup_export=True,
        owner="growth@acme.example",
        ticket="PRIV-1184",
        path="plans/a.yaml",
        root="/repo",
        text=WHOLE,
        places=spec.places,
    )


def test_percents_are_exact():
    """A tenth of a percent is no binary fraction."""
    spec = plan(limits="{max_delete: 1, max_delete_percent: 0.1}")

    assert spec.limits.max_delete_percent == Decimal("0.1")
    assert isinstance(spec.limits.max_delete_percent, Decimal)


def test_places_name_every_setting_and_no_default():
    """Guards say where a limit is written; single ids have no place of their own."""
    source = "[{from: inline, ids: [a, b], by: external_id}]"
    places = plan(source=source, target="{resource: user, by: external_id}").places

    assert places["limits.max_delete"] == Place("plans/a.yaml", 7, 22)
    assert places["name"] == Place("plans/a.yaml", 2, 7)
    assert places["app.name"] == Place("plans/a.yaml", 4, 55)
    assert places["source.0.from"] == Place("plans/a.yaml", 6, 17)
    assert places["source.0"] == Place("plans/a.yaml", 6, 10)
    assert "source.0.ids.0" not in places
    assert "canary" not in places


def test_a_list_of_sources_keeps_its_order_and_kinds_of_ids():
    """The kind of a source's ids is the target's, written or not."""
    source = "[{from: csv, path: a}, {from: csv, path: b, by: onesignal_id}]"
    spec = plan(source=source, target="{resource: user, by: onesignal_id}")

    assert [(one.options["path"], one.by) for one in spec.sources] == [
        ("a", "onesignal_id"),
        ("b", "onesignal_id"),
    ]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("{resource: subscription}", Target(Resource.SUBSCRIPTION, "subscription_id")),
        ("{resource: player, by: subscription_id}", Target(Resource.PLAYER, "subscription_id")),
        ("{resource: user, by: onesignal_id}", Target(Resource.USER, "onesignal_id")),
        ("{resource: user, by: crm_id}", Target(Resource.USER, "crm_id")),
    ],
)
def test_a_target_says_by_which_kind_of_id(target, found):
    """Users by any alias, subscriptions and players by theirs."""
    assert plan(target=target).target == found


def test_a_window_without_days_opens_every_day():
    """All seven are the default."""
    spec = plan("pace: {window: {from: 09:30, to: 17:00, tz: UTC}}")

    assert spec.pace.window == Window(frozenset(range(7)), time(9, 30), time(17), "UTC")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ('"2026-11-20"', datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T10:30:00", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20 10:30", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00Z", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00.5+05:30", datetime(2026, 11, 20, 5, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-24T08:30:00Z", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_utc_unless_it_says_otherwise(written, moment):
    """Quoted or not, with a time or without."""
    spec = plan(source=f"{{from: csv, path: a, as_of: {written}}}")

    assert spec.sources[0].as_of == moment
    assert spec.sources[0].as_of.utcoffset().total_seconds() == 0


def test_an_app_s_id_is_compared_in_lower_case():
    """A policy lists it however it was copied."""
    assert plan(app=f"{{id: {APP_ID.upper()}, name: A}}").app.id == APP_ID


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        ("{env: ACME_KEY}", KeyRef("env", "ACME_KEY")),
        ("{file: /run/secrets/onesignal}", KeyRef("file", "/run/secrets/onesignal")),
        ("{keyring: onesignal/acme}", KeyRef("keyring", "onesignal/acme")),
    ],
)
def test_a_key_is_named_by_where_it_is(ref, found):
    """A variable, a file, a keyring entry."""
    assert plan(app=f"{{id: {APP_ID}, name: A, api_key: {ref}}}").app.api_key == found
