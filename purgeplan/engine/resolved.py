"""The set to be frozen, in a workspace of its own, with the facts that judge it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from purgeplan.engine import idset
from purgeplan.engine.audience import Breakdown
from purgeplan.errors import Finding
from purgeplan.model.facts import Counts, ProtectFacts, SourceFacts
from purgeplan.model.records import PlannedItem
from purgeplan.model.spec import PlanSpec, Population
from purgeplan.sources.reading.ahead import ahead
from purgeplan.sources.reading.reach import Progress, quiet
from purgeplan.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Resolved:
    """The set to be frozen, in a workspace of its own that is gone with the context.

    ``set_aside`` places the first of the ids that an erasure left out. ``opt_outs_checked`` where
    every source, or an export at hand, says of each row whether it opted out; ``activity_checked``
    likewise. ``addressed`` is the digest of who is addressed by a onesignal_id beside their id.
    ``population``, ``subscriptions`` and ``breakdown`` are those of ``Facts``, where an
    export tells them, and so is ``untraced``.
    """

    spec: PlanSpec
    counts: Counts
    sources: tuple[SourceFacts, ...]
    protects: tuple[ProtectFacts, ...]
    files: Mapping[str, str]
    opt_outs_checked: bool
    set_aside: tuple[Finding, ...]
    fingerprint: str
    addressed: str | None
    sample: tuple[str, ...]
    work: Workspace
    activity_checked: bool = False
    population: Population | None = None
    subscriptions: int | None = None
    breakdown: Breakdown = ()
    untraced: int = 0
    warnings: tuple[Finding, ...] = ()
    progress: Progress = quiet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.work.__exit__()

    def items(self) -> Iterator[PlannedItem]:
        """Stream the frozen set in the order of sending: sha256(fingerprint + id).

        The user's ``onesignal_id`` goes along where the sources tell it beside another kind of id:
        a user is addressed by it, and two subscriptions of one user are sent apart.
        """
        done = 0
        for block in ahead(idset.in_sending_order(self.work)):
            self.progress("writing", done, self.counts.planned)
            yield from block
            done += len(block)

    def sorted_ids(self) -> Iterator[str]:
        """Stream the frozen set in order of the ids' UTF-8 bytes."""
        return idset.sorted_ids(self.work)

    def delta(self, previous: Iterable[str]) -> tuple[int, int]:
        """Count the ids added to, and removed from, a set that comes sorted by UTF-8 bytes."""
        return _delta(iter(previous), self.sorted_ids())

    def overlap(self, ids: Iterable[str]) -> int:
        """Count how many of these ids are in the set and to be sent."""
        table = self.work.new("given")
        self.work.load(table, ("id",), ((one,) for one in ids))
        return self.work.number(
            "SELECT count(*) FROM planned SEMI JOIN $table USING (id) WHERE NOT deleted_before",
            table=table,
        )


def _delta(before: Iterator[str], after: Iterator[str]) -> tuple[int, int]:
    """Count what two ascending sequences of distinct ids do not share."""
    added = removed = 0
    old, new = next(before, None), next(after, None)
    while old is not None or new is not None:
        if old == new:
            old, new = next(before, None), next(after, None)
        elif old is None or (new is not None and new < old):
            added, new = added + 1, next(after, None)
        else:
            removed, old = removed + 1, next(before, None)
    return added, removed
