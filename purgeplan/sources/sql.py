"""The kind ``sql``: what one SELECT finds in a database, streamed and read-only."""

import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.options import COLUMN
from purgeplan.sources.typed.cells import Cells, layout_of, not_text, storable, used, without
from purgeplan.sources.typed.database import FETCH, Answer, answered
from purgeplan.sources.typed.query import Query, check_query, query_of
from purgeplan.sources.typed.reference import follow
from purgeplan.sources.workspace import Workspace

_QUERY: Final = {
    "type": "string",
    "minLength": 1,
    "description": (
        "One SELECT, without a semicolon. Its columns are found by their names, as those of a CSV "
        "are; ids must be text, UUIDs or whole numbers. The word INTO, and after WITH also INSERT, "
        "UPDATE, DELETE and MERGE, are refused wherever they stand."
    ),
    "examples": ["SELECT external_id FROM customers WHERE erase_by < now()"],
}


class SqlSource:
    """Asks any database that SQLAlchemy has a driver for; where it is, only a reference says."""

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Ids from a database, by one SELECT in a read-only transaction. Needs the extra `sql` "
            "and the database's driver. Give it a user who may only read."
        ),
        "properties": {
            "url": {
                "type": "object",
                "description": (
                    "Where the database's URL (of SQLAlchemy) is: a variable, a file of mode 0600, "
                    "or a keyring entry. Never the URL itself: it holds a password."
                ),
                "properties": {
                    "env": {
                        "type": "string",
                        "format": "x-env",
                        "description": "The variable that holds the URL.",
                        "examples": ["CUSTOMERS_URL"],
                    },
                    "file": {
                        "type": "string",
                        "format": "x-path",
                        "minLength": 1,
                        "description": "The file with the URL, relative to the root.",
                        "examples": ["/run/secrets/customers"],
                    },
                    "keyring": {
                        "type": "string",
                        "format": "x-keyring",
                        "description": "The entry of the system's keyring.",
                        "examples": ["purgeplan/customers"],
                    },
                },
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "examples": [{"env": "CUSTOMERS_URL"}],
            },
            "query": _QUERY,
            "query_file": {
                "type": "string",
                "format": "x-path",
                "minLength": 1,
                "description": (
                    "The file with the SELECT instead, relative to the file that this is written "
                    "in; `sha256` pins it. It must lie inside the repository and be reached "
                    "through no link."
                ),
                "examples": ["queries/erasures.sql"],
            },
            "column": COLUMN,
        },
        "required": ["url"],
        "if": {"not": {"required": ["query_file"]}},
        "then": {"required": ["query"], "properties": {"query": _QUERY}},
        "examples": [
            {
                "from": "sql",
                "url": {"env": "CUSTOMERS_URL"},
                "query": "SELECT external_id FROM customers WHERE erase_by < now()",
            },
            {"from": "sql", "url": {"env": "CUSTOMERS_URL"}, "query_file": "queries/erasures.sql"},
        ],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for a query that is none, or a file of one that lies outside."""
        check_query(self._spec, context)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read the whole answer, or raise with nothing of it staged."""
        spec = self._spec
        query = query_of(spec, context)
        url = follow(spec.options["url"], Path(context.root), spec.place)
        with answered(url, query.text, spec.place, query.place) as answer:
            cells = _Reading(spec, query, context).load(answer, work)
        staged = cells.stage(spec.by, context, work)
        work.run("DROP TABLE $raw", raw=cells.raw)
        return Staged(
            cells.name,
            staged.table,
            staged.rows,
            staged.known,
            staged.rejected,
            staged.set_aside,
            files=query.files,
            columns=staged.columns,
        )


class _Reading:
    """Takes the rows of one answer; what stands beside the ids and is no text is not known."""

    def __init__(self, spec: SourceSpec, query: Query, context: Context) -> None:
        self._spec = spec
        self._query = query
        self._context = context
        self._name = f"sql at {spec.place}"
        self._lost: set[int] = set()

    def load(self, answer: Answer, work: Workspace) -> Cells:
        """Load the cells that are staged; raises InvalidError where an id is no text."""
        layout = layout_of(answer.names, self._spec, self._query.place)
        raw, columns = work.new("raw"), used(layout)
        work.load(raw, ("place", *(f"c{one}" for one in columns)), self._texts(answer, layout))
        return Cells(self._name, raw, without(layout, self._lost), self._place)

    def _texts(self, answer: Answer, layout: Layout) -> Iterator[tuple[str | None, ...]]:
        others = {index: column for column, index in layout.others.items()}
        for number, row in enumerate(answer.rows, 1):
            if number % FETCH == 1:
                self._context.progress(f"reading {self._name}", number - 1, None)
            one = row[layout.chosen]
            if one is not None and _exact(one) is None:
                raise InvalidError(self._no_text(layout, one, str(number)))
            yield str(number), *(self._text(index, row[index], others) for index in used(layout))

    def _text(self, index: int, cell: object, others: Mapping[int, str]) -> str | None:
        """Give a cell as text, or lose its column; a number beside the ids is no opt-out."""
        if cell is None:
            return None
        column = others.get(index, EXTERNAL_ID)
        text = str(cell) if isinstance(cell, bool) and column == "opted_out" else _exact(cell)
        if text is None:
            self._lost.add(index)
        return text and storable(text)

    def _no_text(self, layout: Layout, cell: object, row: str) -> Finding:
        column, what = layout.names[layout.chosen], f"is a {type(cell).__name__}, not text"
        return not_text(column, what, "cast it to text in the query", self._place(row))

    def _place(self, row: str) -> Place:
        return Place(f"{self._query.place} row {row}")


def _exact(cell: object) -> str | None:
    """Give the text that a cell is beyond doubt: text, a UUID, a whole number."""
    match cell:
        case bool():
            return None
        case str() | int() | uuid.UUID():
            return str(cell)
        case Decimal() if cell.as_tuple().exponent == 0:
            return str(cell)
        case _:
            return None


_conforms: type[Source] = SqlSource
