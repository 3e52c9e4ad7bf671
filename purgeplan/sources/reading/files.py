"""Opens the files that a plan names: inside the root, through no link, unchanged while read."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.reading.paths import (
    MEND,
    STDIN,
    inside,
    matches,
    refused,
    unreadable,
    within,
)
from purgeplan.sources.reading.reach import Progress, Reach

CHUNK: Final = 1 << 20

_DIRECTORY: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hang


class Opened:
    """A file being read: hashed as it lies there, from the one descriptor that is open."""

    def __init__(self, name: str, file: BinaryIO, size: int | None, progress: Progress) -> None:
        self.name = name
        self.done = 0
        self._file = file
        self._size = size
        self._progress = progress
        self._digest = hashlib.sha256()

    @property
    def waits(self) -> bool:
        """Tell whether a read may wait for whoever writes, for ever: standard input may."""
        return self._size is None

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes as they lie there; raises InvalidError where they can't be read."""
        while chunk := self._next():
            self._digest.update(chunk)
            self.done += len(chunk)
            self._progress(f"reading {self.name}", self.done, self._size)
            yield chunk

    def _next(self) -> bytes:
        try:
            return self._file.read(CHUNK)
        except OSError as error:
            raise InvalidError(unreadable(self.name, error)) from error

    @property
    def sha256(self) -> str:
        """Give the digest of what was read so far."""
        return self._digest.hexdigest()


class Files:
    """The files that a source names by ``path``, one after the other, with their digests."""

    def __init__(self, reach: Reach, spec: SourceSpec) -> None:
        self._reach = reach
        self._spec = spec
        self.hashes: dict[str, str] = {}
        """The sha256 of each file read to its end, by path relative to the root; not of stdin."""
        self.sha256: str | None = None

    @property
    def name(self) -> str:
        """Give what the files are called together: the path or pattern from the root."""
        path = str(self._spec.options["path"])
        return "standard input" if path == STDIN else inside(self._reach, path)

    def __iter__(self) -> Iterator[Opened]:
        """Open each file for its turn, to be read to its end; then check the pin of the plan.

        Raises InvalidError as ``matches`` and ``opened`` do, and where the pin does not hold.
        """
        path, place = str(self._spec.options["path"]), self._spec.place
        if path == STDIN:
            stdin = _from_stdin(self._reach, place)
            yield stdin
            self.sha256 = stdin.sha256
        else:
            yield from self._named(path, place)
        if self._spec.sha256 is not None and self.sha256 != self._spec.sha256.lower():
            mend = "restore the file that was reviewed, or review this one and pin it"
            problem = f"the content is sha256 {self.sha256}, the plan pins {self._spec.sha256}"
            raise InvalidError(Finding("PP205", problem, mend, place))

    def _named(self, path: str, place: Place) -> Iterator[Opened]:
        paths = matches(self._reach, path, place)
        for one in paths:
            with opened(self._reach, one, place) as source:
                yield source
            self.hashes[one] = source.sha256
        if paths == [self.name]:
            self.sha256 = self.hashes[paths[0]]
        else:
            self.sha256 = _listing(self.hashes, self._reach.folder)


def _listing(found: Mapping[str, str], folder: str) -> str:
    """Give the sha256 of what ``sha256sum`` prints for these files in that folder."""
    lines = (
        f"{digest}  {os.path.relpath(path, folder or '.')}\n" for path, digest in found.items()
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def digest_inside(root: str, path: str) -> str | None:
    """Give the sha256 of a file by its path from the root, None where it is not there.

    Raises InvalidError where it leads out, and otherwise as ``opened`` does.
    """
    reach, place = Reach(root), Place(path)
    known = within(reach, path, place)
    if not os.path.lexists(Path(root, known)):
        return None
    with opened(reach, known, place) as source:
        for _ in source.chunks():
            pass
    return source.sha256


@contextmanager
def opened(reach: Reach, path: str, place: Place) -> Iterator[Opened]:
    """Open one file for the time of the context; ``path`` is one that ``matches`` gave.

    Raises InvalidError where it is no regular file, is reached through a link, can't be read, or
    changes meanwhile.
    """
    with os.fdopen(_descriptor(reach, path, place), "rb") as file:
        before = os.fstat(file.fileno())
        reading = Opened(path, file, before.st_size, reach.progress)
        yield reading
        after = os.fstat(file.fileno())
    if _state(before) != _state(after) or reading.done != after.st_size:
        mend = "wait until whatever writes it is done, then repeat the command"
        raise InvalidError(Finding("PP204", f"{path} changed while it was read", mend, place))


def _from_stdin(reach: Reach, place: Place) -> Opened:
    if reach.stdin is None:
        mend = "pipe the ids into the command, or name a file"
        raise InvalidError(Finding("PP218", "there is no standard input to read", mend, place))
    return Opened("standard input", reach.stdin, None, reach.progress)


def _descriptor(reach: Reach, path: str, place: Place) -> int:
    """Open component by component, so that no link is followed below the root."""
    *folders, name = PurePath(path).parts
    at = os.open(reach.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            below = os.open(folder, _DIRECTORY, dir_fd=at)
            os.close(at)
            at = below
        found = os.open(name, _FILE, dir_fd=at)
    except OSError as error:
        raise InvalidError(refused(path, error, place)) from error
    finally:
        os.close(at)
    mode = os.fstat(found).st_mode
    if not stat.S_ISREG(mode):
        os.close(found)
        raise InvalidError(_no_file(path, mode, place))
    return found


def _no_file(path: str, mode: int, place: Place) -> Finding:
    if stat.S_ISDIR(mode):
        mend = "name a file in it, or several by a pattern such as exports/*.csv"
        return Finding("PP202", f"{path} is a folder", mend, place)
    return Finding("PP202", f"{path} is not a regular file", MEND, place)


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
