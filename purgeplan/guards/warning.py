"""What is no refusal and yet worth a reviewer's eye: warnings of a plan, as findings."""

from collections.abc import Iterator
from typing import Final

from purgeplan.errors import Finding
from purgeplan.model.eta import API_STARTS_PER_S
from purgeplan.model.facts import Facts, not_checked
from purgeplan.model.measure import of_held
from purgeplan.model.span import in_words
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy, Purpose, Resource

_EXPORTED: Final = ("export", "segment")


def warnings(spec: PlanSpec, policy: Policy | None, facts: Facts) -> tuple[Finding, ...]:
    """Give every warning of a plan; none of them refuses anything."""
    return (
        *_lists(facts),
        *_rows(spec, facts),
        *_unseen(spec, facts),
        *_undated(spec),
        *_pace(spec),
        *_budget(policy, facts),
    )


def _lists(facts: Facts) -> Iterator[Finding]:
    for one in facts.protects:
        if one.saved == 0:
            problem = f"protect list {one.name} (by {one.by}, {one.entries:,} entries) saved nobody"
            mend = "check that its ids are of the kind that `by` says"
            yield Finding("PP120", problem, mend, one.place, warning=True)


def _rows(spec: PlanSpec, facts: Facts) -> Iterator[Finding]:
    counts, place = facts.counts, spec.place_of("source")
    # Of an export's rows several are one user's, and a list beside it may name them again.
    lists = all(one.kind not in _EXPORTED for one in spec.sources)
    if lists and counts.duplicates * 10 > counts.rows:
        problem = f"{counts.duplicates:,} of {counts.rows:,} rows are duplicates"
        yield Finding("PP121", problem, "check the column", place, warning=True)
    if counts.rejected > 0:
        problem = f"{counts.rejected:,} rows hold no usable id and are set aside"
        yield Finding("PP126", problem, "their people stay until that is mended", place, None, True)
    if counts.deleted_before > 0:
        problem = f"{counts.deleted_before:,} were deleted before, or may have been: left out"
        mend = "who is back since, or in doubt, goes by a younger list (`as_of`)"
        yield Finding("PP125", problem, mend, place, warning=True)
    if counts.deleted_again > 0:
        problem = f"{counts.deleted_again:,} were deleted before, or may have been, and go again"
        if any(one.as_of is None for one in spec.sources if one.kind not in _EXPORTED):
            problem += ": a list without `as_of` is as old as its content is known"
        mend = "write `as_of`, when the list was true; or protect whoever shall stay"
        yield Finding("PP131", problem, mend, place, warning=True)


def _unseen(spec: PlanSpec, facts: Facts) -> Iterator[Finding]:
    for what in not_checked(spec, facts):
        if what in _UNSEEN:
            code, mend = _UNSEEN[what]
            problem = f"{what} NOT CHECKED: a list does not say"
            yield Finding(code, problem, mend, spec.place_of("source"), None, True)
    if not spec.keep.opt_outs and spec.purpose is Purpose.CLEANUP:
        problem = "opt-outs are deleted too: a later import would reach them again"
        place = spec.place_of("keep.opt_outs")
        yield Finding("PP122", problem, "write `keep: {opt_outs: true}`", place, warning=True)
    known = facts.population
    if spec.target.resource is Resource.USER and known.users is None and known.subscriptions:
        problem = f"users are measured by a lower bound: {of_held(spec, facts, facts.left)}"
        yield Finding(
            "PP127", problem, "select them by `from: export` to have them counted", None, None, True
        )


_UNSEEN: Final = {
    "opt-outs": ("PP122", "select them by `from: export`, or give a file that is a whole one"),
    "activity": ("PP123", "write `drift: {check: export}`, or select them by `from: export`"),
}


def _undated(spec: PlanSpec) -> Iterator[Finding]:
    if spec.drift.check is DriftCheck.NONE:
        return
    for one in spec.sources:
        if one.as_of is None and one.kind not in _EXPORTED:
            problem = "drift counts from the first planning of a list that does not say when it was"
            mend = "write `as_of`: when it was made"
            yield Finding("PP128", f"{problem} true", mend, one.place, warning=True)


def _pace(spec: PlanSpec) -> Iterator[Finding]:
    per_s = spec.pace.starts_per_s
    if per_s is not None and per_s > API_STARTS_PER_S:
        asked = f"{per_s:,.1f}".removesuffix(".0")
        problem = f"{asked} deletions a second are more than the 1,000 that OneSignal allows an app"
        mend = "write `rate: 1000/s` or less: what is above it is answered by 429, and waits"
        pointer = "pace.rate" if spec.pace.rate_per_s is not None else "pace.delay"
        yield Finding("PP129", problem, mend, spec.place_of(pointer), warning=True)


def _budget(policy: Policy | None, facts: Facts) -> Iterator[Finding]:
    budget = policy.budget if policy is not None else None
    if policy is None or budget is None or facts.budget_used is None:
        return
    room = max(0, budget.max_delete - facts.budget_used)
    if facts.left > room:
        problem = (
            f"the rolling budget will stop the run: {facts.left:,} to delete, {room:,} left of"
            f" {budget.max_delete:,} in {in_words(budget.per_s)}"
        )
        mend = "repeat the command once there is room again"
        yield Finding("PP124", problem, mend, policy.place_of("budget"), warning=True)
