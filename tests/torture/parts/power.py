"""Power cuts: the journal on an ext4 of its own, shut down in the middle of a run."""

import shutil
import subprocess
from pathlib import Path
from random import Random

from torture.judge import Verdict
from torture.scene import scene
from torture.tools import Disk
from torture.work import Task

import purgeplan

FULL, NORMAL = '"synchronous": 2,', '"synchronous": 1,'


def sabotaged(folder):
    """Give a copy of the product whose commits are not synced: WAL with synchronous=NORMAL."""
    package = Path(purgeplan.__file__).parent
    shutil.copytree(package, folder / "purgeplan", ignore=shutil.ignore_patterns("__pycache__"))
    store = folder / "purgeplan" / "journal" / "store.py"
    text = store.read_text("utf-8")
    assert text.count(FULL) == 1
    store.write_text(text.replace(FULL, NORMAL), "utf-8")
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def cut(one, disk, at, env):
    """Cut the power once so many DELETEs have arrived; give the case, resumed after it."""
    disk.mount()
    case = one.case(disk.mounted / "case", keep=True)
    subprocess.run(["sync", "-f", str(disk.mounted)], check=True)
    process = case.start(case.argv("apply"), **env)
    case.tail.until(at, process)
    disk.cut()
    process.kill()
    case.end(process)
    disk.unmount()
    disk.mount()
    case.crashed()
    return case


def rounds(work, env):
    """Cut at random numbers of requests; give the verdicts."""
    random = Random(7)
    for number in range(work.scale.rounds):
        folder = work.folder / str(number)
        disk = Disk(folder)
        with scene(folder / "scene", 4 * work.scale.ids) as one:
            at = random.randrange(1, 4 * work.scale.ids)
            try:
                case = cut(one, disk, at, env)
                if not case.flaws:
                    case.finish(**env)
                    yield at, case.verdict()
                else:
                    yield at, Verdict(case.tail.read(), flaws=tuple(case.flaws))
            finally:
                disk.unmount()


def power(work):
    """Cut the power of the product."""
    for at, verdict in rounds(work, {}):
        work.add(f"cut after {at} requests", verdict)


def teeth(work):
    """Cut the power of a copy that does not sync: a round that nothing shows in has no teeth."""
    work.folder.mkdir(parents=True)
    env = sabotaged(work.folder / "mutant")
    caught = tried = 0
    for at, verdict in rounds(work, env):
        tried += 1
        caught += bool(verdict.flaws)
        flaws = () if verdict.flaws else ("the cut was not noticed",)
        work.add(f"mutant cut after {at} requests", Verdict(verdict.sent, flaws=flaws))
    work.note(f"synchronous=NORMAL caught in {caught} of {tried} cuts")


TASKS = [
    Task("power", "apply: ext4 shut down without a flush", power),
    Task("power", "the same on a copy with synchronous=NORMAL: must be caught", teeth),
]
