"""Phases: commands to be harmed, each with its scene, how it goes on after, how that is judged."""

import gzip
import hmac
import json
import stat
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256

import duckdb
from support.cli import PURGEPLAN
from torture.judge import Verdict
from torture.scene import LASTING, Case, planned, scene

from purgeplan.journal import open_reader
from purgeplan.model.backup import backups
from purgeplan.model.outcome import Skip

EXPORT = {"source": "{from: export, inactive_for: 200d}", "extra": "drift: {check: none}\n"}
WAITING = ("--no-limits", "--delete-lag", "60m", "--export-speed")
"""With a speed at which an export is not there at the first look, so that it is waited for."""

IN_USE = 2_000_000_000
"""A session surely later than the evidence, as a time in seconds."""

COPY = "rows.csv.gz"


@dataclass(frozen=True)
class Phase:
    """A command to harm: the scene it is harmed in, how it goes on, and how that is judged."""

    made: object
    victim: object
    after: object
    judged: object = Case.verdict


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


@contextmanager
def _checked_first(work):
    """Give a scene with a drift check before the first request, whose export is waited for."""
    extra = "drift: {check: export}\n"
    with scene(work.folder, work.scale.ids, *WAITING, "20", extra=extra) as one:
        yield _some_active(one)


@contextmanager
def _checked_often(work):
    """Give a scene of some seconds with a drift check each second."""
    settings = {"pace": "{rate: 30/s}", "extra": "drift: {check: export, every: 1s}\n"}
    with scene(work.folder, work.scale.ids, **settings) as one:
        yield _some_active(one)


def _some_active(one):
    one.spared = frozenset(one.ids[:4])
    for each in one.spared:
        one.box.control("POST", "active", {"subscription_id": each, "at": IN_USE})
    return one


@contextmanager
def _backed_up(work):
    """Give a scene whose rows are backed up first, by an export that is waited for."""
    extra = "backup: {export: true}\n"
    with scene(work.folder, work.scale.ids, *WAITING, "200", extra=extra) as one:
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


def forget(case):
    """Give the command that seals."""
    return [*PURGEPLAN, "forget", "plan.yaml", "--key-file", str(case.folder / "seal.key")]


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


def _drifted(case):
    """Judge a plan under drift checks: whoever was active is skipped for that, and only they."""
    with closing(open_reader(case.journal)) as journal:
        items = list(journal.items(journal.plans()[0].plan_id))
    skipped = {one.id for one in items if one.skip is Skip.DRIFT}
    if skipped != case.spared or case.spared & case.tail.sent.keys():
        case.flaws.append(f"{len(skipped)} are skipped for drift, {len(case.spared)} were active")
    return case.verdict()


def _apply_after_backup(case):
    """Apply to the end; whenever anybody is gone, the rows of all are kept."""
    _rows_kept(case)
    case.finish()
    _rows_kept(case)


def _rows_kept(case):
    if not case.tail.read():
        return
    with closing(open_reader(case.journal)) as journal:
        known = backups(journal.events(1))
    if not known:
        case.flaws.append("a request left before the rows were kept")
        return
    folder = case.journal.with_name("journal.db.backups")
    path = folder / known[-1].file
    if sha256(path.read_bytes()).hexdigest() != known[-1].sha256:
        case.flaws.append("the backup is another file than the journal notes")
    rows = duckdb.sql(f"SELECT id FROM read_parquet('{path}')").fetchall()
    if {str(one) for (one,) in rows} != set(case.ids):
        case.flaws.append(f"the backup has {len(rows)} rows of {len(case.ids)}")
    case.flaws += _private(folder)
    case.flaws += [f"{one.name} is left" for one in folder.iterdir() if one != path]


def _private(folder):
    modes = {one.name: stat.S_IMODE(one.lstat().st_mode) for one in folder.iterdir()}
    return [f"{name} has mode {mode:o}" for name, mode in modes.items() if mode & 0o077]


def export(case):
    """Give the command that writes the audience to a file."""
    return [*PURGEPLAN, "export", "plan.yaml", "-o", COPY]


def _export_again(case):
    """Export again; what has the file's name is whole whenever it is there, and nobody else's."""
    path = case.folder / COPY
    if path.exists():
        _whole_copy(case, path)
        path.unlink()
    done = case.end(case.start(export(case)))
    if done.code:
        case.flaws.append(f"export: exit {done.code}: {done.err.strip()[-300:]}")
    else:
        _whole_copy(case, path)


def _whole_copy(case, path):
    rows = gzip.decompress(path.read_bytes()).count(b"\n") - 1
    if rows != len(case.box.audience()):
        case.flaws.append(f"the copy has {rows} rows")
    if path.stat().st_mode & 0o077:
        case.flaws.append("others may read the copy")


def _exported(case):
    """Judge an export: nothing is left that others may read, and nobody was deleted."""
    left = [one for one in case.folder.glob(f".{COPY}*") if one.stat().st_mode & 0o077]
    case.flaws += [f"others may read {one.name}" for one in left]
    case.flaws += _private(case.journal.with_name("journal.db.exports"))
    if case.tail.read():
        case.flaws.append("I7: export sent a DELETE")
    return Verdict(0, flaws=tuple(case.flaws))


def _verb(name):
    return lambda case: case.argv(name)


PHASES = {
    "plan": Phase(_unplanned, _verb("plan"), _plan_again),
    "plan from an export": Phase(_exporting, _verb("plan"), _plan_again),
    "apply": Phase(_planned, _verb("apply"), Case.finish),
    "drift check first": Phase(_checked_first, _verb("apply"), Case.finish, _drifted),
    "drift checks in a run": Phase(_checked_often, _verb("apply"), Case.finish, _drifted),
    "backup first": Phase(_backed_up, _verb("apply"), _apply_after_backup),
    "verify": Phase(_applied, _verb("verify"), _verify_again),
    "export": Phase(_planned, export, _export_again, _exported),
    "forget": Phase(_applied, forget, _forget_again, _sealed),
}
