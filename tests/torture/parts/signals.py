"""Signals: INT, TERM and HUP at every n-th system call, a second one, and a stop of the process."""

import signal
from dataclasses import replace
from random import Random

from torture.scene import scene
from torture.tools import need, strace
from torture.work import Task

ASKED = {
    "INT": (0, 130, -signal.SIGINT),
    "TERM": (0, 130, -signal.SIGTERM),
    "HUP": (0, 130, -signal.SIGHUP),
}
"""Exit codes: interrupted, or done before it came, or dead of it where Python had not begun."""


def once(name, calls=("openat", "sendto", "fdatasync")):
    """Give what sends a signal at every n-th send and sync, start-up included."""

    def run(work):
        need("strace")
        work.tell_stride()
        with scene(work.folder, work.scale.ids) as one:
            for call in calls:
                _sweep(work, one, name, call)

    return run


def _sweep(work, one, name, call):
    step = 40 if call == "openat" else 1  # a start opens some thousand files
    for at in work.points(call):
        case = one.case()
        fault = f"{call}:signal={name}:when={1 + (at - 1) * step}"
        done = case.end(case.start(strace(case.argv("apply"), "/dev/null", call, fault)))
        case.crashed()
        if done.code == 0:
            break
        if done.code not in ASKED[name]:
            case.flaws.append(f"exit {done.code}: {done.err.strip()[-300:]}")
        if "Traceback" in done.err:
            case.flaws.append("a traceback")
        drained = done.code == 130 and not case.doubtful
        case.finish()
        verdict = case.verdict()
        if drained and verdict.resent:
            verdict = replace(verdict, flaws=(*verdict.flaws, "ids were sent twice after a drain"))
        work.add(f"{name} at {call} {at}", verdict)


def twice(work):
    """Send a signal and, while the run drains, a second one: it ends at once, nothing is lost."""
    random = Random(11)
    for number in range(work.scale.rounds):
        with scene(work.folder / str(number), 4 * work.scale.ids, "--no-limits",
                   "--latency", "1500ms", "--delete-lag", "60m") as one:  # fmt: skip
            case = one.case()
            process = case.start(case.argv("apply"))
            case.tail.until(random.randrange(1, 2 * work.scale.ids), process)
            first, second = random.choices((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), k=2)
            process.send_signal(first)
            told = process.stderr.readline()
            while told and "Stopping: " not in told:
                told = process.stderr.readline()
            process.send_signal(second)
            done = case.end(process)
            case.crashed()
            if done.code != 130:
                case.flaws.append(f"exit {done.code}: {done.err.strip()[-300:]}")
            case.finish()
            work.add(f"{first.name}, then {second.name}", case.verdict())


def stopped(work):
    """Stop the process in mid-flight; others are kept out meanwhile; it goes on where it was."""
    random = Random(13)
    for number in range(max(1, work.scale.rounds // 5)):
        with scene(work.folder / str(number), 4 * work.scale.ids) as one:
            case = one.case()
            process = case.start(case.argv("apply"))
            case.tail.until(random.randrange(1, 3 * work.scale.ids), process)
            process.send_signal(signal.SIGSTOP)
            other = case.run("apply")
            if other.code != 9:
                case.flaws.append(f"another apply ended with {other.code}, not 9")
            signal.sigtimedwait((), work.scale.pause_s)
            case.crashed()  # who was under way is sent again: the answer comes after its timeout
            process.send_signal(signal.SIGCONT)
            case.end(process)
            case.crashed()
            case.finish()
            work.add(f"stopped for {work.scale.pause_s:g} s", case.verdict())


TASKS = [
    *(Task("signals", f"apply: SIG{name} at every call", once(name)) for name in ASKED),
    Task("signals", "apply: a second signal while it drains", twice),
    Task("signals", "apply: SIGSTOP, another apply, SIGCONT", stopped),
]
