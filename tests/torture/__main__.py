"""``script/torture``: does violence to real processes and tells what they survived."""

import argparse
import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import import_module
from pathlib import Path

from torture.rows import Row, as_json, filled, table
from torture.tools import MissingError
from torture.work import Scale, Work

PARTS = (
    "kills", "errors", "order", "power", "signals", "clocks", "rivals", "storm",
    "simulation", "load",
)  # fmt: skip


def tasks(names):
    """Give the tasks of parts, in the order of the table."""
    return [task for name in names for task in import_module(f"torture.parts.{name}").TASKS]


def carry_out(task, folder, scale):
    """Carry out one task and give its row."""
    row = Row(task.part, task.what)
    before = time.monotonic()
    try:
        task.run(Work(row, folder, scale))
    except MissingError as missing:
        row.skipped = str(missing)
        sys.stderr.write(f"{task.part} {task.what}: SKIPPED, {missing}\n")
    except Exception as broken:  # noqa: BLE001 - one row that can't go on is no end of the others
        row.flaws.append(f"it did not come to its end: {broken!r}")
        traceback.print_exc()
    if not row.points and not row.skipped:
        row.flaws.append("nothing was tried")
    row.seconds = time.monotonic() - before
    return row


def _all(chosen, scale, jobs, keep):
    """Carry out tasks; ``keep`` is given the rows so far, in the table's order, as each ends."""
    rows = {}
    together = [task for task in chosen if not task.alone]
    alone = [task for task in chosen if task.alone]

    def ended(task, row):
        rows[task] = row
        keep([rows[one] for one in chosen if one in rows])

    with tempfile.TemporaryDirectory(prefix="torture-") as name, ThreadPoolExecutor(jobs) as pool:
        folders = {task: Path(name, str(at)) for at, task in enumerate(chosen)}
        begun = {pool.submit(carry_out, task, folders[task], scale): task for task in together}
        for done in as_completed(begun):
            ended(begun[done], done.result())
        for task in alone:
            ended(task, carry_out(task, folders[task], scale))
    return [rows[task] for task in chosen]


def _arguments():
    parser = argparse.ArgumentParser("script/torture", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="All by default.")
    parser.add_argument("--list", action="store_true", help="Show the parts and their rows.")
    parser.add_argument("--quick", action="store_true", help="Minutes instead of an hour.")
    parser.add_argument("--every", type=int, help="Only every n-th point of the sweeps.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="Rows at a time.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there.")
    parser.add_argument("--doc", type=Path, metavar="FILE", help="Put the table into that page.")
    return parser.parse_args()


def _command(given):
    """Give the command that carries this out again, wherever its figures go."""
    scale = [*(["--quick"] * given.quick), *([f"--every {given.every}"] if given.every else [])]
    return " ".join(["script/torture", *given.parts, *scale])


def _version():
    """Give the commit that is tried; ``-dirty`` where a file differs from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=9"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "no commit"


def _keeper(given, scale):
    """Give what writes the figures where they were asked for; done at the end of each row."""
    before, known = os.getloadavg()[0], [(one.part, one.what) for one in tasks(PARTS)]
    command, version = _command(given), _version()

    def keep(rows):
        about = {
            "command": command,
            "version": version,
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{os.cpu_count()} cores, Linux {platform.release()}, Python "
            f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            f"load {before:.0f} at the start and {os.getloadavg()[0]:.0f} at the end",
        }
        if given.doc:
            told = f"`{command}`, {about['date']}, {version}: {about['machine']}."
            page = filled(given.doc.read_text("utf-8"), rows, told, known)
            given.doc.write_text(page, "utf-8")
        if given.json:
            text = json.dumps(as_json(rows, **about, scale=vars(scale)), indent=1)
            given.json.write_text(text + "\n", "utf-8")

    return keep


def main():
    """Run the chosen parts; ends with 1 where a promise was broken."""
    given = _arguments()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup no child would hear of it
    chosen = tasks(given.parts or PARTS)
    if given.list:
        sys.stdout.writelines(f"{one.part:10}  {one.what}\n" for one in chosen)
        return 0
    scale = Scale.quick() if given.quick else Scale()
    if given.every:
        scale = Scale(**{**vars(scale), "every": given.every})
    rows = _all(chosen, scale, given.jobs, _keeper(given, scale))
    sys.stdout.write(table(rows) + "\n")
    sys.stdout.writelines(
        f"FLAW {row.part} {row.what}: {one}\n" for row in rows for one in row.flaws
    )
    return 0 if all(row.sound for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
