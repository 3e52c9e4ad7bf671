"""The text of a query: one SELECT, from the plan or from a file beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context
from purgeplan.sources.reading.files import opened
from purgeplan.sources.reading.paths import matches, within

MAX_BYTES: Final = 1 << 20

_COMMENT = re.compile(r"\s+|--[^\r\n]*(?:\r?\n|\Z)|/\*(?!M?!)(?:(?!/\*).)*?\*/", re.DOTALL)
"""A comment that every database takes for one, to the same end: MySQL and MariaDB run what is in
`/*! */`, some nest others, and a carriage return by itself ends a line for some."""
_READS = re.compile(r"(?:(select|values|table)|with)\b|\(", re.IGNORECASE)
_STORES = re.compile(r"\binto\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:insert|update|delete|merge)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A query, where it is written, and the digest of its file by path, if it has one."""

    text: str
    place: Place
    files: Mapping[str, str] = field(default_factory=dict)


def query_of(spec: SourceSpec, context: Context) -> Query:
    """Give the query of a source.

    Raises InvalidError where there is none or two, where its file can't be read as ``opened``
    says, where the pin of the plan does not hold, and where it is anything but one SELECT.
    """
    query = _written(spec.options, context, spec.place)
    _hold_pin(query, spec)
    _hold_to_reading(query)
    return query


def check_query(spec: SourceSpec, context: Context) -> None:
    """Raise InvalidError as ``query_of`` does, for all that it tells without opening a file."""
    if "query" in spec.options or "query_file" not in spec.options:
        query_of(spec, context)
    else:
        within(context, str(spec.options["query_file"]), spec.place)


def _hold_to_reading(query: Query) -> None:
    if problem := _unfit(query.text):
        mend = "write one SELECT that only reads, without a semicolon"
        raise InvalidError(Finding("PP229", f"the query {problem}", mend, query.place))


def _written(options: Mapping[str, Any], context: Context, place: Place) -> Query:
    text, name = options.get("query"), options.get("query_file")
    if (text is None) == (name is None):
        problem = "a source needs either `query` or `query_file`"
        raise InvalidError(Finding("PP229", problem, "keep one of them", place))
    return Query(str(text), place) if name is None else _from_file(str(name), context, place)


def _from_file(name: str, context: Context, place: Place) -> Query:
    path, *more = matches(context, name, place)
    if more:
        problem = f"{len(more) + 1} files match {name}"
        raise InvalidError(Finding("PP229", problem, "name one file", place))
    content = b""
    with opened(context, path, place) as source:
        for chunk in source.chunks():
            content += chunk
            if len(content) > MAX_BYTES:
                problem = f"the file has more than {MAX_BYTES:,} bytes"
                raise InvalidError(Finding("PP229", problem, "name a file with a query", place))
    try:
        return Query(content.decode("utf-8-sig"), Place(path), {path: source.sha256})
    except UnicodeDecodeError:
        mend = "save it as UTF-8"
        raise InvalidError(Finding("PP207", "the query is not UTF-8", mend, Place(path))) from None


def _hold_pin(query: Query, spec: SourceSpec) -> None:
    """Hold the query against the pin: of its file, or of its text as the plan has it."""
    found = next(iter(query.files.values()), sha256(query.text.encode()).hexdigest())
    if spec.sha256 is not None and found != spec.sha256.lower():
        problem = f"the query is sha256 {found}, the plan pins {spec.sha256}"
        mend = "restore the query that was reviewed, or review this one and pin it"
        raise InvalidError(Finding("PP205", problem, mend, spec.place))


def _unfit(text: str) -> str | None:
    """Say why a text can't be one SELECT that only reads.

    Some drivers commit every statement by themselves, so this must hold without a read-only
    transaction. No database's grammar is known here: a semicolon or such a word is one too many
    even within quotes. What begins with SELECT can change rows by functions only; WITH need not.
    """
    bare = text
    while found := _COMMENT.match(bare):
        bare = bare[found.end() :]
    begin = _READS.match(bare)
    if begin is None:
        return "does not begin with SELECT or WITH"
    if ";" in text.rstrip().removesuffix(";"):
        return "holds a semicolon"
    stores = _STORES.search(bare) or (None if begin[1] else _CHANGES.search(bare))
    return f"holds {stores[0].upper()}" if stores else None
