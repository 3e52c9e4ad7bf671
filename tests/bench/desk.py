"""What every part works with: tools, a folder, the server, repetition, and a voice."""

import os
import shutil
import subprocess
import sys
import urllib.request
from array import array
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bench.measure import FailedError, spend

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
APP = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
NAME = "Acme Prod"


@dataclass
class Desk:
    """One run of the bench.

    ``folder`` is where it works, on a disk like the one a journal is on; ``runs`` and
    ``patience_s`` bound how often a case is measured; ``port`` is the server's; ``frozen`` holds
    the plans that were planned so far, by name.
    """

    folder: Path
    quick: bool = False
    runs: int = 5
    patience_s: float = 20.0
    port: int = 18_461
    python: Path = Path(sys.executable)
    cores: tuple = field(default_factory=lambda: tuple(sorted(os.sched_getaffinity(0))))
    frozen: dict = field(default_factory=dict)

    @property
    def tools(self):
        """Give where script/bench has put what purgeplan does not need."""
        return ROOT / ".cache" / "bench" / "tools"

    @property
    def purgeplan(self):
        """Give the command as it is installed."""
        return self.python.parent / "purgeplan"

    @property
    def data(self):
        """Give the folder of made files, which outlives the run: they are the same every time."""
        return self.folder / "data"

    @property
    def work(self):
        """Give the folder of this run's own files."""
        return self.folder / "work"

    @property
    def url(self):
        """Give the address of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self):
        """Give the environment of whatever is measured: nothing of the user's own."""
        home = str(self.work / "home")
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
        homes = {f"XDG_{kind}_HOME": home for kind in ("STATE", "CACHE", "DATA", "CONFIG")}
        own = {"ONESIGNAL_API_KEY": "os_v2_app_bench", "TERM": "xterm"}
        return {**kept, "HOME": home, **homes, **own}

    def __enter__(self):
        shutil.rmtree(self.work, ignore_errors=True)
        for folder in (self.data, self.work / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)

    def say(self, text):
        """Tell on stderr how far it is."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def spend(self, *argv, **how):
        """Run a command in the clean environment and give what it cost."""
        return spend(argv, self.env, **how)

    def script(self, name, *args, **how):
        """Run a module of the bench with purgeplan's interpreter and give what it cost."""
        env = {**self.env, "PYTHONPATH": str(HERE.parent)}
        return spend([self.python, "-m", f"bench.{name}", *args], env, **how)

    def timed(self, argv, env, **how):
        """Run a command in an environment of its own and give what it cost."""
        return spend(argv, env, **how)

    @contextmanager
    def every_core(self):
        """Let what is measured meanwhile have the server's core too: it has nothing to do."""
        mine = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, mine)

    def repeat(self, about, once):
        """Measure a case, again and again, and give a row: what it is about, and every run."""
        return self.in_turns([(about, once)])[0]

    def in_turns(self, cases):
        """Measure cases one after the other, then again, so that a slow minute slows them all.

        Gives a row for each. What can't be measured is a row that says why; the bench goes on.
        """
        open_ones = [_Case(about, once) for about, once in cases]
        rows = [one.row for one in open_ones]
        while open_ones:
            for one in open_ones:
                self._once_more(one)
            open_ones = [one for one in open_ones if self._goes_on(one)]
        return rows

    def _once_more(self, case):
        runs, label = case.row["runs"], " ".join(str(value) for value in case.about.values())
        began = monotonic()
        try:
            runs.append(case.once())
            self.say(f"  {label}, run {len(runs)} of {self.runs}: {told(runs[-1])}")
        except (FailedError, OSError) as error:
            self.say(f"  {label}: {error}")
            case.row["failed"] = str(error)
        case.spent_s += monotonic() - began

    def _goes_on(self, case):
        done = "failed" in case.row or len(case.row["runs"]) >= self.runs
        return not done and case.spent_s < self.patience_s

    @contextmanager
    def serving(self):
        """Run the server on the last core, and whatever is measured meanwhile on the others."""
        *mine, last = self.cores
        python = self.tools / "venv" / "bin" / "python"
        argv = [python if python.exists() else self.python, HERE / "server.py"]
        argv += ["--port", self.port, "--app", APP, "--name", NAME]
        argv += ["--cpu", last] if mine else []
        process = subprocess.Popen(
            [str(part) for part in argv], stdout=subprocess.PIPE, env=self.env, text=True
        )
        try:
            loop = process.stdout.readline().strip()
            if not loop:
                problem = "the server did not start; is its port taken?"
                raise FailedError(problem)
            os.sched_setaffinity(0, mine or self.cores)
            yield Server(self.url, loop)
        finally:
            os.sched_setaffinity(0, self.cores)
            process.terminate()
            process.communicate()


class _Case:
    """A case on its way: its row, and the seconds that it has taken."""

    def __init__(self, about, once):
        self.about, self.once, self.spent_s = about, once, 0.0
        self.row = {**about, "runs": []}


@dataclass(frozen=True)
class Server:
    """The server as the bench sees it; ``loop`` is the module of its event loop."""

    url: str
    loop: str

    def reset(self, latency_s=0.0, players=1_000, export=None):
        """Forget what came, and answer from now on after so many seconds, for an app of that size.

        ``export`` is the file of the app's export.
        """
        asked = f"latency_s={latency_s}&players={players}"
        asked += f"&export={export}" if export else ""
        self._get(f"/_bench/reset?{asked}")

    def seen(self, count):
        """Give the instants at which DELETEs came in; raises FailedError unless so many did."""
        seen = array("d", self._get("/_bench/seen"))
        if len(seen) != count:
            problem = f"{len(seen):,} of {count:,} requests came in"
            raise FailedError(problem)
        return seen

    def _get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, timeout=60) as answer:
            return answer.read()


def told(figures):
    """Give the numbers of one run for eyes."""
    numbers = {key: value for key, value in figures.items() if isinstance(value, int | float)}
    return ", ".join(f"{key} {value:,.4g}" for key, value in numbers.items())
