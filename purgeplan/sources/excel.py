"""The kind ``excel``: a sheet of a workbook, whose cells with ids must be text."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.columns import names_of
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.options import COLUMN, PATH
from purgeplan.sources.reading.paths import check_path
from purgeplan.sources.reading.places import SHOWN
from purgeplan.sources.typed.cells import (
    Cells,
    damaged,
    layout_of,
    no_extra,
    not_text,
    stage_files,
    storable,
    used,
    without,
)
from purgeplan.sources.typed.workbook import Sheet, sheet_of
from purgeplan.sources.workspace import Workspace

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_ROUNDED: Final = "is a number, and Excel rounds ids of 16 digits and more"
_AS_TEXT: Final = "format the column as text and export again"
_Row = tuple[int, Sequence[object]]


class ExcelSource:
    """Reads .xlsx with python-calamine, of a copy that nobody else can change."""

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Ids from a sheet of an Excel workbook (.xlsx, .xlsm): the first row that is not empty "
            "names the columns, and cells with ids must be text. Needs the extra `excel`. Hidden "
            "or filtered rows are refused."
        ),
        "properties": {
            "path": {
                **PATH,
                "description": (
                    "The workbook, relative to the file that this is written in; `*` and `**` name "
                    "several, `-` is standard input. It must lie inside the repository and be "
                    "reached through no link."
                ),
                "examples": ["exports/inactive.xlsx"],
            },
            "sheet": {
                "type": "string",
                "minLength": 1,
                "description": "The sheet with the ids; left out, the first that is visible.",
                "examples": ["Inactive"],
            },
            "column": COLUMN,
        },
        "required": ["path"],
        "examples": [{"from": "excel", "path": "exports/inactive.xlsx", "sheet": "Inactive"}],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for a path that leads out."""
        check_path(context, self._spec)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read the sheet of every file whole, or raise with the cells that are not as they must."""
        return stage_files(
            context, self._spec, work, lambda source: self._one(context, work, source)
        )

    def _one(self, context: Context, work: Workspace, source: Opened) -> Staged:
        with work.spool() as (path, file):
            for chunk in source.chunks():
                file.write(chunk)
            file.flush()
            wanted = self._spec.options.get("sheet")
            sheet = sheet_of(path, source.name, wanted, self._spec.place)
            grid = _grid(path, source.name, sheet, self._spec.place)
            reading = _Reading(self._spec, source.name, sheet, grid.start)
            cells = reading.load(enumerate(grid.iter_rows(), 1), work)
            staged = cells.stage(self._spec.by, context, work)
            work.run("DROP TABLE $raw", raw=cells.raw)
            return staged


class _Reading:
    """Takes the rows of one sheet; what stands beside the ids and is no text is not known."""

    def __init__(
        self, spec: SourceSpec, name: str, sheet: Sheet, start: tuple[int, int] | None
    ) -> None:
        self._spec = spec
        self._name = name
        self._sheet = sheet
        self._left = start[1] if start else 0
        self._lost: set[int] = set()

    def load(self, rows: Iterator[_Row], work: Workspace) -> Cells:
        """Load the cells that are staged; raises InvalidError where ids are no text."""
        layout = self._layout(rows)
        self._refuse_failed(layout)
        raw = work.new("raw")
        work.load(raw, ("place", *(f"c{one}" for one in used(layout))), self._texts(rows, layout))
        column = self._column(layout.chosen)
        return Cells(
            self._name,
            raw,
            without(layout, self._lost),
            lambda row: self._place(int(row), column),
        )

    def _layout(self, rows: Iterator[_Row]) -> Layout:
        place = Place(self._name)
        for number, row in rows:
            if _filled(row):
                names = tuple(str(cell).strip() for cell in row)
                return layout_of(names, self._spec, self._place(number, self._column(0)))
        mend = f"write its column, such as {names_of(self._spec.by)[0]}, into the first row"
        raise InvalidError(Finding("PP209", "the sheet is empty", mend, place))

    def _refuse_failed(self, layout: Layout) -> None:
        """Refuse ids that a formula failed to give; they look like empty cells when read."""
        failed = {column - self._column(0): rows for column, rows in self._sheet.failed.items()}
        self._lost |= failed.keys()
        rows = failed.get(layout.chosen, [])[:SHOWN]
        what, mend = "has no value: a formula failed, or was never computed", "correct the formula"
        if rows:
            raise InvalidError(*(self._not_text(row, layout, what, mend) for row in rows))

    def _texts(self, rows: Iterator[_Row], layout: Layout) -> Iterator[tuple[str | None, ...]]:
        """Give the cells as text; rows that are empty count only where another follows."""
        empty: list[int] = []
        wrong: list[Finding] = []
        others = {index: column for column, index in layout.others.items()}
        for number, row in rows:
            if not _filled(row):
                empty.append(number)
                continue
            yield from ((str(one), *(None for _ in used(layout))) for one in empty)
            empty.clear()
            one = row[layout.chosen]
            if not isinstance(one, str):
                wrong.append(self._not_text(number, layout, *_why(one)))
            if len(wrong) == SHOWN:
                break
            yield str(number), *(self._text(index, row[index], others) for index in used(layout))
        if wrong:
            raise InvalidError(*wrong)

    def _text(self, index: int, cell: object, others: Mapping[int, str]) -> str | None:
        """Give a cell as text; Excel makes numbers and truth values of two columns of an export."""
        if isinstance(cell, str):
            return storable(cell)
        column = others.get(index)
        if column == "opted_out" and isinstance(cell, bool):
            return str(cell)
        if column == "channel" and isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        self._lost.add(index)
        return None

    def _not_text(self, row: int, layout: Layout, what: str, mend: str) -> Finding:
        place = self._place(row, self._column(layout.chosen))
        return not_text(layout.names[layout.chosen], what, mend, place)

    def _column(self, index: int) -> int:
        """Give the column of the sheet; columns are read from the first that is not empty."""
        return self._left + index + 1

    def _place(self, row: int, column: int) -> Place:
        return Place(f"{self._name} {self._sheet.place(row, column)}")


def _filled(row: Sequence[object]) -> bool:
    return any(cell != "" for cell in row)


def _why(cell: object) -> tuple[str, str]:
    """Say what a cell is that is no text, and what to do; others than these are not read."""
    if isinstance(cell, bool):
        return "is a truth value", _AS_TEXT
    if isinstance(cell, float | int):
        return _ROUNDED, _AS_TEXT
    return "is a date or time", _AS_TEXT


def _grid(path: Path, name: str, sheet: Sheet, place: Place) -> "CalamineSheet":
    try:
        import python_calamine as calamine  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InvalidError(no_extra("excel", place)) from error
    try:
        with path.open("rb") as file, calamine.CalamineWorkbook.from_filelike(file) as book:
            return book.get_sheet_by_name(sheet.name)
    except calamine.CalamineError as error:
        raise damaged(name, "is not as a workbook must be", "save it as .xlsx again") from error


_conforms: type[Source] = ExcelSource
