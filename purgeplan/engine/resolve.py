"""From sources and protect lists to the set to be frozen, with the facts that judge it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from purgeplan.engine import audience, idset
from purgeplan.engine.audience import Breakdown
from purgeplan.engine.comparable import compared
from purgeplan.engine.inputs import Inputs, Listed, Reading
from purgeplan.engine.resolved import Resolved
from purgeplan.engine.subtracting import freeze, protect
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.facts import Counts, SourceFacts
from purgeplan.model.fingerprint import addressed_digest, begun, ended, fingerprint
from purgeplan.model.spec import PlanSpec, Population, Resource, Rules, SourceSpec
from purgeplan.sources.audience.load import Loaded
from purgeplan.sources.audience.stage import COLUMN_OF
from purgeplan.sources.port import Staged
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.workspace import Digest, Workspace

if TYPE_CHECKING:
    import hashlib

SAMPLE: Final = 20

_SUBTRACTIONS: Final = 5
"""Long statements beside three for each protect list: the absent, the kept, the set itself."""

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
class _Given:
    """What was read.

    ``known`` is what every source tells beside its ids. ``alone`` is the fingerprint begun with the
    ids of each source: the whole of it where a single one goes whole. ``unique`` is known of a
    single source that has no id twice.
    """

    staged: list[Staged]
    facts: list[SourceFacts]
    listed: list[Listed]
    whole: Loaded | None
    segments: list[Loaded]
    known: frozenset[str]
    alone: "hashlib._Hash"
    unique: bool

    @property
    def exported(self) -> bool:
        """Tell whether an export is at hand."""
        return self.whole is not None or bool(self.segments)


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
    spec, tell = rules.spec, inputs.progress
    given = _read(rules, inputs, evidence, work)
    rows = sum(one.rows for one in given.staged)
    with work.telling("uniting", rows, tell):
        _unite(work, spec, given)
    with work.telling("protecting", rows, tell, 3 * len(given.listed) + _SUBTRACTIONS):
        whole = given.whole is not None
        tables = compared(spec, given.known, exported=whole)
        comparison = idset.Comparison(work, tables, only_named=whole)
        protects = tuple(protect(work, comparison, one) for one in given.listed)
        counts = freeze(work, spec, given.facts, evidence.deleted, given.whole)
    population, subscriptions, breakdown = _exported(work, spec, given, tell)
    tell("fingerprinting", 0, counts.planned)
    addressed = addressed_digest(_addressed(work, spec))
    full = _fingerprint(work, spec, given, counts, addressed)
    with work.telling("putting in order", counts.planned, tell):
        idset.place(work, full)
    return Resolved(
        spec=spec,
        counts=counts,
        sources=tuple(given.facts),
        protects=protects,
        files={path: digest for one in given.staged for path, digest in one.files.items()},
        opt_outs_checked=given.whole is not None or "opted_out" in given.known,
        set_aside=tuple(finding for one in given.staged for finding in one.set_aside),
        fingerprint=full,
        addressed=addressed,
        sample=idset.sample(work, SAMPLE),
        work=work,
        activity_checked=given.exported,
        population=population,
        subscriptions=subscriptions,
        breakdown=breakdown,
        untraced=0 if spec.target.by in COLUMN_OF else work.number(_UNTRACED),
        warnings=tuple(finding for one in given.staged for finding in one.warnings),
        progress=tell,
    )


def _exported(
    work: Workspace, spec: PlanSpec, given: _Given, tell: Progress
) -> tuple[Population | None, int | None, Breakdown]:
    """Give what an export at hand says of the app, and of those who go."""
    if not given.exported:
        return None, None, ()
    total = given.whole.rows if given.whole is not None else sum(one.rows for one in given.segments)
    with work.telling("breaking down", total, tell, 2):
        population = audience.population(work, given.whole) if given.whole is not None else None
        return population, *audience.going(work, spec.target.resource)


def _read(rules: Rules, inputs: Inputs, evidence: Evidence, work: Workspace) -> _Given:
    """Read everything whole; raises InvalidError with all that is wrong."""
    reading = Reading(rules, inputs, work)
    read, listed = reading.sources(), reading.protects()
    read = reading.with_exports(read)
    staged, alone = [one for _, one in read], begun(rules.spec)
    digests = [_digest(work, found, alone, inputs.progress) for found in staged]
    return _Given(
        staged=staged,
        facts=[
            _source_facts(one, found, digest.hex, evidence)
            for (one, found), digest in zip(read, digests, strict=True)
        ],
        listed=listed,
        whole=reading.whole(),
        segments=reading.segments(),
        known=frozenset.intersection(*(one.known for one in staged)),
        alone=alone,
        unique=len(digests) == 1 and digests[0].unique,
    )


def _unite(work: Workspace, spec: PlanSpec, given: _Given) -> None:
    """Make one set of all sources, with what an export at hand knows of each id."""
    times = (fact.as_of for fact in given.facts)
    dated = list(zip(given.staged, times, strict=True))
    known = given.known if given.whole is None else None
    idset.unite(work, dated, known, unique=given.unique)
    if given.whole is not None:
        audience.know(work, given.whole, spec.target)
    elif given.segments:
        audience.know_segments(work, given.segments, spec.target)


def _fingerprint(
    work: Workspace, spec: PlanSpec, given: _Given, counts: Counts, addressed: str | None
) -> str:
    """Give the fingerprint; a single source that goes whole need not be sorted and hashed again."""
    if len(given.facts) == 1 and counts.planned == counts.distinct:
        return ended(given.alone, addressed)
    return fingerprint(spec, idset.sorted_ids(work), addressed)


def _digest(work: Workspace, staged: Staged, also: "hashlib._Hash", tell: Progress) -> Digest:
    """Give the digest of a source's ids, which are hashed ``also`` for the fingerprint."""

    def told(done: int) -> None:
        tell(f"hashing {staged.name}", done, staged.rows)

    told(0)
    return work.digest(staged.table, also, tell=told)


def _source_facts(spec: SourceSpec, staged: Staged, digest: str, evidence: Evidence) -> SourceFacts:
    """Give the facts of one source; raises InvalidError where it claims to be from the future."""
    if spec.as_of is not None and spec.as_of > evidence.now:
        mend = "write when the list was made; without a zone it is UTC"
        raise InvalidError(Finding("PP220", "as_of lies in the future", mend, spec.place))
    as_of = staged.as_of or spec.as_of or evidence.first_seen(digest) or evidence.now
    return SourceFacts(
        staged.name,
        spec.kind,
        staged.rows,
        staged.sha256,
        digest,
        as_of,
        staged.rejected,
        staged.columns,
    )


def _addressed(work: Workspace, spec: PlanSpec) -> Iterator[str]:
    if spec.target.resource is not Resource.USER:
        return iter(())
    return work.column(
        "SELECT concat(id, chr(9), onesignal_id) FROM planned"
        " WHERE onesignal_id IS NOT NULL ORDER BY id"
    )
