"""Reads a plan file or policy as text: a regular file, bounded, UTF-8, nothing hidden in it."""

import errno
import os
import re
import stat
from itertools import islice
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.planfile.document import Sheet

MAX_BYTES: Final = 1 << 20

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""No link is followed: messages show lines of the file. A FIFO must not hang."""

_BOM: Final = "\ufeff"
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)"
)
"""Controls, line breaks that only YAML takes for such, and marks that reorder a line: with any of
them a reviewer reads something else than the parser."""


def display(path: Path) -> str:
    """Give a path as messages show it: relative where it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def read_text(path: Path, file: str) -> str:
    """Give the text of a file without its byte order mark.

    Raises InvalidError where it can't be read, is a link or no regular file, is over a MiB, or is
    not UTF-8.
    """
    try:
        content = _content(path)
    except OSError as error:
        why = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise InvalidError(_unreadable(file, why or type(error).__name__)) from error
    if content is None:
        raise InvalidError(_unreadable(file, "it is not a regular file"))
    if len(content) > MAX_BYTES:
        raise InvalidError(too_large(file))
    try:
        return content.decode().removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = "this is not UTF-8 text"
        raise InvalidError(
            Finding("PP003", problem, "save the file as UTF-8", Place(file, line))
        ) from error


def unseen(sheet: Sheet) -> list[Finding]:
    """Give a finding for each character (the first few) that hides what a file says."""
    return [_unseen(sheet, match) for match in islice(_UNSEEN.finditer(sheet.text), 10)]


def too_large(file: str) -> Finding:
    """Give the finding for a file over the bound."""
    mend = "keep lists of ids in files of their own and name them with `from: csv`"
    return Finding("PP002", "the file is larger than 1 MiB", mend, Place(file))


def _content(path: Path) -> bytes | None:
    with os.fdopen(os.open(path, _OPEN), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        return file.read(MAX_BYTES + 1)


def _unreadable(file: str, why: str) -> Finding:
    mend = "check the path and its permissions"
    return Finding("PP001", f"the file can't be read: {why}", mend, Place(file))


def _unseen(sheet: Sheet, match: re.Match[str]) -> Finding:
    problem = f"an unseen character (U+{ord(match[0]):04X})"
    mend = "remove it: it can hide what the file says; in a double-quoted text write an escape"
    return sheet.finding("PP003", problem, mend, sheet.span(match.start()))
