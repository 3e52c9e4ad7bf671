"""Who is taken out of what the sources name: the protected, the kept, the absent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from purgeplan.engine import audience, idset
from purgeplan.engine.inputs import Listed
from purgeplan.model.facts import Counts, ProtectFacts, SourceFacts
from purgeplan.model.spec import PlanSpec, Purpose, Resource
from purgeplan.sources.audience.load import Loaded
from purgeplan.sources.workspace import Workspace


def protect(work: Workspace, comparison: idset.Comparison, listed: Listed) -> ProtectFacts:
    """Spare whom a protect list names; what it saves is None where it can't be compared."""
    hits = comparison.hits(listed.staged, listed.spec.by)
    return ProtectFacts(
        name=listed.name,
        by=listed.spec.by,
        entries=listed.staged.rows,
        saved=None if hits is None else idset.spare(work, hits),
        ids_digest=listed.ids_digest,
        place=listed.spec.place,
    )


def freeze(
    work: Workspace,
    spec: PlanSpec,
    sources: Sequence[SourceFacts],
    deleted: Iterable[tuple[str, datetime]],
    whole: Loaded | None,
) -> Counts:
    """Subtract what is kept, make the set, and count where every row went.

    ``deleted`` are ids that are gone by our doing, with the time of each.
    """
    protected = work.number("SELECT count(DISTINCT id) FROM spared")
    absent, opted_out, partly = _kept(work, spec, whole)
    users = spec.target.resource is Resource.USER
    idset.plan(work, deleted, "who" if whole is not None and users else "named")
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
        deleted_again=idset.back(work),
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
