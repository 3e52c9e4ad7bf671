"""`backup: {export: true}` as its users meet it: no backup, no apply."""

import json
import signal

import duckdb
import httpx
import pytest
from support.cli import PURGEPLAN as ARGV
from support.cli import Hands
from support.desk import desk

KEPT = "backup: {export: true}\n"
QUICK = ("--subscriptions", "500", "--no-limits", "--delete-lag", "20ms")
AT_ONCE = (*QUICK, "--export-speed", "1000000")
USERS = {"target": "{resource: user, by: external_id}"}


@pytest.fixture(params=[AT_ONCE], ids=["at-once"])
def at(request, tmp_path):
    """Give a desk; a test may say how its sandbox is started."""
    with desk(tmp_path, *request.param) as found:
        yield found


def kept_in(at, file="plan-1-1.parquet"):
    """Give the ids of the subscriptions in a backup."""
    with duckdb.connect() as base:
        rows = base.read_parquet(str(at.folder / "journal.db.backups" / file))
        return {one for (one,) in rows.project("id").fetchall()}


def exports_of(at):
    """Give how many exports were asked for."""
    return sum(one["resource"] == "csv_export" for one in at.box.ledger())


def test_the_rows_are_kept_before_the_first_delete(at):
    """Plan, prompt, report say where and how many; the file is there and private; `forget` ends."""
    ids = set(at.ids_file(at.subscriptions(30)))
    at.plan_file(extra=KEPT)
    folder = at.folder / "journal.db.backups"
    planned = at.plan()
    assert planned["backup"] == {"folder": str(folder), "kept": []}

    hands = Hands([*ARGV, "apply", "plan.yaml"], at.variables(), at.folder)
    hands.read_until("type: Acme Prod 30")
    assert f"kept before the first DELETE in {folder}" in hands.shown.replace("\r\n", "")
    assert not folder.exists()
    hands.type("Acme Prod 30")
    code, shown = hands.end()

    assert (code, kept_in(at)) == (0, ids), shown
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert oct((folder / "plan-1-1.parquet").stat().st_mode)[-3:] == "600"
    ledger = at.box.ledger()
    first = next(n for n, one in enumerate(ledger) if one["method"] == "DELETE")
    assert any(one["resource"] == "csv_file" for one in ledger[:first])
    (said,) = at.report()["backup"]["kept"]
    assert (said["rows"], said["ids"], said["without"], said["forgotten"]) == (30, 30, 0, False)
    for form in ((), ("--markdown",)):
        assert "30 rows of 30 ids" in at.run("report", "plan.yaml", *form).out
    done = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key")
    assert "Deleted the plan's backups: 1." in done.out
    assert [*folder.iterdir()] == []
    assert "deleted by `forget`" in at.run("report", "plan.yaml").out


def test_a_user_is_kept_with_every_row(at):
    """Whoever goes as a user is kept whole; who is left later is kept again if a file is lost.

    Who has no row in it does not go, and every count says so.
    """
    rows = at.box.audience()
    names = sorted({one["external_user_id"] for one in rows} - {""})[:12]
    at.ids_file([*names, "nobody"], column="external_id")
    at.plan_file(extra=KEPT, **USERS)
    fingerprint = at.plan()["fingerprint"]

    stopped = at.apply(fingerprint, "--limit", "5", "--json")

    assert stopped.code == 7
    lines = [json.loads(line) for line in stopped.out.splitlines()]
    assert [one["type"] for one in lines[:3]] == ["version", "backup", "run_started"]
    assert (lines[1]["ids"], lines[1]["without"], lines[1]["skipped"]) == (13, 1, 1)
    assert lines[2]["left"] == 12
    assert "of 13 ids, 1 without a row" in stopped.err
    assert kept_in(at) == {one["id"] for one in rows if one["external_user_id"] in names}
    (at.folder / "journal.db.backups" / "plan-1-1.parquet").unlink()
    at.settled()
    left = {one["id"] for one in at.box.audience() if one["external_user_id"] in names}
    assert at.apply(fingerprint).code == 0
    assert kept_in(at, "plan-1-2.parquet") == left
    counts = at.report()["counts"]
    assert (counts["accepted"], counts["skipped_by"]["no_backup"]) == (12, 1)
    assert "nobody" not in at.deleted()
    assert "1 skipped (1 no row in the backup)" in at.run("report", "plan.yaml").out


@pytest.mark.parametrize("at", [(*AT_ONCE[:3], "--delete-lag", "60m", *AT_ONCE[5:])],
                         indirect=True, ids=["never"])  # fmt: skip
def test_who_is_still_there_is_kept_already(at):
    """`retry` sends again whom the backup has, and asks for no second export."""
    at.ids_file(at.subscriptions(3))
    at.plan_file(extra=KEPT)
    fingerprint = at.plan()["fingerprint"]
    assert at.apply(fingerprint).code == 0
    assert at.run("verify", "plan.yaml").code == 4

    assert at.run("retry", "plan.yaml", *at.consent(fingerprint)).code == 0
    assert (len(at.deleted()), exports_of(at)) == (6, 1)


@pytest.mark.parametrize("at", [(*QUICK, "--export-speed", "250")], indirect=True, ids=["slow"])
def test_killed_while_it_is_made_nothing_was_sent_and_nothing_is_left(at):
    """Kill -9 while the export is written: the same command goes on with it, then sends."""
    ids = set(at.ids_file(at.subscriptions(9)))
    at.plan_file(extra=KEPT)
    fingerprint = at.plan()["fingerprint"]
    killed = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    while not any(one["resource"] == "csv_file" for one in at.box.ledger()):
        assert killed.poll() is None, killed.communicate()
        signal.sigtimedwait((), 0.02)
    killed.kill()
    killed.communicate()

    assert at.deleted() == []
    assert [*(at.folder / "journal.db.backups").iterdir()] == []
    assert at.apply(fingerprint).code == 0
    assert (kept_in(at), exports_of(at)) == (ids, 1)


def test_no_backup_no_apply(at):
    """Where the file can't be put in its place, nothing is sent and no run has begun."""
    at.ids_file(at.subscriptions(3))
    at.plan_file(extra=KEPT)
    fingerprint = at.plan()["fingerprint"]
    (at.folder / "journal.db.backups").touch()

    done = at.apply(fingerprint)

    assert (done.code, exports_of(at)) == (12, 0)
    assert "PP616" in done.err
    assert at.deleted() == []
    assert at.report()["runs"] == []


def test_an_alias_of_ones_own_is_refused_when_planned(at):
    """No export knows it, and the refusal names the ways out: onesignal_id beside it is one."""
    at.ids_file(["CRM-1"], column="crm_id")
    at.plan_file(extra=KEPT, target="{resource: user, by: crm_id}")
    who = at.box.audience()[0]["onesignal_id"]
    beside = at.folder / "beside.csv"
    beside.write_text(f"crm_id,onesignal_id\nCRM-1,{who}\n")

    done = at.run("plan", "plan.yaml")
    at.plan_file(
        extra=KEPT,
        target="{resource: user, by: crm_id}",
        source="{from: csv, path: beside.csv, column: crm_id}",
    )
    traced = at.apply(at.plan()["fingerprint"])

    assert done.code == 3
    assert "PP117" in done.out
    assert "external_id or onesignal_id" in done.out
    assert traced.code == 0, traced.err
    (kept,) = at.report()["backup"]["kept"]
    assert (kept["ids"], kept["without"]) == (1, 0)
    assert kept["rows"] > 0


def test_who_registers_after_the_export_is_not_deleted(at):
    """They have no row in the backup, and the DELETE names who had the external_id before."""
    names = sorted({row["external_user_id"] for row in at.box.audience()} - {""})[:4]
    at.ids_file(names, column="external_id")
    at.plan_file(extra=KEPT, **USERS)
    fingerprint = at.plan()["fingerprint"]
    assert at.apply(fingerprint, "--limit", "1").code == 7
    left = [one for one in names if one in {row["external_user_id"] for row in at.box.audience()}]
    back, key = left[-1], {"Authorization": f"Key {at.box.api_key}"}
    alias = f"{at.box.url}/apps/{at.box.app_id}/users/by/external_id/{back}"
    assert httpx.delete(alias, headers=key).status_code == 202
    at.settled()
    at.box.control("POST", "return", {"external_id": back})

    done = at.apply(fingerprint)

    assert done.code == 0, done.err
    at.settled()
    there = {row["external_user_id"] for row in at.box.audience()}
    assert (there & set(names), exports_of(at)) == ({back}, 1)


def test_forgetting_takes_the_versions_that_were_replaced(at):
    """A plan that was edited halfway has sent ids under its earlier version: they go as well."""
    first, second = at.subscriptions(8)[:5], at.subscriptions(8)[3:]
    at.ids_file(first)
    at.plan_file(extra=KEPT)
    assert at.apply(at.plan()["fingerprint"], "--limit", "2").code == 7
    at.ids_file(second)
    assert at.apply(at.plan()["fingerprint"]).code == 0

    done = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key", "--json")

    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert (said["plan"], said["sealed"], said["backups"]) == ("inactive", 10, 2)
    assert [*(at.folder / "journal.db.backups").iterdir()] == []
    held = at.journal.read_bytes()
    assert [one for one in {*first, *second} if one.encode() in held] == []


def test_forgetting_takes_every_earlier_plan_of_that_name(at):
    """A plan that runs each night is planned anew each time: whoever went by any of them goes."""
    nights = [at.subscriptions(4)[:2], at.subscriptions(4)[2:]]
    for night in nights:
        at.ids_file(night)
        at.plan_file(extra=KEPT)
        assert at.apply(at.plan()["fingerprint"]).code == 0

    done = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key", "--json")

    assert done.code == 0, done.err
    assert {**json.loads(done.out), "key_file": ""} == {
        "format_version": "1.0",
        "plan": "inactive",
        "key_file": "",
        "sealed": 4,
        "unknown": 0,
        "backups": 2,
        "exports": 0,
        "dumps": 0,
    }
    held = at.journal.read_bytes()
    assert [one for night in nights for one in night if one.encode() in held] == []


def test_forgetting_leaves_the_open_plan_alone(at):
    """Tonight's plan has its ids and its backup still; what ended before it is sealed: exit 3."""
    before, tonight = at.subscriptions(5)[:2], at.subscriptions(5)[2:]
    at.plan_file(extra=KEPT)
    at.ids_file(before)
    assert at.apply(at.plan()["fingerprint"]).code == 0
    at.ids_file(tonight)
    fingerprint = at.plan()["fingerprint"]
    assert at.apply(fingerprint, "--limit", "1").code == 7

    done = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key")

    assert done.code == 3
    assert done.err.count("is open") == 1
    assert "2 ids are HMACs now" in done.out
    assert [file.name for file in (at.folder / "journal.db.backups").iterdir()] == [
        "plan-2-1.parquet"
    ]
    assert at.apply(fingerprint).code == 0
    assert set(tonight) <= set(at.deleted())


@pytest.mark.parametrize("at", [(*QUICK, "--latency", "150ms")], indirect=True, ids=["late"])
def test_an_earlier_version_with_unknown_ids_is_sealed(at):
    """No command can look at them any more, so they are forgotten as well, and it says so once."""
    first, second = at.subscriptions(4)[:2], at.subscriptions(4)[2:]
    at.ids_file(first)
    at.plan_file()
    killed = at.start("apply", "plan.yaml", *at.consent(at.plan()["fingerprint"]))
    at.until_deleted(1, killed)
    killed.kill()
    killed.communicate()
    at.ids_file(second)
    at.plan()
    assert at.run("cancel", "plan.yaml").code == 0

    done = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key")

    assert done.code == 0, done.err
    assert "4 ids are HMACs now" in done.out
    assert "Unknown among them: " in done.out
    held = at.journal.read_bytes()
    assert [one for one in (*first, *second) if one.encode() in held] == []
    again = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key", "--json")
    said = json.loads(again.out)
    assert (again.code, said["sealed"], said["unknown"]) == (0, 0, 0)


@pytest.mark.parametrize("purpose", ["cleanup", "erasure"])
def test_without_a_row_nobody_goes_and_another_plan_may_take_them(at, purpose):
    """Nothing is sent, the plan is done; an erasure says 4 as long as somebody asked in vain."""
    code = 4 if purpose == "erasure" else 0
    (name, *_) = sorted({one["external_user_id"] for one in at.box.audience()} - {""})
    alias = f"{at.box.url}/apps/{at.box.app_id}/users/by/external_id/{name}"
    key = {"Authorization": f"Key {at.box.api_key}"}
    assert httpx.delete(alias, headers=key).status_code == 202
    at.settled()
    at.ids_file([name], column="external_id")
    at.plan_file(extra=f"{KEPT}purpose: {purpose}\n", **USERS)
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)
    again = at.apply(fingerprint)

    assert (done.code, again.code, len(at.deleted())) == (code, code, 1), done.err
    assert "1 skipped (1 no row in the backup)" in done.out
    assert at.report()["plan"]["state"] == "done"
    at.box.control("POST", "return", {"external_id": name})
    assert at.apply(at.plan()["fingerprint"]).code == 0
    assert len(at.deleted()) == 2
    at.settled()
    assert name not in {one["external_user_id"] for one in at.box.audience()}
