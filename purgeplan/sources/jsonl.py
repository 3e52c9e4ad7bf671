"""The kind ``jsonl``: one JSON object, or one JSON string, a line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID, canonical
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading import columns
from purgeplan.sources.reading.decode import lines
from purgeplan.sources.reading.files import Files
from purgeplan.sources.reading.options import COLUMN, PATH
from purgeplan.sources.reading.paths import check_path
from purgeplan.sources.reading.rows import Row, Rows
from purgeplan.sources.reading.staging import holding
from purgeplan.sources.reading.unpack import unpacked
from purgeplan.sources.workspace import Workspace


class JsonlSource:
    """Reads JSON lines; ids are JSON strings, since numbers lose digits and leading zeros."""

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": "Ids from JSON lines: an object with the id under its key, or a string.",
        "properties": {"path": PATH, "column": COLUMN},
        "required": ["path"],
        "examples": [{"from": "jsonl", "path": "exports/inactive.jsonl", "column": "user_id"}],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for a path that leads out."""
        check_path(context, self._spec)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Read every file whole, or raise at the first line that is not as it must be."""
        found = Files(context, self._spec)
        reading = _Lines(self._spec)
        rows = Rows(self._spec.by, self._spec.options.get("column") or self._spec.by)
        parsed = (
            row
            for source in found
            for row in reading.rows(source.name, lines(source.name, unpacked(source), None))
        )
        table = rows.stage(parsed, work, set_aside=context.set_aside)
        return Staged(
            name=found.name,
            table=table,
            rows=rows.count,
            known=holding(work, table, reading.known),
            rejected=rows.rejected,
            set_aside=tuple(rows.places),
            sha256=found.sha256,
            files=found.hashes,
            columns=reading.taken,
        )


class _Lines:
    """Parses lines; the keys of the first object say where the id is and what stands beside it.

    ``known`` are the staged columns that every row had so far.
    """

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec
        self._key: str | None = None
        self._beside: Mapping[str, str] = {}
        self.known: set[str] = set()

    @property
    def taken(self) -> tuple[str, ...]:
        """Give the key that the ids were taken from; none where each line is an id."""
        return () if self._key is None else (columns.shown(self._key),)

    def rows(self, name: str, units: Iterator[bytes]) -> Iterator[Row]:
        """Give the rows of one file; raises InvalidError with the line of one that is none."""
        number = 0
        for unit in units:
            for line in unit.decode().split("\n")[:-1]:
                number += 1
                if line and not line.isspace():
                    yield self._row(line, Place(name, number))

    def _row(self, line: str, place: Place) -> Row:
        found = _parsed(line, place)
        if isinstance(found, str):
            self.known.clear()
            return place, found, _NOTHING
        if not isinstance(found, dict):
            raise InvalidError(_wrong("the line is neither an object nor a string", place))
        if self._key is None:
            self._learn(tuple(found), place)
        raw = found.get(self._key)
        if not isinstance(raw, str):
            what = "is not there" if raw is None else f"is a {_JSON[type(raw)]}"
            raise InvalidError(
                _wrong(f"{columns.shown(str(self._key))} {what}, not a string", place)
            )
        return place, raw, self._others(found)

    def _learn(self, keys: tuple[str, ...], place: Place) -> None:
        kind = self._spec.by
        self._key = keys[columns.choose(keys, self._spec.options.get("column"), kind, place)]
        found = columns.others(keys, kind)
        self._beside = {one: keys[at] for one, at in found.items() if one in columns.NAMES}
        self.known = set(self._beside)

    def _others(self, found: Mapping[str, Any]) -> Mapping[str, str]:
        """Give what stands beside the id; what is no plain text is not known, nor is its column."""
        told = {}
        for column, key in self._beside.items():
            value = found.get(key, "")
            if value is None and column == EXTERNAL_ID:
                continue
            if key in found and isinstance(value, str) and value.isprintable():
                told[column] = canonical(column, value)
            else:
                self.known.discard(column)
        return told


_NOTHING: Final[Mapping[str, str]] = {}
_JSON: Final = {
    bool: "truth value",
    int: "number",
    float: "number",
    list: "list",
    dict: "object",
}


def _parsed(line: str, place: Place) -> object:
    try:
        return json.loads(line, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise InvalidError(_wrong("the line is not JSON, or has a key twice", place)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _wrong(problem: str, place: Place) -> Finding:
    return Finding("PP217", problem, "correct the line", place)


_conforms: type[Source] = JsonlSource
