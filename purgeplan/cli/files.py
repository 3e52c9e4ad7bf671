"""Files that a command makes: looked at before its work is done, and never over another."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from purgeplan.errors import AttentionError, Finding, InvalidError


def must_be_new(file: Path | None) -> None:
    """Raise InvalidError where a file can't be made: one is in its way, or no folder takes it."""
    if file is None:
        return
    if os.path.lexists(file):
        raise InvalidError(Finding("PP098", f"{file} exists", "name a file that does not"))
    if not file.absolute().parent.is_dir():
        problem = f"{file.parent} is no folder"
        raise InvalidError(Finding("PP098", problem, "make it, or name a file in another"))
    try:  # modes alone say nothing of a disk that is mounted for reading, or of root
        tempfile.TemporaryFile(dir=file.absolute().parent).close()
    except OSError as error:
        problem = f"{file.parent} takes no file: {error.strerror}"
        raise InvalidError(Finding("PP098", problem, "name a file in another folder")) from error


def write_ids(file: Path, ids: Iterable[str]) -> None:
    """Write ids, one a line, to a new file, 0600: all of them, or there is no file.

    Raises AttentionError where the disk is full or fails.
    """
    from purgeplan.journal.files import appearing  # noqa: PLC0415 - start-up stays fast

    with appearing(file) as unfinished:
        try:
            with unfinished.open("w", encoding="utf-8") as stream:
                stream.writelines(f"{one}\n" for one in ids)
        except OSError as error:
            problem = f"{file} can't be written: {error.strerror}"
            mend = "give it room, and plan again: the same set goes on"
            raise AttentionError(Finding("PP089", problem, mend)) from error
