"""Runs that are stopped, killed, limited or changed halfway: the same command goes on."""

import json
import re
import signal

from support.desk import desk

SLOW = "{rate: 150/s}"


def test_ctrl_c_and_resume_delete_each_id_once(at):
    """An interrupted run exits 130 with the resume command; the next finishes it, none re-sent."""
    ids = at.ids_file(at.subscriptions(300))
    at.plan_file(pace=SLOW)
    fingerprint = at.plan()["fingerprint"]
    process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(60, process)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    resumed = at.apply(fingerprint)

    assert process.returncode == 130, err
    assert "purgeplan apply plan.yaml" in err
    assert "Interrupted: 300 planned" in out
    assert resumed.code == 0, resumed.err
    assert sorted(at.deleted()) == sorted(ids)


def test_sigterm_is_the_same(at):
    """SIGTERM drains too."""
    ids = at.ids_file(at.subscriptions(200))
    at.plan_file(pace=SLOW)
    fingerprint = at.plan()["fingerprint"]
    process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(40, process)

    process.terminate()
    process.communicate(timeout=30)
    at.apply(fingerprint)

    assert process.returncode == 130
    assert sorted(at.deleted()) == sorted(ids)


def test_kill_and_resume_lose_nothing(at):
    """After kill -9 the same command finishes; re-sent is at most what was in flight."""
    ids = at.ids_file(at.subscriptions(300))
    at.plan_file(pace=SLOW)
    fingerprint = at.plan()["fingerprint"]
    for kill_at in (50, 140):
        process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
        at.until_deleted(kill_at, process)
        process.kill()
        process.communicate(timeout=30)

    done = at.apply(fingerprint)

    assert done.code == 0, done.err
    assert set(at.deleted()) == set(ids)
    assert len(at.deleted()) <= 300 + 2 * 20
    counts = at.report()["counts"]
    assert counts["accepted"] + counts["already_gone"] == 300


def test_a_key_revoked_halfway_exits_8_and_a_good_one_goes_on(at):
    """Revoking the key is a stop button that loses nothing."""
    ids = at.ids_file(at.subscriptions(200))
    at.plan_file(pace=SLOW)
    fingerprint = at.plan()["fingerprint"]
    process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(50, process)

    at.box.control("POST", "keys", {"api_key": "os_v2_app_the_new_one_of_them"})
    out, err = process.communicate(timeout=30)
    resumed = at.apply(fingerprint, ONESIGNAL_API_KEY="os_v2_app_the_new_one_of_them")

    assert process.returncode == 8, err
    assert "failed" not in out
    assert resumed.code == 0, resumed.err
    accepted = {e["id"] for e in at.box.deletes() if e["status"] == 202}
    assert accepted == set(ids)


def test_pace_may_be_changed_halfway(at):
    """A run goes on with the pace that the file says by then."""
    ids = at.ids_file(at.subscriptions(100))
    at.plan_file(pace="{delay: 200ms}")
    fingerprint = at.plan()["fingerprint"]
    first = at.apply(fingerprint, "--limit", "5")
    at.plan_file(pace="{rate: 400/s}")

    done = at.apply(fingerprint)

    assert (first.code, done.code) == (7, 0), done.err
    assert sorted(at.deleted()) == sorted(ids)


def test_whoever_is_protected_halfway_is_spared(at):
    """A protect list that grows between two runs subtracts."""
    ids = at.ids_file(at.subscriptions(60))
    at.ids_file([ids[0]], "staff.csv", "id")
    protect = "protect: [{from: csv, path: staff.csv, column: id, by: subscription_id}]\n"
    at.plan_file(extra=protect)
    fingerprint = at.plan()["fingerprint"]
    at.apply(fingerprint, "--limit", "10")
    sent = set(at.deleted())
    later = [one for one in ids if one not in sent and one != ids[0]][:5]
    at.ids_file([ids[0], *later], "staff.csv", "id")

    done = at.apply(fingerprint)

    assert done.code == 0, done.err
    assert set(at.deleted()) == set(ids) - {ids[0], *later}
    assert at.report()["counts"]["skipped_by"]["protected"] == 5


def test_limit_stops_with_7_and_goes_on(at):
    """--limit is exit 7 and the same command goes on."""
    at.ids_file(at.subscriptions(50))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    first = at.apply(fingerprint, "--limit", "20")
    sent = len(at.deleted())
    second = at.apply(fingerprint)

    assert (first.code, sent, second.code, len(at.deleted())) == (7, 20, 0, 50)


def test_planning_again_continues_an_open_plan(at):
    """The same set goes on with its plan; another one supersedes it."""
    ids = at.subscriptions(41)
    at.ids_file(ids[:40])
    at.plan_file()
    first = at.plan()["fingerprint"]
    at.apply(first, "--limit", "10")

    same = at.plan()["fingerprint"]
    at.ids_file(ids)
    other = at.plan()["fingerprint"]
    stale = at.apply(first)
    done = at.apply(other)

    assert same == first != other
    assert stale.code == 5
    assert done.code == 0, done.err
    assert len(at.deleted()) == len(set(at.deleted())) == 41


def test_the_cap_holds_over_superseded_plans(at):
    """A plan edited halfway cannot delete twice its cap."""
    at.ids_file(at.subscriptions(30))
    limits = "{max_delete: 30, max_delete_percent: 90}"
    at.plan_file(limits=limits)
    at.apply(at.plan()["fingerprint"], "--limit", "20")
    at.ids_file(at.subscriptions(60)[30:])
    at.plan_file(limits=limits)

    refused = at.run("plan", "plan.yaml")

    assert refused.code == 3
    assert len(at.deleted()) == 20


def test_two_runs_of_one_app_exclude_each_other(at):
    """The second exits 9 and names the first; status says which plan runs, and who holds it."""
    at.ids_file(at.subscriptions(200))
    at.plan_file("other.yaml", name="other")
    at.run("plan", "other.yaml")
    at.plan_file(pace="{delay: 100ms}")
    fingerprint = at.plan()["fingerprint"]
    process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(3, process)

    second = at.apply(fingerprint)
    planning = at.run("plan", "plan.yaml")
    running, other = json.loads(at.run("status", "--json").out)["plans"]
    status = at.run("status").out
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert (second.code, planning.code) == (9, 9)
    assert str(process.pid) in second.err
    assert str(process.pid) in running["running"]
    assert (other["running"], other["held_by"]) == (None, running["running"])
    assert [line for line in status.splitlines() if str(process.pid) in line] == [
        f"  running now: {running['running']}",
        f"  held by {running['running']}",
    ]


def test_the_stop_and_pause_files_lie_beside_the_journal(at):
    """A stop file is exit 11 with nothing sent."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.journal.with_name("journal.db.stop").touch()

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (11, [])


def test_json_of_a_run_that_was_stopped_ends_in_why(at):
    """The last line holds the finding beside counts and exit: a program needs no stderr."""
    at.ids_file(at.subscriptions(5))
    at.plan_file()

    done = at.apply(at.plan()["fingerprint"], "--limit", "2", "--json")
    summary = json.loads(done.out.splitlines()[-1])

    assert (summary["type"], summary["exit"], summary["why"]) == ("summary", 7, "limit")
    assert summary["finding"]["code"] == "PP508"
    assert (summary["counts"]["accepted"], summary["counts"]["pending"]) == (2, 3)


def test_the_time_box_is_exit_7(at):
    """max_run_time ends a run, and the next goes on."""
    at.ids_file(at.subscriptions(60))
    at.plan_file(pace="{delay: 50ms, max_run_time: 1s}")
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    assert done.code == 7
    assert 0 < len(at.deleted()) < 60


def test_a_storm_fails_nobody_who_can_be_helped(tmp_path):
    """429s, 503s, resets: everyone is accepted or already gone in the end."""
    with desk(
        tmp_path, "--subscriptions", "400", "--no-limits", "--fault", "429=0.01",
        "--fault", "503=0.03", "--fault", "reset=0.03", "--delete-lag", "5s",
    ) as at:  # fmt: skip
        ids = at.ids_file(at.subscriptions(150))
        at.plan_file(extra="retry: {backoff: 1s}\nbreaker: {max_absent_percent: 90}\n")
        fingerprint = at.plan()["fingerprint"]

        done = at.apply(fingerprint)

        assert done.code == 0, done.err
        assert set(at.deleted()) == set(ids)
        assert set(ids).isdisjoint(row["id"] for row in at.box.audience()) or at.settled()


def test_retry_takes_failed_ids_again(tmp_path):
    """Ids that failed are exit 4 each time, until retry has sent them again."""
    with desk(tmp_path, "--subscriptions", "300", "--no-limits", "--fault", "html404=0.1") as at:
        ids = at.ids_file(at.subscriptions(100))
        at.plan_file(extra="breaker: {max_failure_percent: 60}\n")
        fingerprint = at.plan()["fingerprint"]
        first = at.apply(fingerprint)
        again = at.apply(fingerprint)
        at.box.control("POST", "faults", {})

        retried = at.run("retry", "plan.yaml", *at.consent(fingerprint))

        assert (first.code, again.code) == (4, 4), first.err
        assert "purgeplan retry plan.yaml" in first.err
        assert retried.code == 0, retried.err
        assert {e["id"] for e in at.box.deletes() if e["status"] == 202} == set(ids)


def test_status_tells_of_a_killed_run_and_of_every_state(at):
    """Who was killed is not who killed; the sum says what is unknown, and what failed."""
    at.ids_file(at.subscriptions(60))
    at.plan_file(pace="{delay: 50ms}")
    process = at.start("apply", "plan.yaml", *at.consent(at.plan()["fingerprint"]))
    at.until_deleted(3, process)
    process.kill()
    process.communicate(timeout=30)

    done = at.run("status")

    _, total, last, _ = done.out.splitlines()
    assert re.fullmatch(r"  60 planned = \d+ accepted( \+ \d+ unknown)? \+ \d+ pending", total)
    assert re.fullmatch(rf"  last run 1, by \S+ pid {process.pid}: no end was recorded, .*", last)
