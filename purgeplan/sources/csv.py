"""The kind ``csv``: tables of text, compressed or not, the column of ids found by its name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from purgeplan.errors import InvalidError
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.cutting import cut
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.layout import DELIMITERS, Wanted
from purgeplan.sources.reading.options import COLUMN, PATH
from purgeplan.sources.reading.paths import check_path
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.reading.spooling import spooled
from purgeplan.sources.reading.staging import holding, new_table, selected, settle
from purgeplan.sources.typed.cells import stage_files
from purgeplan.sources.workspace import Workspace


class CsvSource:
    """Reads CSV, TSV and one-column texts, every cell as text.

    Rows are cut by the database; what it counts is held against our own count of records, quotes
    and delimiters, since it takes cut files without a word.
    """

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Ids from CSV (comma, semicolon or tab; a header is required), TSV, or a .txt with "
            "one id a line. A full export of OneSignal is recognized by its columns."
        ),
        "properties": {
            "path": PATH,
            "column": COLUMN,
            "delimiter": {
                "enum": [*DELIMITERS],
                "description": "What parts the cells; left out, what the header shows.",
                "examples": [";"],
            },
            "encoding": {
                "enum": ["utf-8", "utf-16", "latin-1"],
                "description": (
                    "How the text is encoded; left out, UTF-8, or what the file's byte order mark "
                    "says. latin-1 is never guessed."
                ),
                "examples": ["latin-1"],
            },
        },
        "required": ["path"],
        "examples": [
            {"from": "csv", "path": "exports/inactive.csv"},
            {"from": "csv", "path": "protect/staff.csv", "column": "mail", "delimiter": ";"},
        ],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for a path that leads out."""
        check_path(context, self._spec)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read every file whole, or raise with the places where one can't be."""
        return stage_files(
            context, self._spec, work, lambda source: self._one(context, work, source)
        )

    def _one(self, context: Context, work: Workspace, source: Opened) -> Staged:
        options = self._spec.options
        wanted = Wanted(self._spec.by, options.get("column"), options.get("delimiter"))
        with spooled(work, source, wanted, options.get("encoding")) as (scan, text):
            return self._cut(context, work, scan, text)

    def _cut(self, context: Context, work: Workspace, scan: Scan, text: Spooled) -> Staged:
        layout, table = text.layout, new_table(work)
        select = selected(self._spec.by, layout.chosen, layout.others)
        context.progress(f"cutting {text.name}", 0, scan.records - layout.header)
        rows = cut(work, scan, text, select, table)
        context.progress(f"checking {text.name}", 0, rows)
        rejected = settle(work, table, self._spec.by)
        unfit = text.unfit_ids(self._spec.by, rejected)
        if unfit and not context.set_aside:
            raise InvalidError(*unfit)
        known = holding(work, table, layout.others)
        return Staged(text.name, table, rows, known, rejected, unfit, columns=layout.taken)


_conforms: type[Source] = CsvSource
