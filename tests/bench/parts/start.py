"""Start-up: what one waits for before anything happens; no network is needed for any of these."""

import shutil

from bench.desk import APP, NAME
from bench.plans import cleared, made, write

IDS = 1_000
POLICY = """\
version: 1
apps:
  - {{name: {name}, id: {app}, population: {{subscriptions: 100000}}}}
"""


def measure(desk):
    """Give a row for each command, and for Python itself."""
    folder = desk.work / "offline"
    (folder / "data").mkdir(parents=True)
    (folder / "purgeplan.yaml").write_text(POLICY.format(name=NAME, app=APP))
    shutil.copy2(made(desk, "csv", IDS), folder / "data")
    plan = folder / "start.yaml"
    shutil.copy2(write(desk, "start", IDS), plan)
    own = (desk.purgeplan,)
    commands = {
        "python -c pass": (desk.python, "-c", "pass"),
        "purgeplan --version": (*own, "--version"),
        "purgeplan --help": (*own, "--help"),
        "purgeplan validate": (*own, "validate", plan),
        f"purgeplan plan, {IDS:,} ids": (*own, "plan", plan, "--journal", desk.work / "start.db"),
    }
    env = {key: value for key, value in desk.env.items() if key != "ONESIGNAL_API_KEY"}
    return [
        desk.repeat({"command": about}, lambda argv=argv: _once(desk, argv, env))
        for about, argv in commands.items()
    ]


def _once(desk, argv, env):
    """Start it five times and give the one in the middle, by wall time; the journal is new."""
    found = []
    for _ in range(3 if desk.quick else 5):
        cleared(desk, "start")
        found.append(desk.timed(argv, env, cwd=desk.work / "offline"))
    found.sort(key=lambda spent: spent.wall_s)
    return found[len(found) // 2].figures()
