"""From sources and protect lists to the set to be frozen, with the facts that judge it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from purgeplan.engine import audience, idset
from purgeplan.engine.audience import Breakdown
from purgeplan.engine.inputs import Inputs, Listed, Reading
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.facts import Counts, ProtectFacts, SourceFacts
from purgeplan.model.fingerprint import addressed_digest, begun, ended, fingerprint
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.records import PlannedItem
from purgeplan.model.spec import PlanSpec, Population, Purpose, Resource, Rules, SourceSpec
from purgeplan.sources.audience.load import Loaded
from purgeplan.sources.audience.stage import COLUMN_OF
from purgeplan.sources.port import Progress, Staged, quiet
from purgeplan.sources.reading.ahead import ahead
from purgeplan.sources.reading.columns import NAMES
from purgeplan.sources.workspace import Workspace

if TYPE_CHECKING:
    import hashlib

SAMPLE: Final = 20

_UNTRACED: Final = "SELECT count(*) FROM planned WHERE NOT deleted_before AND onesignal_id IS NULL"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the journal knows of earlier plans of the app, and the time now.

    ``deleted`` gives ids that are gone by our doing and when; ``first_seen`` tells, by ids_digest,
    when a source with these very ids was first planned.
    """

    now: datetime
    deleted: Iterable[tuple[str, datetime]] = ()
    first_seen: Callable[[str], datetime | None] = lambda _: None


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
        return _sorted_ids(self.work)

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


def resolve(rules: Rules, inputs: Inputs, evidence: Evidence) -> Resolved:
    """Read everything whole, subtract, and give the set; the caller closes it.

    Raises InvalidError with all that is wrong in sources and protect lists, UnreachableError
    where there is no room to work. Nothing stays on the disk then.
    """
    work = inputs.workspace()
    work.__enter__()
    try:
        return _resolve(rules, inputs, evidence, work)
    except BaseException:
        work.__exit__()
        raise


def _resolve(rules: Rules, inputs: Inputs, evidence: Evidence, work: Workspace) -> Resolved:
    spec, reading = rules.spec, Reading(rules, inputs, work)
    read, listed = reading.sources(), reading.protects()
    read = reading.with_exports(read)
    whole, segments = reading.whole(), reading.segments()
    staged = [one for _, one in read]
    known = frozenset.intersection(*(one.known for one in staged))
    alone = begun(spec)  # where a single source goes whole, its ids need not be sorted again
    facts = [_source_facts(work, one, found, evidence, alone) for one, found in read]
    inputs.progress("uniting", 0, None)
    dated = [(one, fact.as_of) for one, fact in zip(staged, facts, strict=True)]
    idset.unite(work, dated, None if whole else known)
    if whole is not None:
        audience.know(work, whole, spec.target)
    elif segments:
        audience.know_segments(work, segments, spec.target)
    inputs.progress("protecting", 0, None)
    comparison = idset.Comparison(work, _compared(spec, known, whole))
    protects = tuple(_protect(work, comparison, one) for one in listed)
    counts = _freeze(work, spec, facts, evidence, whole)
    subscriptions, breakdown = None, Breakdown()
    if whole is not None or segments:
        inputs.progress("breaking down", 0, None)
        subscriptions, breakdown = audience.going(work, spec.target.resource)
    inputs.progress("fingerprinting", 0, None)
    addressed = addressed_digest(_addressed(work, spec))
    everyone = len(facts) == 1 and counts.planned == counts.distinct
    full = ended(alone, addressed) if everyone else fingerprint(spec, _sorted_ids(work), addressed)
    idset.place(work, full)
    return Resolved(
        spec=spec,
        counts=counts,
        sources=tuple(facts),
        protects=protects,
        files={path: digest for one in staged for path, digest in one.files.items()},
        opt_outs_checked=whole is not None or "opted_out" in known,
        set_aside=tuple(finding for one in staged for finding in one.set_aside),
        fingerprint=full,
        addressed=addressed,
        sample=idset.sample(work, SAMPLE),
        work=work,
        activity_checked=bool(whole is not None or segments),
        population=audience.population(work, whole) if whole is not None else None,
        subscriptions=subscriptions,
        breakdown=breakdown,
        untraced=0 if spec.target.by in COLUMN_OF else work.number(_UNTRACED),
        warnings=tuple(finding for one in staged for finding in one.warnings),
        progress=inputs.progress,
    )


def _source_facts(
    work: Workspace, spec: SourceSpec, staged: Staged, evidence: Evidence, also: "hashlib._Hash"
) -> SourceFacts:
    """Give the facts of one source, whose sorted ids are hashed ``also`` for the fingerprint.

    Raises InvalidError where it claims to be from the future.
    """
    digest = work.digest(staged.table, also)
    if spec.as_of is not None and spec.as_of > evidence.now:
        mend = "write when the list was made; without a zone it is UTC"
        raise InvalidError(Finding("PP220", "as_of lies in the future", mend, spec.place))
    as_of = staged.as_of or spec.as_of or evidence.first_seen(digest) or evidence.now
    return SourceFacts(
        staged.name, spec.kind, staged.rows, staged.sha256, digest, as_of, staged.rejected
    )


def _compared(
    spec: PlanSpec, known: frozenset[str], whole: Loaded | None
) -> Mapping[str, tuple[str, str, str]]:
    """Give the kinds by which protect lists can be compared, and where their values are.

    A subscription has one user, so columns beside it tell whose it is. A user has subscriptions
    that no list need name, so a list of those says nothing certain of users, unless an export at
    hand has them all.
    """
    named = {spec.target.by: ("named", "id", "id")}
    if whole is not None:
        return {kind: ("beside", "id", kind) for kind in NAMES} | named
    beside = known & set(NAMES)
    if spec.target.resource is Resource.USER:
        beside -= {SUBSCRIPTION_ID}
    return {kind: ("stated", "id", kind) for kind in beside} | named


def _protect(work: Workspace, comparison: idset.Comparison, listed: Listed) -> ProtectFacts:
    hits = comparison.hits(listed.staged, listed.spec.by)
    return ProtectFacts(
        name=listed.name,
        by=listed.spec.by,
        entries=listed.staged.rows,
        saved=None if hits is None else idset.spare(work, hits),
        ids_digest=listed.ids_digest,
        place=listed.spec.place,
    )


def _freeze(
    work: Workspace,
    spec: PlanSpec,
    sources: Sequence[SourceFacts],
    evidence: Evidence,
    whole: Loaded | None,
) -> Counts:
    """Subtract what is kept, make the set, and count where every row went."""
    protected = work.number("SELECT count(DISTINCT id) FROM spared")
    absent, opted_out, partly = _kept(work, spec, whole)
    users = spec.target.resource is Resource.USER
    idset.plan(work, evidence.deleted, "who" if whole is not None and users else "named")
    rows, rejected = sum(one.rows for one in sources), sum(one.rejected for one in sources)
    planned = work.number("SELECT count(*) FROM planned")
    before = work.number("SELECT count(*) FROM planned WHERE deleted_before")
    return Counts(
        rows=rows,
        duplicates=rows - rejected - work.number("SELECT count(*) FROM named"),
        protected=protected,
        planned=planned,
        to_delete=planned - before,
        deleted_before=before,
        rejected=rejected,
        kept_opt_outs=opted_out,
        kept_partly=partly,
        absent_at_plan=absent,
    )


def _kept(work: Workspace, spec: PlanSpec, whole: Loaded | None) -> tuple[int, int, int]:
    """Take out who is absent, opted out, or only partly selected; give how many of each.

    Who asked to be forgotten is asked for again: they may have come after the export.
    """
    if whole is None:
        return 0, idset.keep_opt_outs(work) if spec.keep.opt_outs else 0, 0
    users, erasure = spec.target.resource is Resource.USER, spec.purpose is Purpose.ERASURE
    absent = 0 if erasure else audience.drop_absent(work)
    opted_out = audience.keep_opt_outs(work) if spec.keep.opt_outs else 0
    keeps_partly = users and spec.keep.partly_selected_users
    return absent, opted_out, audience.keep_partly(work) if keeps_partly else 0


def _sorted_ids(work: Workspace) -> Iterator[str]:
    return work.column("SELECT id FROM planned ORDER BY id")


def _addressed(work: Workspace, spec: PlanSpec) -> Iterator[str]:
    if spec.target.resource is not Resource.USER:
        return iter(())
    return work.column(
        "SELECT concat(id, chr(9), onesignal_id) FROM planned"
        " WHERE onesignal_id IS NOT NULL ORDER BY id"
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
