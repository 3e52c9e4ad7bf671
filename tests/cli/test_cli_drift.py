"""Drift on a real sandbox: who becomes active after planning is spared, and only they."""

import json
import signal
import sqlite3
from contextlib import closing

import pytest
from support.desk import desk
from support.gateway import gateway

OPTIONS = ("--subscriptions", "160", "--no-limits", "--delete-lag", "0ms", "--export-speed")


@pytest.fixture
def at(tmp_path, request):
    """Give a desk whose sandbox writes exports at the speed that a test asks for."""
    with desk(tmp_path, *OPTIONS, getattr(request, "param", "1000000")) as made:
        yield made


def planned(one, **settings):
    """Plan who is silent for long; give the fingerprint and the rows that would go."""
    ids, source = one.folder / "ids.txt", "{from: export, inactive_for: 100d}"
    one.plan_file(**{"source": source, **settings})
    fingerprint = one.plan("plan.yaml", "--ids-out", ids)["fingerprint"]
    return fingerprint, set(ids.read_text("utf-8").split())


def active(one, *ids):
    """Let subscriptions have a session now."""
    for subscription in ids:
        one.box.control("POST", "active", {"subscription_id": subscription})


def asked(one):
    """Count the exports that were asked for."""
    return sum(entry["resource"] == "csv_export" for entry in one.box.ledger())


def remembered(one, count):
    """Tell whether the journal knows of so many exports by now."""
    with closing(sqlite3.connect(one.journal)) as journal:
        (found,) = journal.execute(
            "SELECT count(*) FROM events WHERE kind = 'export.asked'"
        ).fetchone()
    return found >= count


def until_asked(one, count, process):
    """Wait until so many exports are asked for, or the process has ended."""
    while not remembered(one, count):
        assert process.poll() is None, process.communicate()
        signal.sigtimedwait((), 0.02)


def test_each_start_spares_who_became_active_before_it(at):
    """By what the sandbox received: everybody else is deleted, in two runs, and nobody twice."""
    fingerprint, ids = planned(at)
    spared = sorted(ids)[:7]
    active(at, *spared[:4])
    first = at.apply(fingerprint, "--limit", "5")
    left = ids - {*at.deleted()} - {*spared}
    late = min(left)
    active(at, late)
    second = at.apply(fingerprint, "--json")

    assert (first.code, second.code) == (7, 0), second.err
    lines = [json.loads(line) for line in second.out.splitlines()]
    assert [one["type"] for one in lines[:3]] == ["version", "drift", "run_started"]
    assert (lines[1]["skipped"], lines[-1]["counts"]["skipped_by"]["drift"]) == (1, 5)
    assert "Drift check: 4 were active since planned" in first.err
    assert sorted(at.deleted()) == sorted(ids - {*spared[:4], late})
    assert at.report()["counts"]["skipped_by"]["drift"] == 5


def test_a_user_is_spared_for_any_device(at):
    """One session on one device keeps the whole person."""
    target = "{resource: user, by: external_id}"
    fingerprint, ids = planned(at, target=target)
    rows = [row for row in at.box.audience() if row["external_user_id"] in ids]
    person = rows[-1]
    active(at, person["id"])

    assert at.apply(fingerprint).code == 0
    assert person["onesignal_id"] not in at.deleted()
    assert len(at.deleted()) == len(ids) - 1


def test_a_list_is_checked_from_its_as_of_on(at):
    """Whoever was active before that goes all the same: the list knew."""
    ids = at.ids_file(at.subscriptions(12))
    at.plan_file(
        source="{from: csv, path: ids.csv, as_of: 2026-01-01}",
        extra="drift: {check: export}\n",
    )
    for one, when in zip(ids, (1_767_225_599, 1_767_225_600, 1_767_225_601), strict=False):
        at.box.control("POST", "active", {"subscription_id": one, "at": when})
    known = {row["id"]: row["last_active"] for row in at.box.audience()}
    news = {one for one in ids if known[one] >= "2026-01-01 00:00:00"}
    done = at.apply(at.plan()["fingerprint"])

    assert done.code == 0, done.err
    assert {*at.deleted()} == {*ids} - news
    assert ids[0] not in news
    assert {ids[1], ids[2]} <= news


def test_a_start_without_its_export_sends_nothing(at):
    """Exit 12, unattended to be repeated: whoever became active can't be told without it."""
    with gateway(at.box.url) as between:
        fingerprint, ids = planned(at, url=between.url)
        active(at, min(ids))
        between.refused = "csv_export"

        refused = at.apply(fingerprint)
        state, sent = at.run("status", "inactive", "--json"), at.deleted()
        between.refused = None
        done = at.apply(fingerprint)

    assert (refused.code, sent) == (12, [])
    assert "PP608" in refused.err
    assert json.loads(state.out)["plans"][0]["left"] == len(ids)
    assert done.code == 0, done.err
    assert {*at.deleted()} == ids - {min(ids)}


@pytest.mark.parametrize("at", ["20"], indirect=True)
def test_a_start_killed_while_it_waits_goes_on_with_its_export(at):
    """The account has one export at a time, so the next start takes up the one asked for."""
    fingerprint, ids = planned(at)
    active(at, min(ids))
    killed = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    until_asked(at, 2, killed)
    killed.kill()
    killed.communicate()

    assert at.deleted() == []
    assert at.apply(fingerprint).code == 0
    assert asked(at) == 2
    assert {*at.deleted()} == ids - {min(ids)}


def test_a_run_is_checked_again_while_it_goes_on(at):
    """Who becomes active in the middle of a run is out at its next check."""
    fingerprint, ids = planned(at, pace="{delay: 100ms}", extra="drift: {every: 1s}\n")
    running = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(3, running)
    last = at.run("report", "plan.yaml", "--csv").out.split()[-1].split(",")
    late = next(one for one in last if one in ids)
    active(at, late)
    out, err = running.communicate(timeout=120)

    assert running.returncode == 0, err
    assert late not in at.deleted()
    assert "1 skipped (1 active since planned)" in out
    assert asked(at) > 3


@pytest.mark.parametrize("at", ["20"], indirect=True)
def test_ctrl_c_is_heeded_while_a_run_waits_for_an_export(at):
    """Within seconds, with nothing lost: the same command goes on."""
    fingerprint, _ = planned(at, pace="{delay: 100ms}", extra="drift: {every: 1s}\n")
    running = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    until_asked(at, 3, running)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=20)

    assert running.returncode == 130
    assert "Interrupted" in out
    assert "unknown" not in out
