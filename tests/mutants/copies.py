"""Copies of the checkout, each with an environment that sees the copy's product and no other."""

import os
import re
import shutil
import subprocess
import sysconfig
import venv
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 600
_RED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)


class Copy:
    """One copy of the checkout; a sabotage in it is nobody else's."""

    def __init__(self, folder):
        self.root = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.check_output(listed, cwd=ROOT, text=True).split("\0")
        for name in filter(None, names):
            if (ROOT / name).is_file():
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
        environment = {**os.environ, "COLUMNS": "1000"}
        try:
            done = subprocess.run(
                argv,
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = "the tests never end"
            raise RuntimeError(message) from error
        if done.returncode == 0:
            return None
        found = _RED.search(done.stdout)
        if done.returncode != 1 or found is None:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return found[1]


@contextmanager
def sabotaged(copy, mutant):
    """Apply a mutant to a copy for a while."""
    undo = [edit.apply(copy.root) for edit in mutant.edits]
    try:
        yield
    finally:
        for one in reversed(undo):
            one()
