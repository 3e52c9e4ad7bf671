"""The guard that what a plan asks for can be done: nothing that it asks for is left out."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import DriftCheck, PlanSpec, Policy


def judge(spec: PlanSpec, _policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse a drift check and a backup: this build would delete without them."""
    if spec.drift.check is DriftCheck.EXPORT:
        asked, pointer = "drift: {check: export}", "drift.check"
        mend = "write `drift: {check: none}` and have it reviewed, or wait for a build that can"
    elif spec.backup_export:
        asked, pointer = "backup: {export: true}", "backup.export"
        mend = "leave `backup` out and have it reviewed, or wait for a build that can"
    else:
        return None
    problem = f"this build can't do `{asked}` yet, and never deletes without what a plan asks for"
    return Finding("PP116", problem, mend, spec.place_of(pointer))


_conforms: Guard = judge
