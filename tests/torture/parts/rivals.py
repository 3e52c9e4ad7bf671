"""Rivals: two applies at once, copied journals, and readers that hold the journal open."""

import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing

from support.cli import PURGEPLAN
from torture.judge import Verdict
from torture.scene import scene
from torture.tools import need
from torture.work import Task

from purgeplan.journal import open_reader

LOCKED = 9

BESIDE = {
    "plan": LOCKED,
    "retry": LOCKED,
    "cancel": LOCKED,
    "forget --key-file seal.key": LOCKED,
    "verify": LOCKED,
    "export -o rows.csv.gz": LOCKED,
    "report": 0,
    "report --check": 0,
    "validate": 0,
}
"""Commands on a plan, and how each ends while the plan is applied."""


def two(work):
    """Start two applies of one plan at once: one runs, the other is told of it or of its end."""
    with scene(work.folder, 4 * work.scale.ids) as one:
        for number in range(work.scale.rounds):
            case = one.case()
            pair = [case.start(case.argv("apply")) for _ in range(2)]
            codes = sorted(case.end(process).code for process in pair)
            if codes not in ([0, LOCKED], [0, 0]):
                case.flaws.append(f"they ended with {codes}")
            case.finish()
            verdict = case.verdict()
            if verdict.resent:
                case.flaws.append("ids were sent twice")
            work.add(f"round {number}: {codes}", case.verdict())


def beside(work):
    """Give every other command while an apply is under way: who writes waits, who reads reads."""
    with scene(work.folder, 4 * work.scale.ids) as one:
        for number in range(work.scale.rounds):
            case = one.case()
            process = case.start(case.argv("apply"))
            case.tail.until(work.scale.ids * (1 + number % 3), process)
            process.send_signal(signal.SIGSTOP)  # so that it is surely still there
            others = {each: case.start(case.argv(*each.split())) for each in BESIDE}
            for command, other in others.items():
                if case.end(other).code != BESIDE[command]:
                    case.flaws.append(f"{command} ended with {case.codes[-1]}")
            process.send_signal(signal.SIGCONT)
            if case.end(process).code:
                case.flaws.append(f"apply was disturbed: {case.codes[-1]}")
            work.add(f"round {number}", case.verdict())


def _copied(one, where, state):
    """Give a copy of a scene's case under another path, its lock folder as told."""
    copy = one.case(where, keep=True)
    copy.desk.env["XDG_STATE_HOME"] = str(state)
    return copy


def copied(work):
    """Apply two copies of a journal on one machine: the lock goes by app, so one at a time."""
    with scene(work.folder, 4 * work.scale.ids) as one:
        for number in range(work.scale.rounds):
            case = one.case()
            copy = _copied(one, work.folder / f"copy-{number}", case.folder / "state")
            process = case.start(case.argv("apply"))
            case.tail.until(work.scale.ids, process)
            process.send_signal(signal.SIGSTOP)  # so that it is surely still there
            other = copy.run("apply")
            process.send_signal(signal.SIGCONT)
            if other.code != LOCKED:
                case.flaws.append(f"the copy ended with {other.code}, not {LOCKED}")
            case.end(process)
            case.finish()
            work.add(f"round {number}", case.verdict())


def elsewhere(work):
    """Apply two copies at once as two machines would: no lock is shared, the set and cap hold."""
    for number in range(work.scale.rounds):
        folder = work.folder / str(number)
        with scene(folder, 4 * work.scale.ids, "--no-limits", "--delete-lag", "20ms") as one:
            case = one.case()
            copy = _copied(one, folder / "copy", folder / "other-state")
            pair = [(each, each.start(each.argv("apply"))) for each in (case, copy)]
            for each, process in pair:
                each.end(process)
                each.finish()
            work.add(f"round {number}", _both(case, copy))


def _both(*cases):
    """Judge what two machines did together: each id at most once a machine, none else."""
    first = cases[0]
    first.tail.read()
    flaws = [f"I1: {one} was not planned" for one in first.tail.sent if one not in first.allowed]
    flaws += [
        f"{one} was sent {count} times" for one, count in first.tail.sent.items() if count > 2
    ]
    left = first.allowed - first.tail.carried_out
    flaws += [f"{len(left)} ids are left, and both are done"] if left else []
    flaws += [f"exit codes {each.codes}" for each in cases if each.codes[-1] != 0]
    resent = sum(count > 1 for count in first.tail.sent.values())
    return Verdict(first.tail.sent.total(), resent, len(left), tuple(flaws))


def _snapshot(case):
    """Hold a read transaction open, as a browser of databases does."""
    connection = sqlite3.connect(f"file:{case.journal}?mode=ro", uri=True, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM items").fetchall()
    return connection


def open_readers(work):
    """Run while one reader holds a snapshot, one prints to nobody who reads, and one copies."""
    need("sqlite3")
    with scene(work.folder, 100 * work.scale.ids, pace="{rate: 2000/s}") as one:
        for number in range(max(1, work.scale.rounds // 5)):
            case = one.case()
            reader = [*PURGEPLAN, "report", "plan.yaml", "--csv"]
            with closing(_snapshot(case)) as held:
                stuck = case.start(reader)
                process = case.start(case.argv("apply"))
                case.tail.until(30 * work.scale.ids, process)
                _copies(case)
                done = case.end(process)
                held.execute("COMMIT")
                size = case.journal.with_name("journal.db-wal").stat().st_size
            if done.code:
                case.flaws.append(f"exit {done.code}: {done.err.strip()[-300:]}")
            out, _ = stuck.communicate(timeout=600)
            if out.count("\n") != len(case.ids) + 1:
                case.flaws.append(f"the report has {out.count(chr(10))} lines")
            work.add(f"round {number}: log of {size >> 10:,} KiB", case.verdict())
        work.note(f"the log beside the journal grew to {size >> 10:,} KiB under an open reader")


def _copies(case):
    """Copy the journal in mid-run by SQLite's own means: each copy is whole and sound."""
    for number, copy in enumerate((_by_api, _by_shell)):
        path = case.folder / f"copy-{number}.db"
        copy(case.journal, path)
        path.chmod(0o600)
        with closing(open_reader(path)) as journal:
            case.flaws += [f"copy {number}: {flaw}" for flaw in journal.check()]
            if journal.tally(1).total != len(case.ids):
                case.flaws.append(f"copy {number} holds {journal.tally(1).total} items")


def _by_api(source, path):
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(path)) as writing,
    ):
        reading.backup(writing)


def _by_shell(source, path):
    subprocess.run([shutil.which("sqlite3"), source, f".backup '{path}'"], check=True)


TASKS = [
    Task("rivals", "two applies at once", two),
    Task("rivals", "every other command beside an apply", beside),
    Task("rivals", "two copies of a journal, one account", copied),
    Task("rivals", "two copies of a journal, two machines", elsewhere),
    Task("rivals", "open readers during a run", open_readers),
]
