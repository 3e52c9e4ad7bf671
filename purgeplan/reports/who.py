"""Who goes and who stays, as the plan says it and the report repeats it."""

from collections.abc import Iterator, Sequence
from typing import Final

from purgeplan.model.facts import Counts
from purgeplan.model.fingerprint import short
from purgeplan.model.review import Previous
from purgeplan.model.spec import Population
from purgeplan.reports.sums import cascade, planned_sum, rows_sum
from purgeplan.reports.words import instant, plural

_OPT_OUTS: Final = (
    "an unsubscribed e-mail or SMS row is the record that they opted out; without it a later"
    " import would reach them again"
)
_PARTLY: Final = "not every subscription of theirs is selected, and a user goes with all of them"


def who_lines(counts: Counts, population: Population, subscriptions: int | None) -> Iterator[str]:
    """Say where every row went, what goes along, who is there, and why some are kept."""
    yield rows_sum(counts)
    yield planned_sum(counts)
    if (users := cascade(counts.to_delete, subscriptions)) is not None:
        yield users
    if population.origin == "export":
        there = counts.planned + counts.kept_opt_outs + counts.kept_partly
        yield f"{there:,} present in the app, {counts.absent_at_plan:,} absent already"
    kept = ((counts.kept_opt_outs, "opt-out", _OPT_OUTS), (counts.kept_partly, "user", _PARTLY))
    for many, what, why in kept:
        if many:
            yield f"{plural(many, what)} kept: {why}"


def held_words(population: Population) -> str | None:
    """Give ``640 subscriptions, 382 users in the app, from export``, as far as it is known."""
    known = ((population.subscriptions, "subscription"), (population.users, "user"))
    parts = [plural(many, what) for many, what in known if many is not None]
    return f"{', '.join(parts)} in the app, from {population.origin}" if parts else None


def breakdown_lines(breakdown: Sequence[Sequence[str | int]]) -> Iterator[tuple[str, str, str]]:
    """Give of what, which value, and how many subscriptions, as text."""
    for of, value, many in breakdown:
        yield str(of), str(value), f"{many:,}"


def delta_words(before: Previous) -> str:
    """Give ``+312 -40 compared with 7a44d1c09b2e of 2026-11-01 10:00Z (done, 400 deleted)``."""
    delta = ""
    if before.added is not None and before.removed is not None:
        delta = f"+{before.added:,} -{before.removed:,} compared with "
    which = f"{short(before.fingerprint)} of {instant(before.planned_at)}"
    return f"{delta}{which} ({before.state}, {before.deleted:,} deleted)"
