"""Rows of the journal as values: plans, runs, events, tallies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from purgeplan.model.outcome import Code, Item, Skip, State, Verdict

ADDRESSED: Final = "items.addressed"
"""The kind of the event that tells of ids whose onesignal_id was found after planning."""

REOPENED: Final = "plan.reopened"
"""The kind of the event that tells that `retry` took back who failed."""

SOURCES: Final = "sources"
"""Under this a summary keeps the digest of the sources as the plan file described them."""


class PlanState(StrEnum):
    """Where a plan is; expiry is a matter of the clock and not a state."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan about to be written; ``summary`` is the JSON document that ``plan`` prints.

    ``evidence`` maps the ids_digest of each source to when it was true; ``files`` maps the path
    of each local source, relative to the repository, to the sha256 of its content; ``protects``
    maps the name of each protect list to its ids_digest.
    """

    name: str
    app_id: str
    app_name: str
    fingerprint: str
    resource: str
    by: str
    path: str
    text: str
    expires_at: datetime
    not_before: datetime
    summary: Mapping[str, Any]
    evidence: Mapping[str, datetime] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    protects: Mapping[str, str] = field(default_factory=dict)


class PlannedItem(NamedTuple):
    """One id of the frozen set, in the order of sending; ``skip`` where it is left out at once.

    ``evidence_ms`` (since the epoch) is the latest time of which the sources knew whether they were
    active: a session after it is news. None is unknown. A tuple in the order of its columns:
    millions go from one database to the other.
    """

    id: str
    onesignal_id: str | None = None
    skip: Skip | None = None
    evidence_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as the journal has it; ``lineage`` is shared by plans that superseded one another."""

    plan_id: int
    lineage: int
    state: PlanState
    planned_at: datetime
    total: int
    draft: Draft
    closed_at: datetime | None = None
    sealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of items by state, counted from the rows; ``unknown`` are sent and unresolved.

    ``claimed`` counts the distinct items that were ever sent, ``claimed_left`` those of them that
    are pending or unresolved, ``given_back`` those that are pending since nothing was done.
    """

    states: Mapping[State, int]
    skips: Mapping[Skip, int] = field(default_factory=dict)
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    presumed_ours: int = 0
    claimed: int = 0
    claimed_left: int = 0
    given_back: int = 0

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)

    @property
    def total(self) -> int:
        """Give the size of the plan: the sum over all states."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """Give how many are still to be sent, or to be sent again."""
        return self[State.PENDING] + self[State.SENT]

    @property
    def may_be_retried(self) -> bool:
        """Tell whether some failed, or were found to be still there."""
        return bool(self[State.FAILED] or self.verdicts.get(Verdict.STILL_THERE))

    @property
    def begun(self) -> bool:
        """Tell whether deletion has begun: a request may have reached somebody."""
        return self.claimed > self.given_back


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs, where, with what: for the record, the lock and the report."""

    user: str
    host: str
    pid: int
    version: str
    commit: str | None = None
    ci: str | None = None

    def __str__(self) -> str:
        return f"{self.user}@{self.host} pid {self.pid}"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One start of ``apply`` or ``retry``; ``ended_at`` is None while it runs, or if it was killed.

    ``canary_passed`` is per plan and repeated here; ``why`` is the code of what ended it.
    """

    run_id: int
    plan_id: int
    command: str
    operator: Operator
    started_at: datetime
    ended_at: datetime | None = None
    why: str | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item with its history, for reports and for the question what became of one person.

    ``evidence_ms`` is that of ``PlannedItem``.
    """

    position: int
    id: str
    state: State
    skip: Skip | None
    code: Code | None
    status: int | None
    attempts: int
    claimed_at: datetime | None
    settled_at: datetime | None
    onesignal_id: str | None
    verdict: Verdict | None
    run_id: int | None
    evidence_ms: int | None = None


class Unresolved(NamedTuple):
    """An item sent and unresolved, with its first and its last claim, and whose run's that is."""

    item: Item
    claimed_at: datetime
    last_claim: datetime
    run_id: int


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the hash chain: sha256 over the link before and this event's canonical form."""

    seq: int
    at: datetime
    kind: str
    plan_id: int | None
    run_id: int | None
    data: Mapping[str, Any]
    link: str
