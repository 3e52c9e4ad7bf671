"""Kills: SIGKILL at every n-th system call of each kind, in every command; and at random."""

import hmac
import json
from contextlib import closing, contextmanager
from dataclasses import dataclass
from random import Random

from support.cli import PURGEPLAN
from torture.judge import Verdict
from torture.scene import LASTING, Case, planned, scene
from torture.tools import need, strace
from torture.work import Task

from purgeplan.journal import open_reader

CALLS = ("pwrite64", "fdatasync", "fsync", "sendto", "write", "ftruncate", "link", "unlink")
KILLED = -9
EXPORT = {"source": "{from: export, inactive_for: 200d}", "extra": "drift: {check: none}\n"}


@dataclass(frozen=True)
class Phase:
    """A command to kill: the scene it is killed in, how it goes on, and how that is judged."""

    made: object
    victim: object
    after: object
    judged: object = Case.verdict


def sweep(work, one, phase, call):
    """Kill a command at its n-th call, for every n until it lives to its end."""
    for at in work.points():
        case = one.case()
        trace = case.folder / "trace"
        argv = phase.victim(case)
        done = case.end(case.start(strace(argv, trace, call, f"{call}:signal=KILL:when={at}")))
        if done.code != KILLED:
            return
        case.crashed()
        phase.after(case)
        work.add(f"{call} {at}", phase.judged(case))


@contextmanager
def _planned(work):
    with scene(work.folder, work.scale.ids) as one:
        yield one


@contextmanager
def _unplanned(work):
    with scene(work.folder, work.scale.ids, frozen=False) as one:
        yield one


@contextmanager
def _exporting(work):
    with scene(work.folder, 4 * work.scale.ids, frozen=False, **EXPORT) as one:
        one.ids = []  # who is selected is known once it is planned
        yield one


@contextmanager
def _applied(work):
    """Give a scene whose plan is applied; enough ids that verify asks for an export."""
    with scene(work.folder, 120, *LASTING, pace="{rate: 2000/s}") as one:
        one.begin()
        yield one


def _plan_again(case):
    """Plan again as if nothing had been, then apply."""
    assert not case.tail.read(), "I7: plan sent a DELETE"
    case.fingerprint = planned(case.desk)
    case.ids = case.frozen_ids()
    case.allowed = frozenset(case.ids)
    case.finish()


def _verify_again(case):
    """Verify to the end: everybody is still there, and nothing is sent."""
    before = case.tail.read()
    done = case.run("verify", "--json")
    told = json.loads(done.out)
    if (done.code, told["still_there"], told["not_told"]) != (4, len(case.ids), 0):
        case.flaws.append(f"verify: exit {done.code}, {told}")
    if case.tail.read() != before:
        case.flaws.append("I7: verify sent a DELETE")
    case.codes.append(0)  # as the plan's last apply said


def _forget_again(case):
    done = case.end(case.start(forget(case)))
    if done.code:
        case.flaws.append(f"forget: exit {done.code}: {done.err.strip()[-200:]}")


def _sealed(case):
    """Judge a sealed plan: every id is an HMAC under the key that was kept, and none is left."""
    flaws = list(case.flaws)
    key = bytes.fromhex((case.folder / "seal.key").read_text("ascii"))
    expected = {hmac.new(key, one.encode(), "sha256").hexdigest() for one in case.ids}
    with closing(open_reader(case.journal)) as journal:
        flaws += journal.check()
        found = {one.id for one in journal.items(1)}
    if found != expected:
        flaws.append(f"{len(found & expected)} of {len(expected)} ids are HMACs under the key")
    return Verdict(case.tail.read(), flaws=tuple(flaws))


def forget(case):
    """Give the command that seals."""
    return [*PURGEPLAN, "forget", "plan.yaml", "--key-file", str(case.folder / "seal.key")]


def _verb(name):
    return lambda case: case.argv(name)


PHASES = {
    "plan": Phase(_unplanned, _verb("plan"), _plan_again),
    "plan from an export": Phase(_exporting, _verb("plan"), _plan_again),
    "apply": Phase(_planned, _verb("apply"), Case.finish),
    "verify": Phase(_applied, _verb("verify"), _verify_again),
    "forget": Phase(_applied, forget, _forget_again, _sealed),
}


def swept(name, calls=CALLS):
    """Give what sweeps over one command."""

    def run(work):
        need("strace")
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
