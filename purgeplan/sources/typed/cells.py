"""Cells of typed tables on their way into a staged table: chosen, judged, placed."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model import ids
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Staged
from purgeplan.sources.reading import columns
from purgeplan.sources.reading.files import Files, Opened
from purgeplan.sources.reading.fit import sure_sql
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.places import SHOWN, unfit
from purgeplan.sources.reading.staging import holding, new_table, selected, settle
from purgeplan.sources.workspace import Workspace

_STAGE: Final = "INSERT INTO $table SELECT {cells} FROM $raw"
_DOUBTFUL: Final = """
SELECT place, coalesce({cell}, '') FROM $raw WHERE ({sure}) IS NULL ORDER BY CAST(place AS BIGINT)
"""
_TOGETHER: Final = frozenset({"opted_out", "channel"})
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def layout_of(names: Sequence[str], spec: SourceSpec, place: Place) -> Layout:
    """Give which column holds the ids and what stands beside them; raises as ``choose`` does."""
    chosen = columns.choose(names, spec.options.get("column"), spec.by, place)
    return Layout(tuple(names), chosen, others=columns.others(names, spec.by))


def without(layout: Layout, lost: Collection[int]) -> Layout:
    """Give the layout without columns whose cells can't be trusted as text.

    An opt-out and its channel only say something together.
    """
    kept = {column: index for column, index in layout.others.items() if index not in lost}
    if not kept.keys() >= _TOGETHER:
        kept = {column: index for column, index in kept.items() if column not in _TOGETHER}
    return replace(layout, others=kept)


def used(layout: Layout) -> list[int]:
    """Give the indexes of the columns that are staged."""
    return sorted({layout.chosen, *layout.others.values()})


def storable(text: str) -> str:
    """Give a text as the workspace takes it: what it can't hold becomes a U+0001, unfit as well."""
    return _UNSTORABLE.sub("\1", text)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as text in a table or view of the workspace.

    ``raw`` has columns ``c0``, ``c1``, ... for those that the layout uses, and ``place``, a number
    that ``place_of`` turns into where the row stands.
    """

    name: str
    raw: str
    layout: Layout
    place_of: Callable[[str], Place]

    def stage(self, by: str, context: Context, work: Workspace) -> Staged:
        """Stage every row; raises InvalidError where ids are unfit, unless they are set aside."""
        table, layout = new_table(work), self.layout
        stage = _STAGE.format(cells=selected(by, layout.chosen, layout.others))
        context.progress(f"checking {self.name}", 0, None)
        work.run(stage, table=table, raw=self.raw)
        rows = work.number("SELECT count(*) FROM $table", table=table)
        rejected = settle(work, table, by)
        found = tuple(islice(self._unfit(by, work), SHOWN)) if rejected else ()
        if found and not context.set_aside:
            raise InvalidError(*found)
        known = holding(work, table, layout.others)
        return Staged(self.name, table, rows, known, rejected, found, columns=layout.taken)

    def _unfit(self, by: str, work: Workspace) -> Iterator[Finding]:
        column, raw = self.layout.names[self.layout.chosen], f"c{self.layout.chosen}"
        doubtful = _DOUBTFUL.format(cell=raw, sure=sure_sql(by, raw))
        for row, text in work.rows(doubtful, raw=self.raw):
            problem = ids.unfit(by, ids.canonical(by, text))
            if problem:
                yield unfit(columns.shown(column), problem, self.place_of(row))


def stage_files(
    context: Context, spec: SourceSpec, work: Workspace, one: Callable[[Opened], Staged]
) -> Staged:
    """Stage every file that a source names, and give them as one."""
    found = Files(context, spec)
    parts = [one(source) for source in found]
    table = parts[0].table
    for part in parts[1:]:
        work.run("INSERT INTO $table SELECT * FROM $part", table=table, part=part.table)
        work.run("DROP TABLE $part", part=part.table)
    return Staged(
        name=found.name,
        table=table,
        rows=sum(part.rows for part in parts),
        known=frozenset.intersection(*(part.known for part in parts)),
        rejected=sum(part.rejected for part in parts),
        set_aside=tuple(finding for part in parts for finding in part.set_aside),
        sha256=found.sha256,
        files=found.hashes,
        columns=tuple(dict.fromkeys(name for part in parts for name in part.columns)),
    )


def not_text(column: str, what: str, mend: str, place: Place) -> Finding:
    """Say that ids are not text where they are kept."""
    return Finding("PP225", f"{columns.shown(column)} {what}", mend, place)


def damaged(name: str, what: str, mend: str) -> InvalidError:
    """Say that a file is not what its kind reads, or not whole."""
    return InvalidError(Finding("PP224", f"the file {what}", mend, Place(name)))


def no_extra(kind: str, place: Place) -> Finding:
    """Say how a kind of source gets the library that it needs: by the extra of its name."""
    mend = f"pip install 'purgeplan[{kind}]'"
    return Finding("PP223", f"the kind {kind} needs an extra", mend, place)
