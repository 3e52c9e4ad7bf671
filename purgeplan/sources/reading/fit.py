"""Which ids are fit, twice: surely, by a pattern that is quick in SQL; and by ``model.ids``."""

import re
from collections.abc import Callable
from typing import Final

from purgeplan.model import ids

_PLAIN: Final = "[!-~](?:[ -~]*[!-~])?"
_FOLDED: Final = "[!-@[-~]*"
"""Printable ASCII without spaces and capital letters: its own form for comparing."""

_MANGLED: Final = f"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+|{ids.FORMULA_ERROR_PATTERN}"

_UUID_BYTES: Final = 36

_SURE_UUID = re.compile(ids.UUID_PATTERN)
_SURE_TEXT = re.compile(_PLAIN)
_SURE_MANGLED = re.compile(_MANGLED)


def canonical_or_none(kind: str, raw: str) -> str | None:
    """Give the id as it is sent, or None where it is unfit: what ``model.ids`` says."""
    canonical = ids.canonical(kind, raw)
    return None if ids.unfit(kind, canonical) else canonical


def quick(kind: str) -> Callable[[str], str | None]:
    """Give ``canonical_or_none`` of a kind, faster for ids that are surely fit."""
    if ids.is_uuid_kind(kind):
        return lambda raw: raw if _SURE_UUID.fullmatch(raw) else canonical_or_none(kind, raw)
    return lambda raw: raw if _surely_fit(raw) else canonical_or_none(kind, raw)


def _surely_fit(raw: str) -> bool:
    return (
        _SURE_TEXT.fullmatch(raw) is not None
        and len(raw) <= ids.MAX_ID_BYTES
        and raw not in (".", "..")
        and not _SURE_MANGLED.fullmatch(raw)
    )


def sure_rows(kind: str, delimiter: str, at: int) -> re.Pattern[bytes]:
    """Give what matches one row after the other whose cell ``at`` is surely fit, and no other row.

    Rows are cut well, each ended by LF.
    """
    mark = re.escape(delimiter.encode())
    quoted = rb'"[^"]*+(?:""[^"]*+)*+"'
    cell = rb'(?:%b|[^"\n%b]*+)' % (quoted, mark)
    if ids.is_uuid_kind(kind):
        one = b" *+%b *+" % ids.UUID_PATTERN.replace("a-f", "a-fA-F").encode()
    else:
        odd = rb"(?!(?:%b|[.]{1,2})[\"\n%b])(?! )" % (_MANGLED.encode(), mark)
        one = rb"%b[^\0-\x1f\x7f-\xff\"%b]{1,%d}+(?<! )" % (odd, mark, ids.MAX_ID_BYTES)
    end = rb'(?=[\n%b])[^"\n]*+(?:%b[^"\n]*+)*+\n' % (mark, quoted)
    return re.compile(rb'(?:(?:%b%b){%d}(?:"%b"|%b)%b)*+' % (cell, mark, at, one, one, end))


def uuid_sql(column: str) -> str:
    """Give an SQL expression: what is a UUID, trimmed and in lower case; no other text is one.

    Most are as long as they must be: to trim takes ten times as long as to see that (measured).
    """
    return (
        f"CASE WHEN strlen({column}) = {_UUID_BYTES} THEN lower({column})"
        f" ELSE lower(trim({column}, ' ')) END"
    )


def sure_sql(kind: str, column: str) -> str:
    """Give an SQL expression: the canonical id where it is surely fit, else NULL."""
    if ids.is_uuid_kind(kind):
        lowered = f"lower(trim({column}, ' '))"
        return (
            f"CASE WHEN regexp_full_match({column}, '{ids.UUID_PATTERN}') THEN {column}"
            f" WHEN regexp_full_match({lowered}, '{ids.UUID_PATTERN}') THEN {lowered} END"
        )
    return (
        f"CASE WHEN regexp_full_match({column}, '{_PLAIN}')"
        f" AND strlen({column}) <= {ids.MAX_ID_BYTES} AND {column} NOT IN ('.', '..')"
        f" AND NOT regexp_full_match({column}, '{_MANGLED}') THEN {column} END"
    )


def sure_key_sql(kind: str, column: str) -> str:
    """Give an SQL expression: the form in which ids match where SQL knows it, else NULL."""
    if ids.is_uuid_kind(kind):
        return column
    return (
        f"CASE WHEN regexp_full_match({column}, '{_FOLDED}') THEN {column}"
        f" WHEN regexp_full_match({column}, '[ -~]*') THEN lower(trim({column}, ' ')) END"
    )
