"""A user's desk: a folder with plan files, a journal, and a running sandbox to try them on."""

import atexit
import contextlib
import csv
import json
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from support.cli import run, run_process, start
from support.sandbox import Shared, sandbox

PLAN = """\
version: 1
name: {name}
reason: silent for long
app: {{id: {app_id}, name: "{app_name}", base_url: "{url}"}}
target: {target}
source: {source}
limits: {limits}
pace: {pace}
canary: {canary}
"""


@dataclass
class Desk:
    """Where a user works; ``box`` is the OneSignal of it."""

    folder: Path
    box: object
    env: dict = field(default_factory=dict)

    @property
    def journal(self):
        """Give the journal's path."""
        return self.folder / "journal.db"

    def plan_file(self, file="plan.yaml", extra="", **settings):
        """Write a plan file; every setting has a default that works."""
        defaults = {
            "name": "inactive",
            "app_id": self.box.app_id,
            "app_name": self.box.name,
            "url": self.box.url,
            "target": "{resource: subscription}",
            "source": "{from: csv, path: ids.csv}",
            "limits": "{max_delete: 1000, max_delete_percent: 90}",
            "pace": "{rate: 400/s}",
            "canary": 0,
        }
        text = PLAN.format(**{**defaults, **settings}) + extra
        (self.folder / file).write_text(text, "utf-8")
        return self.folder / file

    def ids_file(self, ids, file="ids.csv", column="player_id"):
        """Write the seed form: a CSV of one column."""
        with (self.folder / file).open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow([column])
            rows.writerows([one] for one in ids)
        return list(ids)

    def subscriptions(self, count):
        """Give so many subscription ids of the app, in its order."""
        return [row["id"] for row in self.box.audience()[:count]]

    def variables(self, **env):
        """Give the environment of a command here."""
        return {
            "ONESIGNAL_API_KEY": self.box.api_key,
            "PURGEPLAN_JOURNAL": str(self.journal),
            **self.env,
            **env,
        }

    def run(self, *args, stdin="", **env):
        """Run a command to its end, in this process."""
        return run(*args, env=self.variables(**env), cwd=self.folder, stdin=stdin)

    def run_process(self, *args, stdin="", **env):
        """Run a command to its end as a process of its own."""
        return run_process(*args, env=self.variables(**env), cwd=self.folder, stdin=stdin)

    def start(self, *args, **env):
        """Start a command; the caller ends it."""
        return start(*args, env=self.variables(**env), cwd=self.folder)

    def plan(self, file="plan.yaml", *args, **env):
        """Plan, and give what --json says."""
        done = self.run("plan", file, "--json", *args, **env)
        assert done.code == 0, done.err
        return json.loads(done.out)

    def consent(self, fingerprint):
        """Give the options that confirm a fingerprint."""
        return ("--confirm", self.box.name, "--fingerprint", fingerprint)

    def apply(self, fingerprint, *args, file="plan.yaml", **env):
        """Apply as a script does."""
        return self.run("apply", file, *self.consent(fingerprint), *args, **env)

    def report(self, file="plan.yaml"):
        """Give the report's JSON."""
        done = self.run("report", file, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    def deleted(self):
        """Give the ids in DELETEs that reached the sandbox."""
        return [entry["id"] for entry in self.box.deletes()]

    def until_deleted(self, count, process):
        """Wait until so many DELETEs have reached the sandbox, or the process has ended."""
        while len(self.box.deletes()) < count:
            assert process.poll() is None, process.communicate()
            signal.sigtimedwait((), 0.02)

    def settled(self):
        """Give the sandbox's counts once nothing is pending there."""
        until = time.monotonic() + 20
        while True:
            state = self.box.state()
            if not (state["pending_subscriptions"] or state["pending_users"]):
                return state
            assert time.monotonic() < until
            signal.sigtimedwait((), 0.05)


SHARED = Shared("--subscriptions", "500", "--no-limits", "--delete-lag", "20ms")
"""What most desks stand beside; ended with the worker."""

atexit.register(SHARED.close)


@contextlib.contextmanager
def desk(folder, *options):
    """Give a desk with an app of 500 subscriptions without limits, or a sandbox as options say."""
    if not options:
        yield Desk(folder, SHARED.app())
        return
    with sandbox(*options) as box:
        yield Desk(folder, box)
