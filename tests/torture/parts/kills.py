"""Kills: SIGKILL at every n-th system call of each kind, in every command; and at random."""

from random import Random

from torture.phases import PHASES
from torture.scene import scene
from torture.tools import need, strace
from torture.work import Task

CALLS = (
    "pwrite64", "fdatasync", "fsync", "sendto", "write", "ftruncate", "rename", "link", "unlink",
)  # fmt: skip
KILLED = -9


def sweep(work, one, phase, call):
    """Kill a command at its n-th call, for every n until it lives to its end."""
    for at in work.points(call):
        case = one.case()
        argv = strace(phase.victim(case), "/dev/null", call, f"{call}:signal=KILL:when={at}")
        done = case.end(case.start(argv))
        if done.code != KILLED:
            return
        case.crashed()
        work.judge(f"{call} {at}", phase, case)


def swept(name, calls=CALLS):
    """Give what sweeps over one command."""

    def run(work):
        need("strace")
        work.tell_stride()
        with PHASES[name].made(work) as one:
            for call in calls:
                sweep(work, one, PHASES[name], call)

    return run


def at_random(work):
    """Kill an apply three times at random numbers of requests, users really gone meanwhile."""
    random = Random(5)
    for number in range(work.scale.rounds):
        options = ("--no-limits", "--delete-lag", "20ms")
        with scene(work.folder / str(number), 4 * work.scale.ids, *options) as one:
            case = one.case()
            for at in sorted(random.sample(range(1, 4 * work.scale.ids), 3)):
                process = case.start(case.argv("apply"))
                case.tail.until(at, process)
                process.kill()
                case.end(process)
                case.crashed()
            case.finish()
            work.add(f"seed 5, round {number}", case.verdict())


TASKS = [
    *(Task("kills", f"{name}: SIGKILL at every call", swept(name)) for name in PHASES),
    Task("kills", "apply: three SIGKILLs at random", at_random),
]
