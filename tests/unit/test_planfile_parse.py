"""What a valid plan file means: every field, the defaults of each purpose, the rules between."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from support.planfile import APP_ID, only, parsed, plan, plan_text, refusals

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
    Purpose,
    Resource,
    Retry,
    SourceSpec,
    Target,
    Window,
)

USERS = "{resource: user, by: external_id}"

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


def test_the_smallest_plan_has_the_defaults_of_a_cleanup():
    """What design.md calls default, and nothing else."""
    spec = plan()

    assert spec.purpose is Purpose.CLEANUP
    assert spec.app == App(APP_ID, "Acme Prod")
    assert spec.app.api_key == KeyRef("env", "ONESIGNAL_API_KEY")
    assert spec.app.base_url == "https://api.onesignal.com"
    assert spec.limits == Limits(15000, Decimal(10), 1)
    assert (spec.keep, spec.breaker, spec.retry) == (Keep(), Breaker(), Retry())
    assert (spec.pace, spec.canary, spec.protect) == (Pace(), 20, ())
    assert spec.pace.delay_s == 0.5
    assert (spec.not_before_s, spec.expires_after_s) == (0, 604_800)
    assert spec.backup_export is False
    assert (spec.owner, spec.ticket) == (None, None)


def test_an_erasure_keeps_nobody_back_by_default():
    """Keep, drift and the absent breaker are off for those who asked to be forgotten."""
    spec = plan("purpose: erasure", target="{resource: user, by: external_id}")

    assert spec.keep == Keep(opt_outs=False, partly_selected_users=False)
    assert spec.breaker == Breaker(max_absent_percent=None)
    assert spec.drift.check is DriftCheck.NONE
    assert spec.limits == Limits(15000, Decimal(10), 1)


def test_an_erasure_from_an_export_checks_no_drift_either():
    """Whoever asked to be forgotten and was active since is still to be forgotten."""
    spec = plan("purpose: erasure", source="{from: segment, name: Gone}", target=USERS)

    assert spec.drift.check is DriftCheck.NONE


def test_a_purpose_never_overrides_what_is_written():
    """Defaults are for what is left out."""
    spec = plan(
        "purpose: erasure",
        "keep: {opt_outs: true}",
        "drift: {check: export}",
        "breaker: {max_absent_percent: 5}",
        target=USERS,
    )

    assert spec.keep == Keep(opt_outs=True, partly_selected_users=False)
    assert spec.drift.check is DriftCheck.EXPORT
    assert spec.breaker.max_absent_percent == 5


def test_a_reset_implies_percent_and_floor():
    """Everyone may go and nobody must stay, where the policy allows a reset at all."""
    spec = plan("purpose: reset")

    assert spec.limits == Limits(15000, Decimal(100), 0)
    assert spec.keep == Keep()


def test_a_reset_keeps_the_limits_that_are_written():
    """A written percent is a limit for a reset as well."""
    limits = "{max_delete: 5, max_delete_percent: 50, keep_at_least: 2}"

    assert plan("purpose: reset", limits=limits).limits == Limits(5, Decimal(50), 2)


@pytest.mark.parametrize(
    ("source", "check"),
    [
        ("{from: csv, path: a}", DriftCheck.NONE),
        ("{from: segment, name: a}", DriftCheck.EXPORT),
        ("[{from: csv, path: a}, {from: segment, name: a}]", DriftCheck.EXPORT),
    ],
)
def test_drift_is_checked_by_default_where_a_source_knows_activity(source, check):
    """An export or segment says who was active; a list does not."""
    assert plan(source=source).drift == Drift(check)
    assert plan("drift: {every: 1h}", source=source).drift == Drift(check, 3600.0)


def test_zero_stays_zero():
    """No limit of zero is ever taken for none."""
    limits = "{max_delete: 0, max_delete_percent: 0, keep_at_least: 0}"
    spec = plan("canary: 0", "pace: {delay: 0s}", "not_before: 0d", limits=limits)

    assert spec.limits == Limits(0, Decimal(0), 0)
    assert spec.canary == 0
    assert spec.pace.delay_s == 0
    assert spec.not_before_s == 0


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
    ("target", "by"),
    [
        ("{resource: subscription}", "external_id"),
        ("{resource: player}", "onesignal_id"),
        ("{resource: user, by: external_id}", "crm_id"),
        ("{resource: user, by: crm_id}", "subscription_id"),
    ],
)
def test_a_source_of_another_kind_of_id_than_the_target_s_is_refused(target, by):
    """Customer number 17 is not the external_id 17: as that it would be somebody else's."""
    source = f"[{{from: csv, path: a.csv}}, {{from: csv, path: b.csv, by: {by}}}]"

    finding = only(plan_text(source=source, target=target))

    assert (finding.code, finding.place.line) == ("PP026", 6)
    assert f"ids by {by} are none to delete by" in finding.problem


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


@pytest.mark.parametrize(
    ("target", "mend"),
    [
        ("{resource: subscription, by: external_id}", "leave `by` out"),
        ("{resource: player, by: onesignal_id}", "leave `by` out"),
        (
            "{resource: user, by: subscription_id}",
            "write external_id, onesignal_id or an alias label",
        ),
    ],
)
def test_a_target_by_another_s_kind_of_id_is_refused(target, mend):
    """A DELETE with the wrong kind of id would miss, or hit somebody else."""
    finding = only(plan_text(target=target))

    assert (finding.code, finding.mend) == ("PP026", mend)


@pytest.mark.parametrize("resource", ["subscription", "player"])
def test_an_erasure_of_devices_is_refused(resource):
    """Who asks to be forgotten is a user; the plan file says so, before anybody is asked."""
    finding = only(plan_text("purpose: erasure", target=f"{{resource: {resource}}}"))

    assert (finding.code, finding.place.line) == ("PP026", 5)
    assert "deletes users" in finding.problem


@pytest.mark.parametrize(
    ("one", "target", "problem"),
    [
        ("..", USERS, "ids[1] is a path, not an id"),
        ("", USERS, "ids[1] is empty"),
        ("mia@acme.example", "{resource: subscription}", "ids[1] is not a UUID (8-4-4-4-12"),
    ],
    ids=["path", "empty", "address"],
)
def test_an_id_in_the_file_that_can_not_be_sent_is_refused(one, target, problem):
    """Nothing has to be read for it, so validate finds it too; the id is not echoed."""
    good = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
    (found,) = refusals(
        plan_text(source=f"{{from: inline, ids: [{good}, '{one}']}}", target=target)
    )

    assert (found.code, found.place.line, found.source_line) == ("PP214", 6, None)
    assert found.problem.startswith(problem)


def test_an_id_in_a_protect_list_is_judged_by_its_own_kind():
    """A protect list says `by`; an erasure sets bad ids aside of its sources, never of these."""
    protect = "protect: [{from: inline, ids: ['..'], by: external_id}]"
    source = "{from: inline, ids: ['..', mia]}"
    (found,) = refusals(plan_text("purpose: erasure", protect, source=source, target=USERS))

    assert (found.code, found.place.line) == ("PP214", 9)
    assert plan("purpose: erasure", source=source, target=USERS).sources[0].kind == "inline"


def test_delay_and_rate_exclude_each_other():
    """One of the two would be ignored."""
    finding = only(plan_text("pace: {delay: 500ms, rate: 900/s}"))

    assert (finding.code, finding.place.column) == ("PP026", 22)


def test_a_window_without_days_opens_every_day():
    """All seven are the default."""
    spec = plan("pace: {window: {from: 09:30, to: 17:00, tz: UTC}}")

    assert spec.pace.window == Window(frozenset(range(7)), time(9, 30), time(17), "UTC")


@pytest.mark.parametrize(
    ("retry", "key"),
    [
        ("{backoff: 90s}", "backoff"),
        ("{backoff: 3s, max_backoff: 2s}", "backoff"),
        ("{max_backoff: 1s}", "max_backoff"),
    ],
)
def test_a_backoff_longer_than_its_maximum_is_refused(retry, key):
    """Neither is quietly cut to the other."""
    finding = only(plan_text(f"retry: {retry}"))

    assert finding.code == "PP026"
    assert finding.place == Place("plans/a.yaml", 8, 8 + retry.index(key) + len(key) + 2)


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


@pytest.mark.parametrize("where", ["source", "protect"])
@pytest.mark.parametrize("written", ["2026-11-24T08:30:01Z", "2026-11-25", "9999-12-31"])
def test_evidence_from_the_future_is_refused(where, written):
    """It would count as younger than every deletion until then."""
    one = f"[{{from: csv, path: a, by: subscription_id, as_of: {written}}}]"

    finding = only(plan_text(**{where: one}))

    assert (finding.code, finding.problem) == ("PP029", "as_of is in the future")


@pytest.mark.parametrize("written", ["2026-02-30", "0001-01-01T00:00:00+14:00", "20261120", "now"])
def test_a_moment_that_is_none_is_refused(written):
    """A day that does not exist, a time before time, another form."""
    (finding,) = refusals(plan_text(source=f"{{from: csv, path: a, as_of: {written}}}"))

    assert finding.code in ("PP025", "PP022")


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


@pytest.mark.parametrize("ref", ["{env: 1 2}", "{keyring: acme}", "{file: ''}", "{env: a-b}"])
def test_a_place_of_a_key_that_can_be_none_is_refused_unseen(ref):
    """It may be the key itself, at the wrong place."""
    finding = only(plan_text(app=f"{{id: {APP_ID}, name: A, api_key: {ref}}}"))

    assert finding.code == "PP025"
    assert finding.problem.endswith("got text")
    assert finding.source_line is None


@pytest.mark.parametrize("reason", ['""', '"  "', '"\\n"', '"a\\0b"', '"\\x1b[2J"'])
def test_a_reason_says_something(reason):
    """Blank is no reason, and controls are no words; what is wanted is not what was found."""
    finding = only(plan_text(reason=reason))

    assert finding.code == "PP025"
    assert finding.problem.startswith("reason: expected a text of visible characters, got ")
    assert finding.problem.split("got ")[1] in ("an empty text", '"  "', "text that is not shown")


@pytest.mark.parametrize("name", ['""', '" a"', '"a\\nb"', "x" * 201, '"a\\u2028b"'])
def test_a_name_is_one_line(name):
    """It is shown in lists, typed into commands, and found again."""
    assert only(plan_text(name=name)).code == "PP025"
