"""Guards: each refuses a plan for one reason, by data alone, and fails closed."""

from typing import Final

from purgeplan.guards import (
    app,
    app_listed,
    backup,
    budget,
    ceiling,
    count,
    counts,
    drift,
    erasure,
    everyone,
    keep_at_least,
    percent,
    population,
    protect,
    required,
    reset,
    whole_export,
)
from purgeplan.guards.warning import warnings
from purgeplan.model.facts import Guard

__all__ = ["GUARDS", "warnings"]

GUARDS: Final[dict[str, Guard]] = {
    "backup": backup.judge,
    "counts": counts.judge,
    "app": app.judge,
    "app_listed": app_listed.judge,
    "everyone": everyone.judge,
    "count": count.judge,
    "percent": percent.judge,
    "keep_at_least": keep_at_least.judge,
    "population": population.judge,
    "ceiling": ceiling.judge,
    "budget": budget.judge,
    "protect": protect.judge,
    "drift": drift.judge,
    "required": required.judge,
    "erasure": erasure.judge,
    "reset": reset.judge,
    "whole_export": whole_export.judge,
}
"""Every guard, in the order in which their findings are shown; one file and one line each."""
