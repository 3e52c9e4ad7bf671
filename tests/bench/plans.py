"""Plans of the bench: written, planned by purgeplan itself, applied from copies."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.desk import APP, NAME

PLAN = """\
version: 1
name: {name}
reason: to be measured
app: {{id: {app}, name: {app_name}, base_url: "{url}"}}
target: {{resource: subscription}}
source: {source}
limits: {{max_delete: {most}, max_delete_percent: 100}}
pace: {pace}
canary: 0
{more}
"""

UNPACED = "{rate: 1000000/s}"
"""So high a rate that the pacer never holds anybody back."""


@dataclass(frozen=True)
class Frozen:
    """A plan that was planned: its file, the journal with its set, its fingerprint."""

    path: Path
    journal: Path
    fingerprint: str
    size: int


def write(desk, name, size, source=None, *, pace=UNPACED, more=""):
    """Write a plan for so many ids, by default from a CSV, and give its path."""
    path = desk.folder / f"{name}.yaml"
    source = source or f"{{from: csv, path: data/{made(desk, 'csv', size).name}}}"
    path.write_text(
        PLAN.format(
            name=name, app=APP, app_name=NAME, url=desk.url, source=source, most=size, pace=pace,
            more=more,
        )
    )  # fmt: skip
    return path


def made(desk, form, rows):
    """Give a file with so many rows in a form, made where it is not there yet."""
    path = desk.data / f"{form}-{rows}.{SUFFIX[form]}"
    if not path.exists():
        desk.say(f"  making {path.name}")
        desk.script("made", form, rows, path)
    return path


SUFFIX = {"csv": "csv", "parquet": "parquet", "export": "csv.gz", "protect": "csv"}


def plan(desk, path, journal, *flags):
    """Plan a file into a journal and give what that cost."""
    return desk.spend(desk.purgeplan, "plan", path, "--journal", journal, *flags)


def freeze(desk, server, name, size, **how):
    """Write and plan a plan, unless this run has one of that name; give it frozen."""
    if name not in desk.frozen:
        path, journal = write(desk, name, size, **how), desk.work / f"{name}.db"
        server.reset(players=10 * size + 1_000)
        keep(desk, name, path, journal, plan(desk, path, journal, "--json"), size)
    return desk.frozen[name]


def keep(desk, name, path, journal, spent, size):
    """Remember a plan that was planned with ``--json``, for the parts to come."""
    desk.frozen[name] = Frozen(path, journal, json.loads(spent.out)["fingerprint"], size)


def copied(desk, frozen):
    """Give a copy of a frozen plan's journal, in place of the last copy."""
    copy = cleared(desk, "copy")
    shutil.copy2(frozen.journal, copy)
    return copy


def cleared(desk, name):
    """Give the path of a journal of which nothing is there, nor of what lies beside it."""
    journal = desk.work / f"{name}.db"
    for stale in desk.work.glob(f"{journal.name}*"):
        if stale.is_dir():
            shutil.rmtree(stale)
        else:
            stale.unlink()
    return journal


def apply_args(frozen, journal, *flags):
    """Give the arguments that apply a frozen plan from a journal."""
    confirmed = ("--confirm", NAME, "--fingerprint", frozen.fingerprint)
    return ("apply", frozen.path, "--journal", journal, *confirmed, *flags)
