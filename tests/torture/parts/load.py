"""Load: a million ids, ten apps at once, a journal of ten million."""

import dataclasses
import json
import os
import random
import re
import select
import time
import uuid
from pathlib import Path

from support.cli import environment
from support.desk import Desk
from support.sandbox import sandbox
from torture.judge import Verdict
from torture.scene import Case, scene, set_up
from torture.work import Task

FAST = ("--no-limits", "--delete-lag", "20ms")


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the wall and of CPU, bytes at its largest."""

    code: int
    wall_s: float
    cpu_s: float
    memory: int

    def __str__(self):
        return f"{self.wall_s:.1f} s, {self.cpu_s:.1f} s of CPU, {self.memory >> 20:,} MiB"


def measured(desk, argv):
    """Run a command to its end and give its cost; what it says goes to a file."""
    before = time.monotonic()
    with (desk.folder / "said").open("ab") as said:
        to = said.fileno()
        streams = [(os.POSIX_SPAWN_DUP2, to, 1), (os.POSIX_SPAWN_DUP2, to, 2)]
        env = environment(desk.variables())
        here = ["env", "-C", str(desk.folder), *argv]
        pid = os.posix_spawnp("env", here, env, file_actions=streams)
        memory = _watched(pid)
        _, status, used = os.wait4(pid, 0)
    wall_s, cpu_s = time.monotonic() - before, used.ru_utime + used.ru_stime
    return Cost(os.waitstatus_to_exitcode(status), wall_s, cpu_s, memory)


def _watched(pid):
    """Give a process's most memory in bytes, as of its last tenth of a second.

    What it is said to have used once it is over counts the memory of whoever started it.
    """
    most, ended = 0, os.pidfd_open(pid)
    while not select.select([ended], [], [], 0.1)[0]:
        told = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
        most = int(told[1]) << 10 if told else most
    os.close(ended)
    return most


def sizes(journal):
    """Give the size of a journal and of the log beside it, in MiB."""
    log = journal.with_name(f"{journal.name}-wal")
    files = [file.stat().st_size >> 20 for file in (journal, log) if file.exists()]
    return " + ".join(f"{size:,}" for size in files) + " MiB"


def million(work):
    """Apply one large plan to a sandbox without limits, and measure."""
    many = work.scale.load
    with scene(work.folder, many, *FAST, pace="{rate: 10000/s}") as one:
        case = one.case()
        cost = measured(case.desk, case.argv("apply"))
        case.codes.append(cost.code)
        work.add(f"{many:,} ids", case.verdict())
        rate = many / cost.wall_s
        work.note(f"{many:,} ids: {cost}, {rate:,.0f}/s, journal {sizes(case.journal)}")


def ten_apps(work):
    """Apply ten plans for ten apps at once, each in a process of its own."""
    many = work.scale.load // 100
    apps = [part for _ in range(10) for part in ("--name", f"App {_}")]
    with sandbox("--subscriptions", str(4 * many), *FAST, *apps) as box:
        cases = []
        for number, app in enumerate(box.apps):
            its = dataclasses.replace(box, apps=[app])
            cases.append(set_up(work.folder / str(number), its, many, pace="{rate: 900/s}").case())
        before = time.monotonic()
        running = [(case, case.start(case.argv("apply"))) for case in cases]
        for case, process in running:
            case.end(process)
        wall_s = time.monotonic() - before
        for number, case in enumerate(cases):
            work.add(f"app {number}", case.verdict())
        work.note(f"10 x {many:,} ids in {wall_s:.1f} s")


def huge(work):
    """Plan, begin, go on and report with a journal of many items; ids need not be anybody's."""
    many = work.scale.journal
    folder = work.folder / "planned"
    folder.mkdir(parents=True)
    with sandbox("--subscriptions", str(2 * many), *FAST) as box:
        desk = Desk(folder, box, {"XDG_STATE_HOME": str(folder / "state")})
        _many_ids(folder / "ids.csv", many)
        desk.plan_file(
            limits=f"{{max_delete: {many}, max_delete_percent: 90}}",
            extra="breaker: {max_absent_percent: 100}\n",
        )
        case = Case(folder, box, [], None)
        costs = {"planned": measured(desk, case.argv("plan", "--quiet"))}
        case.fingerprint = _fingerprint(desk)
        for name in ("begun", "resumed"):
            costs[name] = measured(desk, case.argv("apply", "--limit", "100"))
        costs["reported"] = measured(desk, case.argv("report", "--json"))
        costs["status"] = measured(desk, case.argv("status"))
        flaws = [
            f"{name}: exit {cost.code}"
            for name, cost in costs.items()
            if cost.code != (7 if name in ("begun", "resumed") else 0)
        ]
        flaws += [] if case.tail.read() == 200 else [f"{case.tail.read()} ids were sent, not 200"]
        work.add(f"{many:,} items", Verdict(case.tail.read(), flaws=tuple(flaws)))
        work.note(f"{many:,} items, journal {sizes(desk.journal)}")
        for name, cost in costs.items():
            work.note(f"{name} {cost}")


def _fingerprint(desk):
    done = desk.run_process("status", "--json")
    return json.loads(done.out)["plans"][0]["fingerprint"]


def _many_ids(path, many):
    made = random.Random(23)
    with path.open("w", encoding="ascii") as file:
        file.write("player_id\n")
        file.writelines(f"{uuid.UUID(int=made.getrandbits(128), version=4)}\n" for _ in range(many))


TASKS = [
    Task("load", "one app, one large plan", million, alone=True),
    Task("load", "ten apps in ten processes", ten_apps, alone=True),
    Task("load", "a journal of many items", huge, alone=True),
]
