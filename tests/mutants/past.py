"""What earlier runs have caught on these very files, so that one that was killed can go on."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from mutants.copies import ROOT, listed

FOLDER = ROOT / ".cache" / "mutants"


class Past:
    """Which test caught which mutant, a line each, as long as product and tests stay the same."""

    def __init__(self, root=ROOT, folder=FOLDER):
        digest = hashlib.sha256()
        for name in sorted(listed(root)):
            if name.startswith(("purgeplan/", "tests/")):
                content = hashlib.sha256((root / name).read_bytes()).hexdigest()
                digest.update(f"{content} {name}\n".encode())
        self._file = folder / f"{digest.hexdigest()[:16]}.jsonl"

    def caught(self):
        """Give by a mutant's name the test that caught it; a line cut short says nothing."""
        found = {}
        for line in self._file.read_text("utf-8").splitlines() if self._file.exists() else ():
            try:
                found.update([json.loads(line)])
            except ValueError:
                continue
        return found

    def add(self, name, test):
        """Keep that a test has caught a mutant."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([name, test])}\n")


def swept():
    """Delete the copies of runs that were killed; give what the names of this run's begin with."""
    for one in Path(tempfile.gettempdir()).glob("mutants-*-*"):
        pid = one.name.split("-")[1]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(one, ignore_errors=True)
    return f"mutants-{os.getpid()}-"


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
