"""kill -9 in every phase of a plan from an export: the next call goes on, or starts clean."""

import signal
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import httpx
import pytest
from support.desk import Desk
from support.sandbox import sandbox

from purgeplan.journal import open_reader
from purgeplan.sandbox.ids import Ids

SEED = 4_711
PLAN = {
    "limits": "{max_delete: 1000, max_delete_percent: 90}",
    "pace": "{rate: 900/s}",
    "extra": "drift: {check: none}\n",
}


@pytest.fixture(scope="module")
def box():
    """Give a sandbox whose exports take half a second."""
    options = ("--subscriptions", "1000", "--seed", str(SEED), "--no-limits")
    with sandbox(*options, "--export-speed", "2000", "--delete-lag", "20ms") as running:
        yield running


class Killing:
    """One desk on the sandbox, a plan there for one kind of device, and the moment of its death."""

    def __init__(self, folder, box, device_type):
        folder.mkdir()
        self.desk = Desk(folder, box)
        self.exports = folder / "journal.db.exports"
        self.room = folder / "tmp"
        self.room.mkdir()
        self.desk.env["TMPDIR"] = str(self.room)
        self.asked_before = self.count("csv_export")
        self.looked_before = self.count("csv_file")
        source = f"{{from: export, where: 'device_type = {device_type} AND inactive_days >= 30'}}"
        self.desk.plan_file(source=source, **PLAN)

    def count(self, resource):
        """Give how many requests of a kind there were."""
        return sum(one["resource"] == resource for one in self.desk.box.ledger())

    @property
    def asked(self):
        """Give how many exports this desk asked for."""
        return self.count("csv_export") - self.asked_before

    def fetched(self):
        """Tell whether the export's file is there, whole."""
        return any(self.exports.glob("export-*.csv.gz"))

    def writing(self):
        """Tell whether somebody is in the middle of a transaction on the journal."""
        if not self.fetched():
            return False
        with closing(sqlite3.connect(self.desk.journal, timeout=0, isolation_level=None)) as base:
            try:
                base.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            base.execute("ROLLBACK")
        return False

    def kill_when(self, moment):
        """Kill a plan with -9 when a moment has come; tell whether it came."""
        planning = self.desk.start("plan", "plan.yaml", "--json")
        while not (came := moment(self)) and planning.poll() is None:
            signal.sigtimedwait((), 0.001)
        planning.kill()
        planning.communicate()
        return came


def slowly(killing):
    """Slow the download down as soon as it is waited for; tell whether it has begun."""
    if killing.asked and killing.count("csv_file") == killing.looked_before:
        killing.desk.box.control("POST", "faults", {"slow": 1})
    return any(killing.exports.glob("*.part"))


MOMENTS = {
    "asked": (0, lambda killing: killing.asked > 0),
    "polling": (1, lambda killing: killing.count("csv_file") > killing.looked_before),
    "downloading": (11, slowly),
    "resolving": (5, lambda killing: killing.fetched() and any(killing.room.iterdir())),
    "writing": (14, Killing.writing),
}
"""Phases of a plan, each with the devices that it is about, and how its moment is known."""


@pytest.mark.parametrize("phase", MOMENTS)
def test_a_plan_that_is_killed_leaves_no_half_a_set(tmp_path, box, phase):
    """Whenever it dies: no plan, or the whole one; the next call plans and applies exactly it."""
    device_type, moment = MOMENTS[phase]
    killings = (Killing(tmp_path / str(n), box, device_type) for n in range(9))
    killing = next(one for one in killings if one.kill_when(moment))
    desk = killing.desk
    box.control("POST", "faults", {})
    kept = desk.journal.exists() and whole(desk)
    if phase == "asked":
        free_the_slot(box)

    document, rows = desk.plan(), box.audience()
    wanted = chosen(rows, document["sources"][0]["as_of"], device_type)
    assert document["counts"]["to_delete"] == len(wanted) > 0
    assert kept in (False, len(wanted))
    assert document["continues"] == bool(kept)
    assert killing.asked <= 1 + (phase == "asked")
    done = desk.apply(document["fingerprint"])
    assert done.code == 0, done.err
    desk.settled()
    assert {row["id"] for row in box.audience()} == {row["id"] for row in rows} - wanted
    assert desk.run("report", "plan.yaml", "--check").code == 0


def whole(desk):
    """Give how many items the plan has that is in the journal; False for none."""
    with closing(open_reader(desk.journal)) as journal:
        rows = journal.plans()
        assert journal.check() == []
    return rows[0].total if rows else False


def free_the_slot(box):
    """Fetch the export of which the killed one never learned: an account has one at a time."""
    asked = [one for one in box.ledger() if one["resource"] == "csv_export"]
    number = sum(one["status"] == 200 for one in asked) - 1
    url = f"{box.url}/csv_exports/{box.app_id}/users_{Ids('export', SEED).text(number)}.csv.gz"
    while httpx.get(url).status_code != 200:
        signal.sigtimedwait((), 0.05)


def chosen(rows, asked_at, device_type):
    """Give, by a plain loop, who is selected: opt-outs stay."""
    since = datetime.fromisoformat(asked_at) - timedelta(days=30)
    return {
        row["id"]
        for row in rows
        if row["device_type"] == str(device_type)
        and datetime.fromisoformat(row["last_active"] + "+00:00") <= since
        and not (device_type in {11, 14} and row["invalid_identifier"] == "t")
    }
