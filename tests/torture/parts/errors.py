"""Bad disks: EIO and ENOSPC at every n-th write, sync, truncation; a file system that is full."""

import json
import re
import stat
from contextlib import closing

from torture.phases import PHASES
from torture.scene import scene
from torture.tools import need, strace, tmpfs
from torture.work import Task

from purgeplan.journal import open_reader
from purgeplan.model.outcome import State

CALLS = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate")
DELETE = re.compile(r'sendto\(.*"DELETE ')
ENDS = {
    0: "errors of a clean-up that lost nothing",
    2: "the lock could not be written",
    4: "as verify ends where somebody is still there",
    11: "stopped by the disk",
    12: "a file could not be read or spooled, nothing was sent",
    120: "as Python ends where stdout can't be flushed",
}
NOT_DUMPED = "PP409"


def sweep(work, one, phase, call, error):
    """Let a disk fail at its n-th call, for every n until none is left to fail."""
    late = 0
    for at in work.points(call):
        case = one.case()
        trace = case.folder / "trace"
        fault = f"{call}:error={error}:when={at}{'+' if error == 'ENOSPC' else ''}"
        argv = strace(phase.victim(case), trace, f"{call},sendto", fault)
        done = case.end(case.start(argv))
        lines = trace.read_text().splitlines()
        failed = next((n for n, line in enumerate(lines) if "(INJECTED)" in line), None)
        if failed is None:
            break
        case.crashed()
        late = max(late, sum(bool(DELETE.search(line)) for line in lines[failed:]))
        case.flaws += _stopped(case, done)
        work.judge(f"{error} at {call} {at}: exit {done.code}", phase, case)
    return late


def _stopped(case, done):
    """Give what is wrong with how a command on a bad disk ended."""
    flaws = [] if done.code in ENDS else [f"exit {done.code}: {done.err.strip()[-300:]}"]
    if "Traceback" in done.err:
        flaws.append(f"a traceback: {done.err.strip()[-700:]}")
    saved = {}
    for file in case.folder.glob("*.errored-*.jsonl"):
        lines = file.read_text().splitlines()
        saved |= {one["id"]: one["state"] for one in map(json.loads, lines)}
        if stat.S_IMODE(file.stat().st_mode) != 0o600:
            flaws.append(f"{file.name} may be read by others")
    return flaws + _saved_truly(case, saved, told=NOT_DUMPED in done.err)


def _saved_truly(case, saved, *, told):
    """Give what is wrong with saved outcomes: all that the journal could not take, and no others.

    ``told`` is whether it was said that they could not be saved either.
    """
    case.tail.read()
    sent, gone = case.tail.sent.keys(), case.tail.carried_out
    flaws = [] if saved.keys() <= sent else ["outcomes were saved of ids that were never sent"]
    if any((state == State.ACCEPTED) != (one in gone) for one, state in saved.items()):
        flaws.append("an outcome was saved that is not what happened")
    unsaved = (_open_in_journal(case) & sent) - saved.keys()
    if unsaved and not told:
        flaws.append(f"{len(unsaved)} answers are in neither the journal nor the file beside it")
    return flaws


def _open_in_journal(case):
    if not case.tail.sent:
        return set()
    with closing(open_reader(case.journal)) as journal:
        items = journal.items(journal.plans()[0].plan_id, (State.SENT, State.PENDING))
        return {one.id for one in items}


def failing(name, error, calls=CALLS):
    """Give what sweeps over one error in one command."""

    def run(work):
        need("strace")
        work.tell_stride()
        with PHASES[name].made(work) as one:
            late = {call: sweep(work, one, PHASES[name], call, error) for call in calls}
        if any(late.values()):
            work.note(f"requests after the first error, at most: {late}")

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


HARMED = ("plan", "plan from an export", "apply", "verify", "export")
TASKS = [
    *(Task("errors", f"{name}: EIO at every call", failing(name, "EIO")) for name in HARMED),
    *(
        Task("errors", f"{name}: ENOSPC from every call on", failing(name, "ENOSPC"))
        for name in HARMED
    ),
    Task("errors", "apply: a full file system", full),
]
