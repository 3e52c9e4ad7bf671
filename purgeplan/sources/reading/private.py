"""Private folders below TMPDIR: held by a living process, swept by the next one after a kill.

What a `kill -9` leaves in them are ids of people, which nobody would ever look for there.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PREFIX: Final = "purgeplan-ids-"

_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class PrivateFolder:
    """A new folder of mode 0700; the kernel lets go of it when the process ends, however it ends.

    Making one first removes those of the same user that nobody holds any more.
    """

    def __init__(self) -> None:
        sweep()
        self.path, self._descriptor = _made()

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path)
        os.close(self._descriptor)


def sweep() -> None:
    """Remove the folders of processes that died; never one of another user, or behind a link."""
    for path in _left_behind():
        try:
            descriptor = os.open(path, _OPEN)
        except OSError:  # gone meanwhile, or a link
            continue
        try:
            if _is_ours(descriptor) and _hold(descriptor):
                shutil.rmtree(path, ignore_errors=True)  # the next one tries again
        finally:
            os.close(descriptor)


def _left_behind() -> Iterator[Path]:
    try:
        with os.scandir(tempfile.gettempdir()) as found:
            names = [one.path for one in found if one.name.startswith(PREFIX)]
    except PermissionError:  # a folder that can't be listed can be written to
        return
    yield from map(Path, names)


def _made() -> tuple[Path, int]:
    """Make a folder and hold it; another one if a sweep came between the two."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        try:
            descriptor = os.open(path, _OPEN)
        except FileNotFoundError:
            continue
        if _hold(descriptor, or_without=True) and path.exists():
            return path, descriptor
        os.close(descriptor)


def _hold(descriptor: int, *, or_without: bool = False) -> bool:
    """Take the lock of a folder, and tell whether it is ours now.

    ``or_without`` makes do without one where the file system has none: such a folder is not swept.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks of folders here, as on NFS
        return or_without
    return True


def _is_ours(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    return found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
