"""Sets to be planned, in plain Python: what the engine resolves with a database."""

import hashlib
from dataclasses import dataclass, field

from purgeplan.journal.times import ms
from purgeplan.model.facts import Counts, SourceFacts
from purgeplan.model.fingerprint import addressed_digest, fingerprint
from purgeplan.model.outcome import Skip
from purgeplan.model.records import PlannedItem
from purgeplan.model.spec import PlanSpec


@dataclass
class Chosen:
    """A resolved set in plain Python, with all that Planner asks of one."""

    spec: PlanSpec
    ids: list
    known: dict
    before: set
    as_of: object
    protected: int = 0
    opt_outs_checked: bool = True
    activity_checked: bool = False
    population: None = None
    subscriptions: None = None
    breakdown: tuple = ()
    untraced: int = 0
    warnings: tuple = ()
    protects: tuple = ()
    files: dict = field(default_factory=dict)

    def __post_init__(self):
        """Count, and put the ids into the order of sending."""
        known = (one for one in sorted(self.ids) if self.known.get(one) is not None)
        self.addressed = addressed_digest(f"{one}\t{self.known[one]}" for one in known)
        self.fingerprint = fingerprint(self.spec, sorted(self.ids), self.addressed)
        self.ids.sort(key=lambda one: hashlib.sha256((self.fingerprint + one).encode()).digest())
        self.sample = tuple(self.ids[:20])
        count = len(self.ids)
        gone = len(self.before)
        self.counts = Counts(
            rows=count + self.protected,
            duplicates=0,
            protected=self.protected,
            planned=count,
            to_delete=count - gone,
            deleted_before=gone,
        )
        rows = count + self.protected
        digest = hashlib.sha256(" ".join(sorted(self.ids)).encode()).hexdigest()
        self.sources = (SourceFacts("list.csv", "csv", rows, None, digest, self.as_of),)

    def items(self):
        """Give the frozen set in the order of sending."""
        for one in self.ids:
            skip = Skip.DELETED_BEFORE if one in self.before else None
            yield PlannedItem(one, self.known.get(one), skip, ms(self.as_of))

    def delta(self, previous):
        """Count the ids added and removed."""
        ours, theirs = set(self.ids), set(previous)
        return len(ours - theirs), len(theirs - ours)

    def overlap(self, ids):
        """Count how many of these ids are to be sent."""
        return len(set(ids) & (set(self.ids) - self.before))
