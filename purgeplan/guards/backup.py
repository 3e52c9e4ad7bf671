"""The guard that a backup can be made: an export must know whom the plan names."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, UUID_KINDS
from purgeplan.model.spec import PlanSpec, Policy

_EXPORTED = UUID_KINDS | {EXTERNAL_ID}


def judge(spec: PlanSpec, _policy: Policy | None, _facts: Facts) -> Finding | None:
    """Refuse a backup by an alias of the customer's own, which is in no export."""
    if not spec.backup_export or spec.target.by in _EXPORTED:
        return None
    problem = f"no export holds {spec.target.by}, so nobody's rows could be kept by it"
    mend = (
        f"target users by {EXTERNAL_ID} or {ONESIGNAL_ID}, or leave `backup` out and have that"
        " reviewed"
    )
    return Finding("PP117", problem, mend, spec.place_of("backup.export"))


_conforms: Guard = judge
