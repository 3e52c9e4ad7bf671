"""Scenes: a sandbox with a planned plan, and any number of copies of it to do violence to."""

import csv
import io
import json
import re
import shutil
import subprocess
import urllib.request
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from support.cli import PURGEPLAN, Completed, environment, run_process
from support.desk import Desk
from support.sandbox import sandbox
from torture.judge import doubt, judge
from torture.tail import Tail

from purgeplan.journal import open_reader

LASTING = ("--no-limits", "--delete-lag", "60m", "--export-speed", "1000000")
"""A sandbox that carries out so late that every copy of a scene finds everybody there."""

PACE = "{rate: 200/s}"
AGAIN = (7, 12, 130, -9, -15, -1, -2)
"""Exit codes after which the same command may be repeated unattended, and deaths by a signal."""


class Case:
    """One copy of a scene: a desk of its own, and what the ledger says since it was made."""

    max_delete = 2_000_000

    def __init__(self, folder, box, ids, fingerprint, since=None):
        self.desk = Desk(folder, box, {"XDG_STATE_HOME": str(folder / "state")})
        self.box, self.folder, self.ids = box, folder, ids
        self.allowed = frozenset(ids)
        self.fingerprint = fingerprint
        self.tail = Tail(box.ledger_path, box.app_id, since)
        self.journal = self.desk.journal
        self.codes, self.doubtful, self.flaws = [], set(), []
        self.spared = frozenset()
        self.faulty = False

    def argv(self, verb, *args):
        """Give a command on the plan; apply and retry are confirmed as a script does."""
        consent = self.desk.consent(self.fingerprint) if verb in ("apply", "retry") else ()
        return [*PURGEPLAN, verb, "plan.yaml", *consent, *args]

    def start(self, argv, **env):
        """Start any command here; unmeasured, since coverage would write to the bad disk too."""
        unmeasured = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}
        return subprocess.Popen(
            argv,
            env=environment(self.desk.variables(**env, **unmeasured)),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, process, timeout_s=1_200):
        """Wait for the end of a command and note its exit code."""
        out, err = process.communicate(timeout=timeout_s)
        self.codes.append(process.returncode)
        return Completed(process.returncode, out, err)

    def run(self, verb, *args, **env):
        """Run a purgeplan command to its end."""
        return self.end(self.start(self.argv(verb, *args), **env))

    def frozen_ids(self):
        """Give the ids that the journal has of the newest plan."""
        with closing(open_reader(self.journal)) as journal:
            return [one.id for one in journal.items(journal.plans()[0].plan_id)]

    def crashed(self):
        """Look at what a death left; what it left open may be sent again."""
        if self.journal.exists():
            left_open, flaws = doubt(self)
            self.doubtful |= left_open
            self.flaws += flaws
        elif self.tail.read():
            self.flaws.append("I3: the journal is gone")
        return self.doubtful

    def finish(self, most=60, **env):
        """Repeat the command as its own words say, until the plan is done or nothing helps.

        A retry that has sent nothing leaves in doubt what only a younger list may send.
        """
        verb, args = "apply", ()
        for _ in range(most):
            before = self.tail.read()
            done = self.run(verb, *args, **env)
            self.crashed()
            if verb == "retry" and done.code == 4 and self.tail.read() == before:
                break
            verb, args = "apply", ()
            if done.code == 4:
                verb = "retry"
            elif done.code == 11:
                args = after(done.err)
            elif done.code not in AGAIN:
                break
        return done

    def verdict(self):
        """Judge all of it; where answers fail too, ids are sent again for that."""
        found = judge(self, self.codes, None if self.faulty else self.doubtful)
        return type(found)(found.sent, found.resent, found.lost, (*self.flaws, *found.flaws))


def after(err):
    """Give the option that the last words name, if they do."""
    found = re.findall(r"--after (\d+)", err)
    return ("--after", found[-1]) if found else ()


class Scene:
    """A folder with a plan that is frozen, not begun; ``case`` copies it."""

    def __init__(self, folder, box, ids, fingerprint):
        self.folder, self.box, self.ids, self.fingerprint = folder, box, ids, fingerprint
        self.spared = frozenset()
        self._numbers = count()
        self._since = None

    def begin(self):
        """Apply the plan of all copies to come; what the ledger said until then counts for them."""
        case = Case(self.folder / "planned", self.box, self.ids, self.fingerprint)
        self._since = case.tail.offset
        done = case.finish()
        assert done.code == 0, done.err

    def case(self, where=None, keep=False):
        """Give a copy; the copy before it is thrown away unless it is to be kept."""
        number = next(self._numbers)
        if number and not keep:
            shutil.rmtree(self.folder / f"case-{number - 1}", ignore_errors=True)
        folder = Path(where or self.folder / f"case-{number}")
        shutil.copytree(self.folder / "planned", folder, dirs_exist_ok=True)
        folder.chmod(0o700)
        case = Case(folder, self.box, self.ids, self.fingerprint, self._since)
        case.spared = self.spared
        return case


def first_ids(box, many, column="id"):
    """Give the first distinct ids of an app, streamed: an audience may be larger than memory."""
    url = f"{box.url}/_sandbox/audience.csv?app_id={box.app_id}"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
        rows = csv.DictReader(io.TextIOWrapper(answer, "utf-8"))
        found = {}
        for row in rows:
            if row[column]:
                found[row[column]] = None
            if len(found) == many:
                break
    return list(found)


@contextmanager
def scene(folder, many, *options, frozen=True, **settings):
    """Give a scene of so many ids, in an app that has many times as many subscriptions.

    A plan for users is held against a twentieth of the app's subscriptions.
    """
    times = 25 if "user" in settings.get("target", "") else 4
    with sandbox("--subscriptions", str(times * many), *(options or LASTING)) as box:
        yield set_up(folder, box, many, frozen=frozen, **settings)


def planned(desk):
    """Plan as a process of its own, and give the fingerprint."""
    env, cwd = desk.variables(), desk.folder
    done = run_process("plan", "plan.yaml", "--json", env=env, cwd=cwd, timeout_s=3_600)
    assert done.code == 0, done.err
    return json.loads(done.out)["fingerprint"]


def set_up(folder, box, many, *, frozen=True, **settings):
    """Write ids and plan file of a scene in a sandbox that runs, and plan."""
    first = folder / "planned"
    first.mkdir(parents=True)
    desk = Desk(first, box, {"XDG_STATE_HOME": str(first / "state")})
    users = "user" in settings.get("target", "")
    ids = first_ids(box, many, "external_user_id" if users else "id")
    desk.ids_file(ids, column="external_id" if users else "player_id")
    limits = f"{{max_delete: {4 * many}, max_delete_percent: 100}}"
    desk.plan_file(**{"pace": PACE, "limits": limits, **settings})
    return Scene(folder, box, ids, planned(desk) if frozen else None)
