"""The kind ``parquet``: columns with types, of which only exact ones can hold ids."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from purgeplan.errors import Finding, InvalidError, Place, UnreachableError
from purgeplan.model.ids import EXTERNAL_ID, is_uuid_kind
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.options import COLUMN, PATH
from purgeplan.sources.reading.paths import check_path
from purgeplan.sources.typed.cells import (
    Cells,
    damaged,
    layout_of,
    not_text,
    stage_files,
    used,
    without,
)
from purgeplan.sources.workspace import Workspace

_TEXT = re.compile(r"VARCHAR|UUID|ENUM\(.*", re.DOTALL)
_WHOLE = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+,0\)")
_COLUMNS: Final = "DESCRIBE SELECT * FROM read_parquet({path}, hive_partitioning=false)"
_NAMES: Final = "SELECT name FROM parquet_schema({path})"
_ROWS: Final = "SELECT sum(num_rows) FROM parquet_file_metadata({path})"
_VIEW: Final = """
CREATE VIEW $raw AS
SELECT {texts}, CAST(place + 1 AS VARCHAR) AS place
FROM read_parquet({path}, file_row_number=true, hive_partitioning=false, union_by_name=false)
     AS file({names}, place)
"""
_AGAIN: Final = "write or download the file again"
_AS_TEXT: Final = "write ids as text (string) where the file is made"


class ParquetSource:
    """Reads Parquet files, of which the database reads a copy that nobody else can change.

    Whole numbers are exact and taken as they are; what may have lost digits is refused.
    """

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Ids from Parquet files: a column of strings, UUIDs, or whole numbers (for kinds of "
            "ids that are no UUIDs). A full export of OneSignal is recognized by its columns."
        ),
        "properties": {
            "path": {
                **PATH,
                "description": (
                    "The Parquet file, relative to the file that this is written in; `*` and `**` "
                    "name several, `-` is standard input. It must lie inside the repository and be "
                    "reached through no link."
                ),
                "examples": ["exports/inactive.parquet", "exports/2026-*/*.parquet"],
            },
            "column": COLUMN,
        },
        "required": ["path"],
        "examples": [{"from": "parquet", "path": "exports/inactive.parquet", "column": "user_id"}],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for a path that leads out."""
        check_path(context, self._spec)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read every file whole, or raise with what is wrong with one."""
        return stage_files(
            context, self._spec, work, lambda source: self._one(context, work, source)
        )

    def _one(self, context: Context, work: Workspace, source: Opened) -> Staged:
        with work.spool() as (path, file):
            for chunk in source.chunks():
                file.write(chunk)
            file.flush()
            file_of = _File(work, path, source.name)
            layout = file_of.layout(self._spec)
            with file_of.view(layout) as raw:
                cells = Cells(source.name, raw, layout, lambda row: _row(source.name, row))
                staged = cells.stage(self._spec.by, context, work)
            if staged.rows != file_of.rows():
                raise damaged(source.name, "names another number of rows than it has", _AGAIN)
            return staged


class _File:
    """One spooled file, as the database sees it."""

    def __init__(self, work: Workspace, path: Path, name: str) -> None:
        self._work = work
        self._name = name
        literal = str(path).replace("'", "''").replace("$", "$$")
        self._path = f"'{literal}'"

    def layout(self, spec: SourceSpec) -> Layout:
        """Give the columns; raises InvalidError where they can't be read, or hold no exact ids."""
        found, place = self._columns(), Place(self._name)
        names = tuple(found)
        layout = layout_of(names, spec, place)
        chosen = names[layout.chosen]
        kind = found[chosen]
        if not _TEXT.fullmatch(kind) and (is_uuid_kind(spec.by) or not _WHOLE.fullmatch(kind)):
            what = f"is {kind.split('(')[0]}, not text"
            raise InvalidError(not_text(chosen, what, _AS_TEXT, place))
        others = layout.others.items()
        return without(layout, [at for one, at in others if not _exact(one, found[names[at]])])

    def rows(self) -> int:
        """Give how many rows the file itself says that it has."""
        with _understood(self._name):
            return self._work.number(_ROWS.format(path=self._path))

    @contextmanager
    def view(self, layout: Layout) -> Iterator[str]:
        """Give a view of the cells that are staged, with the number of each row."""
        raw = self._work.new("raw")
        names = ", ".join(f"c{index}" for index in range(layout.width))
        texts = ", ".join(f"CAST(c{index} AS VARCHAR) AS c{index}" for index in used(layout))
        view = _VIEW.format(texts=texts, path=self._path, names=names)
        with _understood(self._name):
            self._work.run(view, raw=raw)
            yield raw
        self._work.run("DROP VIEW $raw", raw=raw)

    def _columns(self) -> dict[str, str]:
        """Give the types by column; the database gives new names to those that are alike."""
        try:
            with _understood(self._name):
                found = {
                    row[0]: str(row[1]) for row in self._work.rows(_COLUMNS.format(path=self._path))
                }
                names = set(self._work.column(_NAMES.format(path=self._path)))
        except UnreachableError as error:
            # The database calls a footer that makes no sense an I/O error; nothing was written yet.
            raise damaged(self._name, "is damaged", _AGAIN) from error
        if not found.keys() <= names:
            mend = "give each column a name of its own, upper and lower case apart"
            twice = Finding("PP213", "two columns have the same name", mend, Place(self._name))
            raise InvalidError(twice)
        return found


_INSTANTS: Final = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
"""Types whose text is an instant in UTC; one with a zone is written in that of this machine."""


def _exact(column: str, kind: str) -> bool:
    """Tell whether a column beside the ids says what the staged column needs."""
    if _TEXT.fullmatch(kind):
        return True
    if column == "opted_out":
        return kind == "BOOLEAN"
    if column == "last_active":
        return kind in _INSTANTS
    return column in ("channel", EXTERNAL_ID) and _WHOLE.fullmatch(kind) is not None


def _row(name: str, row: str) -> Place:
    return Place(f"{name} row {row}")


@contextmanager
def _understood(name: str) -> Iterator[None]:
    """Map what the database raises at a file that it can't read; its words may show cells."""
    import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

    try:
        yield
    except duckdb.Error as error:
        what = f"is no whole Parquet file ({type(error).__name__})"
        raise damaged(name, what, _AGAIN) from None


_conforms: type[Source] = ParquetSource
