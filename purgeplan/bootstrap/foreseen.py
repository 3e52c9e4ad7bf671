"""What can be told of a plan before its sources are read, and before anybody is asked."""

from purgeplan.errors import Finding
from purgeplan.model.spec import Rules

Foreseen = tuple[tuple[Finding, ...], tuple[Finding, ...]]
"""What is wrong with settings of sources and protect lists, and what the guards will refuse."""


def foresee(rules: Rules) -> Foreseen:
    """Give what `plan` will end with whatever the sources hold."""
    from purgeplan.engine.foreseen import foreseen, unfit
    from purgeplan.guards import GUARDS

    return unfit(rules), foreseen(rules, GUARDS)
