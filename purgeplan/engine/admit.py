"""Admission: the one place where a plan becomes one that may be executed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from purgeplan.errors import Finding, RefusedError
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.spec import PlanSpec, Policy


@dataclass(frozen=True, slots=True)
class AdmittedPlan:
    """A plan that every guard has let through; ``execute`` takes nothing else.

    ``allowance`` is how many fresh claims it may still make: max_delete less all that it ever
    claimed, but for those that were given back. ``held_back`` are positions of unresolved items
    whose people are protected by now, may be others by now, or have no row in the backup: they
    stay unknown, and are not sent again.
    """

    spec: PlanSpec
    fingerprint: str
    facts: Facts
    allowance: int
    held_back: frozenset[int] = frozenset()

    def backed(self, left: int, held_back: frozenset[int]) -> Self:
        """Give it with those who are ``left`` once nobody goes without a row in the backup."""
        facts = replace(self.facts, left=left)
        return replace(self, facts=facts, held_back=self.held_back | held_back)


def violations(
    spec: PlanSpec, policy: Policy | None, facts: Facts, guards: Mapping[str, Guard]
) -> tuple[Finding, ...]:
    """Give what every guard refuses, in the order of the table."""
    found = (guard(spec, policy, facts) for guard in guards.values())
    return tuple(finding for finding in found if finding is not None)


def admit(
    spec: PlanSpec,
    policy: Policy | None,
    facts: Facts,
    fingerprint: str,
    guards: Mapping[str, Guard],
) -> AdmittedPlan:
    """Admit a plan, or raise RefusedError with every violation; no guards at all is a refusal."""
    refused = violations(spec, policy, facts, guards)
    if not guards:
        refused = (Finding("PP100", "there are no guards", "this build of purgeplan is broken"),)
    if refused:
        raise RefusedError(*refused)
    given_back = facts.claimed_left - facts.unresolved
    allowance = spec.limits.max_delete - facts.claimed_before + given_back
    return AdmittedPlan(spec, fingerprint, facts, max(0, allowance))
