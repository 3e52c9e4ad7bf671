"""The storm: every fault that the sandbox knows at once, and twenty kills on top."""

from random import Random

from torture.scene import after, scene
from torture.work import Task

FAULTS = {
    "429": 0.0004, "503": 0.0004, "500": 0.002, "reset": 0.002, "drop": 0.002, "hang": 0.0003,
    "html404": 0.001, "half": 0.001, "slow": 0.002, "redirect": 0.00005, "html200": 0.00005,
}  # fmt: skip


def storm(work):
    """Apply through the storm, killed at random numbers of requests, until the plan is done."""
    many = work.scale.storm
    rates = {kind: share * max(1, 3_000 / many) for kind, share in FAULTS.items()}
    if work.scale.calm:
        del rates["hang"]
    options = [part for kind, share in rates.items() for part in ("--fault", f"{kind}={share:f}")]
    random = Random(19)
    with scene(work.folder, many, "--delete-lag", "200ms", *options, pace="{rate: 900/s}") as one:
        case = one.case()
        case.faulty = True
        kills = sorted(random.sample(range(1, many), work.scale.kills))
        args = ()
        while kills:
            process = case.start(case.argv("apply", *args))
            case.tail.until(kills[0], process)
            process.kill()
            done = case.end(process)
            case.crashed()
            args = after(done.err) if done.code == 11 else ()
            if done.code == -9:
                kills = [at for at in kills if at > case.tail.read()]
        case.finish()
        verdict = case.verdict()
        counts = dict(sorted((code, case.codes.count(code)) for code in set(case.codes)))
        work.add(f"{many:,} ids", verdict)
        work.note(f"{verdict.sent:,} requests, runs by exit code {counts}")


TASKS = [Task("storm", "every fault, and twenty kills", storm, alone=True)]
