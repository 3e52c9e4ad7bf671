"""Copies of the checkout, each with an environment that sees the copy's product and no other."""

import os
import re
import shutil
import signal
import subprocess
import sysconfig
import venv
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 600
_RED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)


def listed(root=ROOT):
    """Give the names of all files of a checkout that are there, new ones included."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(asked, cwd=root, text=True).split("\0")
    return [name for name in names if name and (root / name).is_file()]


class Copy:
    """One copy of the checkout; a sabotage in it is nobody else's."""

    def __init__(self, folder):
        self.root = folder
        self._running = None
        self._stopped = False
        self._own = folder.with_name(f"{folder.name}t")
        self._own.mkdir(parents=True)
        for name in listed():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        venv.create(folder / ".venv", symlinks=True)
        self.python = folder / ".venv" / "bin" / "python"
        self._see_only_the_copy()

    def _see_only_the_copy(self):
        """Put the copy before the libraries; what makes the checkout importable is not read."""
        libraries = sysconfig.get_path("purelib")
        own = next((self.root / ".venv" / "lib").glob("python*/site-packages"))
        (own / "copy.pth").write_text(f"{self.root}\n{libraries}\n", "utf-8")
        asked = [self.python, "-c", "import purgeplan; print(purgeplan.__file__)"]
        found = subprocess.check_output(asked, cwd="/", text=True)
        assert Path(found.strip()).is_relative_to(self.root.resolve()), found

    def red(self, *tests):
        """Run tests until one is red; give its name without parameters, or None if all are green.

        Raises RuntimeError where they can't be run, or never end.
        """
        argv = [self.python, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "--no-header", *tests]
        # pytest clears up after older runs; two that share a folder stumble over one another
        environment = {**os.environ, "COLUMNS": "1000", "PYTEST_DEBUG_TEMPROOT": str(self._own)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(argv, cwd=self.root, env=environment, **pipes) as self._running:
            try:
                out, err = self._running.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired as error:
                self._running.kill()
                message = "the tests never end"
                raise RuntimeError(message) from error
        if self._stopped:
            message = "stopped"
            raise RuntimeError(message)
        if self._running.returncode == 0:
            return None
        found = _RED.search(out)
        if self._running.returncode != 1 or found is None:
            raise RuntimeError(out[-2000:] + err[-2000:])
        return found[1]

    def stop(self):
        """Interrupt the tests that run in it, if any."""
        self._stopped = True
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)


@contextmanager
def sabotaged(copy, mutant):
    """Apply a mutant to a copy for a while."""
    undo = [edit.apply(copy.root) for edit in mutant.edits]
    try:
        yield
    finally:
        for one in reversed(undo):
            one()
