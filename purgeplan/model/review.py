"""What ``plan`` shows and ``apply`` shows again: everything a reviewer needs, as one value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from purgeplan.errors import Finding
from purgeplan.model.backup import Backup
from purgeplan.model.facts import Facts
from purgeplan.model.spec import PlanSpec, Policy


@dataclass(frozen=True, slots=True)
class Eta:
    """How long a plan takes at its pace, windows counted in; None where nothing paces it.

    ``hint`` says what another pace would do, where the pace is what makes it slow.
    """

    seconds: float | None
    ends_at: datetime | None
    passes_expiry: bool = False
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """The plan of that name before this one, and how the two sets differ."""

    fingerprint: str
    planned_at: datetime
    state: str
    deleted: int
    added: int | None = None
    removed: int | None = None

    def told(self) -> dict[str, Any]:
        """Give it as plain JSON, as the journal keeps it."""
        return {**asdict(self), "planned_at": self.planned_at.isoformat()}

    @classmethod
    def of(cls, told: Mapping[str, Any] | None) -> Self | None:
        """Give back what ``told`` made; None for None."""
        if told is None:
            return None
        return cls(**{**told, "planned_at": datetime.fromisoformat(told["planned_at"])})


@dataclass(frozen=True, slots=True)
class Named:
    """What printed commands name, so that pasted where they were printed they do what they say.

    ``plan`` is the file as it was named; ``journal`` is one that an option gave, None where the
    next command finds it by itself. ``what`` is by what a report was asked for, if by no file: a
    plan's name, or a run's number.
    """

    plan: str
    journal: str | None = None
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A plan under review; ``fingerprint`` is None only where nothing could be resolved.

    ``violations`` are refusals, ``warnings`` are not. ``continues`` where an open plan with the
    same fingerprint goes on; ``left`` is what is then still to be sent. ``backups`` are those that
    it has already. ``named`` is the plan as it was named, by default as the spec says.
    """

    spec: PlanSpec
    policy: Policy | None
    facts: Facts
    fingerprint: str
    planned_at: datetime
    expires_at: datetime
    not_before: datetime
    eta: Eta
    journal: str
    violations: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    previous: Previous | None = None
    continues: bool = False
    backups: tuple[Backup, ...] = ()
    named: Named | None = None
