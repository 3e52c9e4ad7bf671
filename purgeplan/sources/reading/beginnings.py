"""What a text begins with where it begins with no header: asked only to say it in a message."""

import re
from typing import Final

from purgeplan.errors import Finding, Place
from purgeplan.model import ids

_MARKS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "'|'"}
_INVISIBLE: Final = "\ufeff\u200b\u2060"
_ID: Final = re.compile(ids.UUID_PATTERN, re.IGNORECASE)


def no_header(record: str, kind: str, delimiter: str, place: Place) -> Finding | None:
    """Say what the first line is instead of a header, without repeating it; None if who knows."""
    start = record.lstrip()
    if start.startswith("<"):
        mend = "download or export it again; it may be the page of an error"
        return Finding("PP208", "the file is HTML or XML", mend, place)
    if start.startswith(("{", "[")):
        mend = "say `from: jsonl`, and write one object or string a line"
        return Finding("PP208", "the file is JSON", mend, place)
    if start.startswith("sep="):
        mend = "delete that line"
        return Finding("PP209", "the first line is a spreadsheet's `sep=`, no header", mend, place)
    if start.startswith(tuple(_INVISIBLE)):
        problem = "the first line begins with an invisible character, such as a second mark"
        return Finding("PP209", problem, "save the file as UTF-8 again", place)
    if _ID.search(start):
        mend = f"write {_name(kind)} above it; or, if there is nothing else, name the file .txt"
        return Finding("PP209", "the first line is an id, and no header", mend, place)
    return _wrongly_cut(start, delimiter, place)


def list_that_is_a_table(record: str, kind: str, place: Place) -> Finding | None:
    """Say that a list of UUIDs has other cells beside them; other ids may hold any character."""
    mark = next((word for mark, word in _MARKS.items() if mark in record), None)
    if mark is None or not ids.is_uuid_kind(kind):
        return None
    problem = f"a .txt has one id a line and nothing else, and the first line holds {mark}"
    return Finding("PP213", problem, "name the file .csv", place)


def _wrongly_cut(record: str, delimiter: str, place: Place) -> Finding | None:
    mark = next((mark for mark in _MARKS if mark in record), None)
    if mark is None or delimiter in record:
        return None
    mend = "save it with commas, semicolons or tabs" if mark == "|" else "correct `delimiter`"
    problem = f"the first line holds {_MARKS[mark]} and no {_MARKS[delimiter].removeprefix('a ')}"
    return Finding("PP209", problem, mend, place)


def _name(kind: str) -> str:
    return {ids.SUBSCRIPTION_ID: "player_id"}.get(kind, kind)
