"""Which files a path or pattern of a plan names: inside the root, and through no link."""

import errno
import fnmatch
import glob
import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import CONTROL
from purgeplan.model.spec import PlanSpec, SourceSpec
from purgeplan.sources.reading.reach import Reach

MEND: Final = "copy the file into the repository and name it by a path relative to this file"

STDIN: Final = "-"
"""The path that names standard input."""

_ANY_FOLDERS: Final = "**"
_FILE_OPTIONS: Final = ("path", "query_file")
_LINK_ERRORS: Final = frozenset({errno.ELOOP, errno.EMLINK})


def inside(reach: Reach, path: str) -> str:
    """Give a path from the root, as far as its words tell; it may lead out."""
    return os.path.normpath(PurePath(reach.folder, path))


def within(reach: Reach, path: str, place: Place) -> str:
    """Give a path from the root; raises InvalidError where it leads out."""
    found = inside(reach, path)
    if PurePath(path).is_absolute() or PurePath(found).parts[:1] in ((), ("..",)):
        name = PurePath(reach.root).name or "the root"
        raise InvalidError(Finding("PP202", f"{path} is outside {name}", MEND, place))
    return found


def check_path(reach: Reach, spec: SourceSpec) -> None:
    """Raise InvalidError where the ``path`` of a source leads out, whatever lies there."""
    if (path := str(spec.options["path"])) != STDIN:
        within(reach, path, spec.place)


def matches(reach: Reach, pattern: str, place: Place) -> list[str]:
    """Give the paths, relative to the root, that a path or pattern names, in order of their bytes.

    Raises InvalidError where it leads out of the root, or a pattern to nothing. A file that is
    named as a pattern would be (``a[1].csv``) is itself.
    """
    named = within(reach, pattern, place)
    if not glob.has_magic(pattern) or os.path.lexists(Path(reach.root, named)):
        return [_plainly_named(named, place)]
    found = _Search(reach.root, place).found(PurePath(named).parts)
    if not found:
        mend = "correct the pattern, or put the files there"
        raise InvalidError(Finding("PP201", f"no file matches {pattern}", mend, place))
    return [_plainly_named(one, place) for one in sorted(found, key=os.fsencode)]


def _plainly_named(path: str, place: Place) -> str:
    """Give a path that one line can name; raises InvalidError for another.

    A pin of several files is of a list with a line for each: with a line end in a name, one file
    could stand there for two.
    """
    if CONTROL.search(path):
        told = path.encode("unicode_escape").decode()
        problem = f"the name of {told} holds a control character, or is not UTF-8"
        raise InvalidError(Finding("PP202", problem, "give the file another name", place))
    return path


def named_files(plan: PlanSpec) -> list[str]:
    """Give the files that the sources of a plan name, from the root, existing or not.

    Raises InvalidError as ``matches`` does, but for a pattern that nothing fits any more.
    """
    reach = Reach(plan.root, os.path.dirname(plan.path))  # noqa: PTH120 - no "." for none
    return [path for one in plan.sources for path in _named(reach, one)]


def _named(reach: Reach, spec: SourceSpec) -> list[str]:
    found: list[str] = []
    for option in (one for one in _FILE_OPTIONS if one in spec.options):
        pattern = str(spec.options[option])
        if pattern == STDIN:
            continue
        try:
            found += matches(reach, pattern, spec.place)
        except InvalidError as error:
            if [one.code for one in error.findings] != ["PP201"]:
                raise
    return found


class _Search:
    """Looks for the paths that fit a pattern; hidden names fit only a part with a dot.

    No link is entered: one that a part fits, or that ``**`` meets on its way to folders, is given
    as it is, and refused when it is opened. Passing over it could leave out a protect list.
    """

    def __init__(self, root: str, place: Place) -> None:
        self._root = root
        self._place = place

    def found(self, parts: tuple[str, ...]) -> set[str]:
        """Give the paths that fit; raises InvalidError for a folder that is locked.

        No folder is looked through twice for the same part, whatever ``**`` come one after
        another, and no depth ends it.
        """
        waiting = [("", parts)]
        seen = set(waiting)
        while waiting:
            for one in self._next(*waiting.pop()):
                if one not in seen:
                    seen.add(one)
                    waiting += [one] if one[1] else []
        return {path for path, left in seen if not left}

    def _next(self, at: str, parts: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give what fits in one folder, with the parts that are left to fit below it."""
        part, *others = parts
        rest = tuple(others)
        wide = part == _ANY_FOLDERS
        if wide:
            yield at, rest
        for one in self._entries(at):
            path = os.path.join(at, one.name)  # noqa: PTH118 - as scandir gives it
            if _fits(one.name, "*" if wide else part) and (one.is_dir() or not (wide or rest)):
                further = parts if wide else rest
                yield path, () if one.is_symlink() else further

    def _entries(self, at: str) -> list["os.DirEntry[str]"]:
        try:
            with os.scandir(Path(self._root, at)) as found:
                return list(found)
        except OSError as error:
            raise InvalidError(unreadable(at or ".", error, self._place)) from error


def _fits(name: str, part: str) -> bool:
    hidden = name.startswith(".") and not part.startswith(".")
    return not hidden and fnmatch.fnmatchcase(name, part)


def refused(path: str, error: OSError, place: Place) -> Finding:
    """Say why a path can't be followed."""
    if error.errno == errno.ENOENT:
        mend = "correct the path (it is relative to this file), or put the file there"
        return Finding("PP201", f"there is no file {path}", mend, place)
    if error.errno == errno.ENOTDIR:  # so Linux says of a link where a folder is wanted
        return Finding("PP202", f"{path} lies behind a link, or in what is no folder", MEND, place)
    if error.errno in _LINK_ERRORS:
        return Finding("PP202", f"{path} is a link, or lies behind one", MEND, place)
    return unreadable(path, error, place)


def unreadable(path: str, error: OSError, place: Place | None = None) -> Finding:
    """Say why a file can't be read."""
    why = error.strerror or type(error).__name__
    return Finding("PP203", f"{path} can't be read: {why}", "check its permissions", place)
