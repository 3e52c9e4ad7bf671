"""The lock: at most one run per app on a machine, and per journal wherever it is."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from purgeplan.journal import refusals
from purgeplan.journal.files import make_folder
from purgeplan.model.ports import Clock, Lock
from purgeplan.model.records import Operator

GLANCE_S: Final = 0.25
"""How long taking the lock outlasts somebody's glance at it (``holder``), which takes no time."""


class AppLock:
    """Two locks of the operating system: one by app id in a folder, one beside the journal.

    The first keeps clones and journals of one app apart, the second machines and accounts that
    share one journal. The kernel lets go of both when the process ends; what is written in the
    files only says who. They are never removed: two could then hold different files of one name.
    """

    def __init__(self, folder: Path, journal: Path, clock: Clock) -> None:
        self._folder = folder
        self._journal = journal
        self._clock = clock

    @contextmanager
    def hold(self, app_id: str, operator: Operator, command: str) -> Iterator[None]:
        """Hold both for a while; raises LockedError naming who holds one, InvalidError (PP402)."""
        who = {"who": str(operator), "command": command, "since": f"{self._clock.now():%F %H:%M}Z"}
        with ExitStack() as held:
            for path in self._paths(app_id):
                held.enter_context(_held(path, json.dumps(who)))
            yield

    def holder(self, app_id: str) -> str | None:
        """Say who holds one of them, or None; a process that died holds nothing."""
        return next(filter(None, map(_holder, self._paths(app_id))), None)

    def _paths(self, app_id: str) -> tuple[Path, Path]:
        beside = self._journal.with_name(f"{self._journal.name}.lock")
        return self._folder / f"{app_id}.lock", beside


@contextmanager
def _held(path: Path, who: str) -> Iterator[None]:
    lock = FileLock(
        path,
        timeout=GLANCE_S,
        mode=0o600,
        thread_local=False,  # a run may end in another thread than it began in
        fallback_to_soft=False,  # a lock that a dead process holds is none
        preserve_lock_file=True,
        on_acquired=lambda descriptor: _sign(descriptor, who),
    )
    with ExitStack() as held:
        try:
            make_folder(path.parent)
            held.enter_context(lock)
        except Timeout as error:
            raise refusals.locked(_holder(path) or "somebody") from error
        except OSError as error:
            raise refusals.lock_failed(path, error) from error
        yield


def _sign(descriptor: int, who: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, who.encode(), 0)


def _holder(path: Path) -> str | None:
    """Read who holds a lock, by trying for a shared one: two glances don't see one another."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusals.lock_failed(path, error) from error
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _signed(file.read())
    return None


def _signed(text: str) -> str:
    try:
        signed = json.loads(text)
        return f"{signed['who']} ({signed['command']}, since {signed['since']})"
    except (ValueError, TypeError, KeyError):
        return "somebody who has not signed"


_conforms: type[Lock] = AppLock
