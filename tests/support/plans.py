"""Plain values for tests of guards and reports: a spec, a policy, facts that add up."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from purgeplan.errors import Place
from purgeplan.model.facts import Counts, Facts, ProtectFacts, SourceFacts
from purgeplan.model.spec import (
    App,
    KeyRef,
    Limits,
    PlanSpec,
    Policy,
    PolicyApp,
    Population,
    Purpose,
    Resource,
    SourceSpec,
    Target,
)

APP_ID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
APP = App(APP_ID, "Acme Prod", KeyRef("env", "ONESIGNAL_API_KEY"))
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def spec(resource=Resource.SUBSCRIPTION, limits=None, **changes):
    """Give a plan file's values, with lines for its limits."""
    by = "external_id" if resource is Resource.USER else "subscription_id"
    plan = PlanSpec(
        name="inactive-2026-h1",
        reason="180 days silent",
        app=APP,
        target=Target(resource, by),
        sources=(source(),),
        limits=limits or Limits(15_000),
        path="plans/inactive.yaml",
        root="/repo",
        text="",
        places={
            "limits.max_delete": Place("plans/inactive.yaml", 8, 22),
            "limits.max_delete_percent": Place("plans/inactive.yaml", 9, 22),
            "app.name": Place("plans/inactive.yaml", 5, 9),
        },
    )
    return replace(plan, **changes)


def source(kind="csv", **options):
    """Give one source as the plan file has it."""
    return SourceSpec(kind, options, "subscription_id", Place("plans/inactive.yaml", 7, 10))


def policy(*, may_be_emptied=False, name="Acme Prod", **changes):
    """Give a policy that lists the app."""
    entry = PolicyApp(replace(APP, name=name), may_be_emptied=may_be_emptied)
    return replace(Policy("purgeplan.yaml", apps=(entry,)), **changes)


def reset(**changes):
    """Give a plan that empties its app, from an export."""
    limits = Limits(1_000_000, Decimal(10), 1)
    return spec(limits=limits, purpose=Purpose.RESET, sources=(source("export"),), **changes)


def facts(left=12_400, population=412_118, **changes):
    """Give facts that add up, of so many ids to delete."""
    counts = Counts(rows=left + 49, duplicates=12, protected=37, planned=left, to_delete=left)
    known = Facts(
        counts=counts,
        sources=(
            SourceFacts("exports/inactive.csv", "csv", left + 49, "4be0" * 16, "d" * 64, NOW),
        ),
        protects=(protect("protect/staff.csv", 31), protect("protect/vip.csv", 6)),
        population=Population("app", subscriptions=population),
        live_name="Acme Prod",
        left=left,
        opt_outs_checked=True,
        activity_checked=True,
    )
    return replace(known, **changes)


def protect(name, saved, entries=212):
    """Give one protect list as read."""
    place = Place("plans/inactive.yaml", 12, 5)
    return ProtectFacts(name, "external_id", entries, saved, "e" * 64, place)
