"""Loads exports into the workspace: each once, whole or not at all, the columns needed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place, UnreachableError
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.ports import ExportAsk, ExportFile
from purgeplan.sources.audience import fields
from purgeplan.sources.audience.fields import COMPUTED, FIELDS, NEEDED
from purgeplan.sources.reading import spooling
from purgeplan.sources.reading.cutting import cut
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.layout import Layout, Wanted
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.reach import Progress, quiet
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.reading.unpack import unpacked
from purgeplan.sources.workspace import Workspace

Export = Callable[[ExportAsk, float, Progress], ExportFile]
"""Gets an export younger than so many seconds; raises what ``Exporter.fetch`` does."""

_AND_COMPUTED: Final = "CREATE VIEW $view AS SELECT {more} FROM $table"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One export in the workspace: a row a subscription, true at ``as_of`` (aware UTC).

    ``table`` has the columns that were wanted, typed, those of COMPUTED that these are enough for,
    and ``unread_COLUMN`` where the text of a typed column that is judged could not be read.
    """

    table: str
    rows: int
    as_of: datetime
    sha256: str


@dataclass(slots=True)
class Audience:
    """The exports that one plan needs, each fetched and loaded when it is first asked for.

    ``columns`` are named by conditions of the plan, ``max_age_s`` is the least that it allows.
    """

    work: Workspace
    export: Export
    columns: frozenset[str]
    max_age_s: float
    progress: Progress
    _loaded: dict[str | None, Loaded] = field(default_factory=dict)

    def whole(self) -> Loaded:
        """Give the export of everyone, unsubscribed rows included."""
        return self._of(None)

    def segment(self, name: str) -> Loaded:
        """Give the export of one segment, unsubscribed rows included."""
        return self._of(name)

    def segments(self) -> list[Loaded]:
        """Give the exports of segments that were taken so far."""
        return [loaded for name, loaded in self._loaded.items() if name is not None]

    def _of(self, segment: str | None) -> Loaded:
        if segment not in self._loaded:
            wanted = self._wanted(segment)
            extra = tuple(one for one in FIELDS if FIELDS[one].extra and one in wanted)
            file = self.export(ExportAsk(extra, segment), self.max_age_s, self.progress)
            judged = self._judged() if segment is None else frozenset[str]()
            self._loaded[segment] = load(self.work, file, wanted, self.progress, judged)
        return self._loaded[segment]

    def _judged(self) -> frozenset[str]:
        """Give the export's own columns by which a row is selected, or not."""
        return frozenset({"last_active", *(fields.basis(column) for column in self.columns)})

    def _wanted(self, segment: str | None) -> frozenset[str]:
        """Give the export's own columns that are kept: a segment is asked for no condition."""
        return frozenset(NEEDED) | (self._judged() if segment is None else frozenset[str]())


def load(
    work: Workspace,
    file: ExportFile,
    wanted: frozenset[str],
    progress: Progress,
    judged: frozenset[str] = frozenset(),
) -> Loaded:
    """Load these columns of an export, and those of COMPUTED that they are enough for.

    ``judged`` are those that have an ``unread_COLUMN`` beside them, if there can be unread texts.
    Raises InvalidError where it can't be read whole.
    """
    with spooled(work, file, progress) as (scan, text):
        progress("loading the export", 0, None)
        table, rows = _typed(work, scan, text, (wanted, judged))
    return Loaded(_with_computed(work, table, wanted, file), rows, file.asked_at, file.sha256)


def _typed(
    work: Workspace, scan: Scan, text: Spooled, columns: tuple[frozenset[str], frozenset[str]]
) -> tuple[str, int]:
    """Cut the text into typed rows; raises InvalidError with the places that are wrong."""
    wanted, judged = columns
    table, at = work.new("export"), _indexes(text.layout, wanted, text.name)
    typed = [f"{column} {FIELDS[column].sql_type}" for column in at]
    doubted = [column for column in at if FIELDS[column].doubted and column in judged]
    listed = ", ".join([*typed, *(f"unread_{column} BOOLEAN" for column in doubted)])
    work.run(f"CREATE TABLE $table ({listed})", table=table)
    select = [FIELDS[column].read(f"c{index}") for column, index in at.items()]
    select += [FIELDS[column].unread(f"c{at[column]}") for column in doubted]
    return table, cut(work, scan, text, ", ".join(select), table)


def _with_computed(work: Workspace, table: str, wanted: frozenset[str], file: ExportFile) -> str:
    """Give a view with the computed columns as well."""
    known = [one for one in COMPUTED if fields.basis(one) in wanted]
    view = work.new("audience")
    more = ", ".join(["*", *(f"{fields.computed(one, file.asked_at)} AS {one}" for one in known)])
    work.run(_AND_COMPUTED.format(more=more), view=view, table=table)
    return view


@contextmanager
def spooled(
    work: Workspace, file: ExportFile, progress: Progress
) -> Iterator[tuple[Scan, Spooled]]:
    """Give the text of an export, unpacked to the workspace, and what was counted meanwhile.

    Raises UnreachableError for one that is cut or damaged, and takes it away; InvalidError for
    what is none or has changed.
    """
    path, wanted = Path(file.path), Wanted(SUBSCRIPTION_ID, "id", ",")
    with path.open("rb") as raw, ExitStack() as stack:
        source = Opened(path.name, raw, path.stat().st_size, progress)
        try:
            scan, text = stack.enter_context(spooling.spooled(work, source, wanted))
        except InvalidError:
            _keep_if_whole(path)
            raise
        if source.sha256 != file.sha256:
            problem = f"{path.name} changed while it was read"
            raise InvalidError(Finding("PP204", problem, "repeat the command"))
        yield scan, text


def _keep_if_whole(path: Path) -> None:
    """Take a damaged file away and raise UnreachableError; what is wrong in it shows only now."""
    with path.open("rb") as raw:
        try:
            deque(unpacked(Opened(path.name, raw, path.stat().st_size, quiet)), 0)
        except InvalidError as error:
            path.unlink()
            problem = f"the export's file came but is damaged: {error.findings[0].problem}"
            mend = "repeat the command: it is fetched again"
            raise UnreachableError(Finding("PP611", problem, mend)) from error


def _indexes(layout: Layout, wanted: Iterable[str], name: str) -> dict[str, int]:
    """Give where each wanted column is; raises InvalidError where one is not, or is there twice."""
    wrong = [one for one in FIELDS if one in wanted and layout.names.count(one) != 1]
    if wrong:
        problem = f"the export has no column {', '.join(wrong)}, or has it twice"
        mend = "leave it out of `where` if it is named there"
        raise InvalidError(Finding("PP231", problem, mend, Place(name, 1)))
    return {one: layout.names.index(one) for one in FIELDS if one in wanted}
