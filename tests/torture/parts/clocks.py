"""Clocks: the wall clock jumps while a run is on its way, and between runs; time ten times fast."""

from random import Random

from torture.scene import scene
from torture.tools import faketime_library
from torture.work import Task

USERS = {"target": "{resource: user, by: external_id}", "pace": "{rate: 40/s}"}
"""Slow, so that few are in doubt after a kill: each of them is looked at, one a second."""
JUMPS = ("+2h", "-2h", "+30d", "-30d", "+3650d", "-1s")


def faked(stamp, spec):
    """Give the variables under which a process sees another wall clock, read anew at each look."""
    stamp.write_text(spec)
    return {
        "LD_PRELOAD": str(faketime_library()),
        "FAKETIME_TIMESTAMP_FILE": str(stamp),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


def jumping(**settings):
    """Give what lets the clock jump while a run is under way, then kills it and resumes it."""

    def run(work):
        random = Random(17)
        for number, jump in enumerate(JUMPS[: max(1, work.scale.rounds)]):
            folder = work.folder / str(number)
            options = ("--no-limits", "--delete-lag", "20ms")
            with scene(folder, 4 * work.scale.ids, *options, **settings) as one:
                case = one.case()
                env = faked(case.folder / "clock", "+0")
                process = case.start(case.argv("apply"), **env)
                case.tail.until(random.randrange(1, 2 * work.scale.ids), process)
                (case.folder / "clock").write_text(jump)
                case.tail.until(3 * work.scale.ids, process)
                process.kill()
                case.end(process)
                case.crashed()
                case.finish(**env)
                work.add(f"{jump} in a run", case.verdict())

    return run


def between(**settings):
    """Give what kills a run and resumes it under another clock."""

    def run(work):
        for number, jump in enumerate(JUMPS[: max(1, work.scale.rounds)]):
            folder = work.folder / str(number)
            options = ("--no-limits", "--delete-lag", "20ms")
            with scene(folder, 2 * work.scale.ids, *options, **settings) as one:
                case = one.case()
                process = case.start(case.argv("apply"))
                case.tail.until(work.scale.ids, process)
                process.kill()
                case.end(process)
                case.crashed()
                case.finish(**faked(case.folder / "clock", jump))
                work.add(f"{jump} between runs", case.verdict())

    return run


def fast(work):
    """Run where every clock goes ten times as fast, the monotonic one too."""
    with scene(work.folder, 4 * work.scale.ids) as one:
        case = one.case()
        env = faked(case.folder / "clock", "+0 x10")
        del env["FAKETIME_DONT_FAKE_MONOTONIC"]
        case.finish(**env)
        work.add("x10", case.verdict())


TASKS = [
    Task("clocks", "apply: wall clock jumps in a run that is killed", jumping()),
    Task("clocks", "apply users: wall clock jumps in a run that is killed", jumping(**USERS)),
    Task("clocks", "apply: another wall clock on resume", between()),
    Task("clocks", "apply users: another wall clock on resume", between(**USERS)),
    Task("clocks", "apply: time ten times as fast", fast),
]
