"""The guard that the counts add up: a plan that lost track of a row is no plan."""

from dataclasses import fields
from operator import attrgetter

from purgeplan.errors import Finding
from purgeplan.model.facts import Counts, Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, _policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse where a sum of the counts does not come out, or more is left than was planned."""
    wrong = _wrong(facts.counts, facts)
    if wrong is None:
        return None
    mend = "this is a bug in purgeplan: please report it with these numbers"
    return Finding("PP112", f"the counts do not add up: {wrong}", mend, spec.place_of("source"))


def _wrong(counts: Counts, facts: Facts) -> str | None:
    """Say the first of the sums of ``Counts`` that is wrong."""
    kept = counts.protected + counts.kept_opt_outs + counts.kept_partly
    rows = counts.duplicates + counts.rejected + kept + counts.absent_at_plan + counts.planned
    planned = counts.deleted_before + counts.to_delete
    claimed = (facts.left, facts.claimed_before, facts.claimed_left)
    if min(*_numbers(counts), *claimed) < 0:
        return "one of them is negative"
    if counts.rows != rows:
        return f"{counts.rows:,} rows were read, {rows:,} are accounted for"
    if counts.planned != planned:
        return f"{counts.planned:,} are planned, {planned:,} are accounted for"
    if facts.left > counts.planned:
        return f"{facts.left:,} are left of {counts.planned:,} planned"
    if facts.claimed_left > min(facts.left, facts.claimed_before):
        return f"{facts.claimed_left:,} left ids count as claimed, more than there are"
    return None


_numbers = attrgetter(*(field.name for field in fields(Counts)))
_conforms: Guard = judge
