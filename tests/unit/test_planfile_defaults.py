"""What a plan file means where it says nothing: the defaults of each purpose."""

from decimal import Decimal

import pytest
from support.planfile import APP_ID, USERS, plan

from purgeplan.model.spec import (
    App,
    Breaker,
    Drift,
    DriftCheck,
    Keep,
    KeyRef,
    Limits,
    Pace,
    Purpose,
    Retry,
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
