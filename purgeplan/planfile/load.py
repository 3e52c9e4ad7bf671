"""Reads YAML text into a document of plain values with their places, and nothing clever."""

import re
from itertools import islice
from typing import Final

import yaml

from purgeplan.errors import Finding, Place
from purgeplan.planfile.build import MAX_FLAWS, MEND_KEY, Builder, Flaw, StopReading
from purgeplan.planfile.document import Document, Sheet, Span
from purgeplan.planfile.secrets import keys_in
from purgeplan.planfile.text import MAX_BYTES, too_large, unseen

Loaded = tuple[Document | None, list[Finding]]
"""A document where one could be built, and all that is wrong with its text."""

_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_IDS = re.compile(r"\b(?:ids|sentinel|inline)\b")
_SYNTAX: Final = {
    "mapping values are not allowed in this context": (
        "a colon where none can be",
        "check the indentation above; a text with a colon and a space in it needs quotes",
    ),
    "found character that cannot start any token": (
        "a character that can't start a value, such as a tab, @, % or a backtick",
        "indent with spaces; put a text that starts like this in quotes",
    ),
    "could not find expected ':'": (
        "a line that is neither a key with its value nor a part of a list",
        "write `key: value`, or quote a text that goes over several lines",
    ),
    "did not find expected key": (
        "a line that does not fit the mapping above it",
        "give the keys of one mapping the same indentation",
    ),
    "did not find expected '-' indicator": (
        "a line that does not fit the list above it",
        "start each entry of the list with `- `, at the same indentation",
    ),
}
_UNCLOSED: Final = {
    "did not find expected ',' or '}'": ("a `{` that is not closed", "close it, or add a comma"),
    "did not find expected ',' or ']'": ("a `[` that is not closed", "close it, or add a comma"),
    "found unexpected end of stream": ("a quote that is not closed", "close it"),
}
"""Told where it was opened, which may be far above."""


def load(text: str, file: str) -> Loaded:
    """Give the document of a text, and every finding about it; never raises."""
    sheet = Sheet(file, text)
    if len(text.encode(errors="replace")) > MAX_BYTES:
        return None, [too_large(file)]
    if found := unseen(sheet) + _directives(sheet):
        return None, found + _literal_keys(sheet)
    return _built(sheet)


def _built(sheet: Sheet) -> Loaded:
    builder = Builder()
    hidden: set[int] = set()
    try:
        for event in yaml.parse(sheet.text, Loader=yaml.CSafeLoader):
            builder.take(event)
        complete = True
    except yaml.YAMLError as error:
        complete = False
        span = _refused(builder, error)
        if _IDS.search(sheet.text):
            hidden.add(span.line)  # what a broken line holds is unknown
    except StopReading:
        complete = builder.documents > 1
    sheet = Sheet(sheet.file, sheet.text, frozenset(builder.hidden | hidden))
    return _judged(sheet, builder, complete)


def _judged(sheet: Sheet, builder: Builder, complete: bool) -> Loaded:
    found = _literal_keys(sheet)
    keyed = {finding.place.line for finding in found if finding.place}
    found += [
        sheet.finding(flaw.code, flaw.problem, flaw.mend, flaw.span)
        for flaw in builder.flaws
        if flaw.code != "PP012" or flaw.span.line not in keyed
    ]
    if not complete:
        return None, found
    if not isinstance(builder.root, dict):
        return None, [*found, _no_mapping(sheet, builder.root)]
    return Document(sheet, builder.root, builder.values, builder.keys), found


def _refused(builder: Builder, error: yaml.YAMLError) -> Span:
    said = getattr(error, "problem", None) or type(error).__name__
    mark = getattr(error, "context_mark" if said in _UNCLOSED else "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    words = {**_SYNTAX, **_UNCLOSED}
    problem, mend = words.get(said, (f"not YAML: {said}", "correct it"))
    span = Span(line, column, line)
    builder.flaws.append(Flaw("PP004", problem, mend, span))
    return span


def _directives(sheet: Sheet) -> list[Finding]:
    """Refuse ``%YAML`` and ``%TAG`` before the parser, which takes minutes for thousands."""
    match = _DIRECTIVE.search(sheet.text)
    if match is None:
        return []
    problem = "a directive (`%`) is not allowed here"
    return [sheet.finding("PP008", problem, "remove it", sheet.span(match.start()))]


def _literal_keys(sheet: Sheet) -> list[Finding]:
    """Find keys anywhere, comments included: a file in git is no place for one."""
    spans = (sheet.span(at) for at in islice(keys_in(sheet.text), MAX_FLAWS))
    return [sheet.finding("PP012", "a literal key is refused", MEND_KEY, span) for span in spans]


def _no_mapping(sheet: Sheet, root: object) -> Finding:
    if root is None:
        return Finding(
            "PP005", "the file is empty", "`purgeplan init` writes a plan", Place(sheet.file)
        )
    mend = "start with `version: 1`, one setting a line"
    return Finding("PP005", "the file is not a mapping of settings", mend, Place(sheet.file, 1, 1))
