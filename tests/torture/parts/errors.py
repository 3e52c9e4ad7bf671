"""Bad disks: EIO and ENOSPC at every n-th write, sync, truncation; a file system that is full."""

import json
import re
import stat

from torture.scene import scene
from torture.tools import need, strace, tmpfs
from torture.work import Task

CALLS = ("pwrite64", "fdatasync", "ftruncate")
DELETE = re.compile(r'sendto\(.*"DELETE ')
ENDS = {
    0: "errors of a clean-up that lost nothing",
    2: "the lock could not be written",
    11: "stopped by the disk",
    12: "a file could not be read or spooled, nothing was sent",
}


def sweep(work, one, call, error):
    """Let a disk fail at its n-th call, for every n until none is left to fail."""
    late = 0
    for at in work.points():
        case = one.case()
        trace = case.folder / "trace"
        fault = f"{call}:error={error}:when={at}{'+' if error == 'ENOSPC' else ''}"
        argv = strace(case.argv("apply"), trace, f"{call},sendto", fault)
        done = case.end(case.start(argv))
        lines = trace.read_text().splitlines()
        failed = next((n for n, line in enumerate(lines) if "(INJECTED)" in line), None)
        if failed is None:
            break
        case.crashed()
        late = max(late, sum(bool(DELETE.search(line)) for line in lines[failed:]))
        case.flaws += _stopped(case, done)
        case.finish()
        work.add(f"{error} at {call} {at}", case.verdict())
    work.note(f"{error} at {call}: {late} requests after the first error at most")


def _stopped(case, done):
    """Give what is wrong with how a run with a bad disk ended."""
    flaws = [] if done.code in ENDS else [f"exit {done.code}: {done.err.strip()[-300:]}"]
    saved = set()
    for file in case.folder.glob("*.errored-*.jsonl"):
        saved |= {json.loads(line)["id"] for line in file.read_text().splitlines()}
        if stat.S_IMODE(file.stat().st_mode) != 0o600:
            flaws.append(f"{file.name} may be read by others")
    if not saved <= case.tail.sent.keys() | case.allowed:
        flaws.append("outcomes of ids that nobody planned were saved")
    return flaws


def failing(error, calls=CALLS):
    """Give what sweeps over one error."""

    def run(work):
        need("strace")
        with scene(work.folder, work.scale.ids) as one:
            for call in calls:
                sweep(work, one, call, error)

    return run


def full(work):
    """Apply on a file system that fills up, for a row of sizes; then give it room."""
    with scene(work.folder, 8 * work.scale.ids) as one:
        for number in range(work.scale.rounds):
            room = (300 + 40 * number) << 10
            with tmpfs(work.folder / f"small-{number}", 64 << 20) as disk:
                case = one.case(disk / "case", keep=True)
                used = sum(file.stat().st_size for file in disk.rglob("*") if file.is_file())
                filler = disk / "filler"
                with filler.open("wb") as file:
                    file.write(b"\0" * max(0, (64 << 20) - used - room))
                done = case.run("apply")
                filler.unlink()
                case.crashed()
                case.flaws += _stopped(case, done)
                case.finish()
                work.add(f"{room >> 10} KiB free: exit {done.code}", case.verdict())


TASKS = [
    Task("errors", "apply: EIO at every call", failing("EIO")),
    Task("errors", "apply: ENOSPC from every call on", failing("ENOSPC")),
    Task("errors", "apply: a full file system", full),
]
