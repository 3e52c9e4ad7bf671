"""``purgeplan demo``: a real run against the sandbox, interrupted by a real Ctrl-C and resumed."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

import click

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.errors import Exit, Finding, PurgeplanError

PURGEPLAN: Final = (sys.executable, "-m", "purgeplan.cli")
ADDRESS: Final = "http://127.0.0.1:8080"
INACTIVE: Final = timedelta(days=180)
STORM: Final = "429=0.002"
STAFF: Final = 12


@click.command("demo", cls=Command)
@click.option(
    "--subscriptions", type=click.IntRange(100, 100_000), default=5_000, show_default=True
)
@click.option("--keep", is_flag=True, help="Keep the folder with plan, journal and ledger.")
@click.pass_obj
def command(console: Console, /, subscriptions: int, keep: bool) -> int:
    """Plan, refuse, apply, interrupt, resume and report against a OneSignal on this machine.

    Takes under a minute, needs no account, and leaves nothing running.
    """
    folder = Path(tempfile.mkdtemp(prefix="purgeplan-demo-"))
    try:
        with _sandbox(folder, subscriptions) as box:
            Demo(console, folder, box).play()
    finally:
        if not keep:
            shutil.rmtree(folder)
    console.product(_NEXT)
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Box:
    """The running sandbox, as it announced itself."""

    url: str
    app_id: str
    api_key: str


class DemoError(PurgeplanError):
    """Raised when the demo does not go as it must: that is a bug."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The steps of the demo, in a folder of its own."""

    console: Console
    folder: Path
    box: Box

    def play(self) -> None:
        """Play every step; raises DemoError where one does not end as it must."""
        before = self._state()["subscriptions"]
        self._say(f"A OneSignal with {before:,} subscriptions runs at {self.box.url}.")
        self._write_lists()
        self._say("1. A plan that would take everyone is refused:")
        self._run(("plan", "everyone.yaml"), Exit.REFUSED)
        self._say("2. The plan for the inactive ones says exactly who would go:")
        self._run(("plan", "demo.yaml"), Exit.DONE)
        fingerprint = self._fingerprint()
        apply = ("apply", "demo.yaml", "--confirm", "Acme Prod", "--fingerprint", fingerprint)
        self._say("3. Applied, through a small storm of 429s, and interrupted halfway by Ctrl-C:")
        self._run(apply, Exit.INTERRUPTED, interrupt_at=self._planned() // 2)
        self._say("4. The same command goes on where it stopped:")
        self._run(apply, Exit.DONE)
        self._say("5. The report adds up:")
        self._run(("report", "demo.yaml"), Exit.DONE)
        self._compare(before)

    def _compare(self, before: int) -> None:
        """Hold the report's sum against the sandbox's own count."""
        report = json.loads(self._output(("report", "demo.yaml", "--json")))
        accepted = report["counts"]["accepted"]
        self._settled()
        after = self._state()["subscriptions"]
        if after != before - accepted:
            problem = f"the sandbox went from {before:,} to {after:,}, {accepted:,} were accepted"
            raise DemoError(Finding("PP091", problem, "please report it"))
        self._say(f"The sandbox agrees: {before:,} - {accepted:,} accepted = {after:,} are left.")

    def _settled(self) -> None:
        """Wait until the sandbox has carried out what it accepted."""
        clock = SystemClock()
        until = clock.monotonic() + 10
        while self._state()["pending_subscriptions"] and clock.monotonic() < until:
            signal.sigtimedwait((), 0.1)

    def _write_lists(self) -> None:
        rows = self._audience()
        limit = (SystemClock().now() - INACTIVE).strftime("%Y-%m-%d %H:%M:%S")
        inactive = [row["id"] for row in rows if row["last_active"] < limit]
        self._write("inactive.csv", "player_id", inactive)
        self._write("staff.csv", "id", inactive[:STAFF])
        self._write("everyone.csv", "player_id", [row["id"] for row in rows])
        text = _plan_text().replace(ADDRESS, self.box.url)
        (self.folder / "demo.yaml").write_text(text, "utf-8")
        everyone = text.replace("inactive.csv", "everyone.csv").replace("4000", "1000000")
        everyone = everyone.replace("demo-inactive", "everyone").replace(
            "percent: 80", "percent: 100"
        )
        everyone = everyone.replace("staff.csv, column: id", "nobody.csv, column: id")
        self._write("nobody.csv", "id", ["00000000-0000-4000-8000-000000000000"])
        (self.folder / "everyone.yaml").write_text(everyone, "utf-8")

    def _write(self, name: str, column: str, ids: list[str]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([column])
            writer.writerows([one] for one in ids)

    def _planned(self) -> int:
        plan = json.loads(self._output(("status", "--json")))["plans"][0]
        return int(plan["left"])

    def _fingerprint(self) -> str:
        return str(json.loads(self._output(("status", "--json")))["plans"][0]["fingerprint"])

    def _say(self, text: str) -> None:
        self.console.product(f"\n{text}\n")
        self.console.flush()

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._get("state"))
        return found

    def _audience(self) -> list[dict[str, str]]:
        return list(csv.DictReader(self._get("audience.csv").splitlines()))

    def _get(self, what: str) -> str:
        url = f"{self.box.url}/_sandbox/{what}?app_id={self.box.app_id}"
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback, by the sandbox's word
            return str(answer.read().decode())

    def _output(self, arguments: tuple[str, ...]) -> str:
        return subprocess.run(  # noqa: S603 - ourselves
            [*PURGEPLAN, *arguments], cwd=self.folder, env=self._environment(),
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip

    def _run(self, arguments: tuple[str, ...], code: Exit, interrupt_at: int | None = None) -> None:
        """Run one command as a user would, its output shown; interrupt it by SIGINT halfway."""
        self._say(f"$ purgeplan {' '.join(_quoted(one) for one in arguments)}")
        with subprocess.Popen(  # noqa: S603 - ourselves
            [*PURGEPLAN, *arguments], cwd=self.folder, env=self._environment()
        ) as process:
            if interrupt_at is not None:
                self._interrupt(process, interrupt_at)
            ended = process.wait()
        if ended != code:
            problem = f"`purgeplan {arguments[0]}` ended with {ended}, not with {int(code)}"
            raise DemoError(Finding("PP091", problem, "please report it"))

    def _interrupt(self, process: "subprocess.Popen[bytes]", deleted: int) -> None:
        """Send the Ctrl-C once the sandbox has accepted so many deletions."""
        while process.poll() is None:
            if self._state()["deleted_subscriptions"] >= deleted:
                process.send_signal(signal.SIGINT)
                return
            signal.sigtimedwait((), 0.05)

    def _environment(self) -> Mapping[str, str]:
        journal = str(self.folder / "journal.db")
        ours = {"ONESIGNAL_API_KEY": self.box.api_key, "PURGEPLAN_JOURNAL": journal}
        return {**os.environ, **ours}


@contextmanager
def _sandbox(folder: Path, subscriptions: int) -> Iterator[Box]:
    """Run the sandbox as a process of its own, and end it by its id."""
    options = ("--subscriptions", str(subscriptions), "--fault", STORM, "--latency", "20ms")
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*PURGEPLAN, "sandbox", *options], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            ready = json.loads(process.stdout.readline())
            app = ready["apps"][0]
            yield Box(ready["url"], app["app_id"], app["api_key"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _plan_text() -> str:
    """Give plans/demo.yaml: from the wheel, or from the checkout that we run in."""
    packed = resources.files("purgeplan.cli").joinpath("demo.yaml")
    if packed.is_file():
        return packed.read_text("utf-8")
    return (Path(__file__).parents[2] / "plans" / "demo.yaml").read_text("utf-8")


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


_NEXT: Final = """
That was all of it: a refusal, a plan, an interruption, a resumption, a sum that adds up.
What to try next:
  purgeplan sandbox --port 8080          a OneSignal to rehearse on, for plans of your own
  purgeplan init your-list.csv           a commented plan file for a list of ids
  purgeplan explain limits.max_delete    what a setting means
"""
