"""The guard that a backup can be made: an export must know whom the plan names."""

from purgeplan.errors import Finding
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


def judge(spec: PlanSpec, _policy: Policy | None, facts: Facts) -> Finding | None:
    """Refuse a backup where no row of an export can be found for somebody, or that is unknown.

    An alias of the customer's own is in no export, but the onesignal_id beside it is.
    """
    if not spec.backup_export or facts.untraced == 0:
        return None
    many = "it is unknown how many" if facts.untraced is None else f"{facts.untraced:,}"
    problem = f"no export holds {spec.target.by}, so nobody's rows could be kept ({many} ids)"
    mend = (
        "target by external_id or onesignal_id, take a list that has onesignal_id beside the"
        " alias, or leave `backup` out and have that reviewed"
    )
    return Finding("PP117", problem, mend, spec.place_of("backup.export"))


_conforms: Guard = judge
