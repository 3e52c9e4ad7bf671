"""Plan, apply, interruption, resumption, a report, against the sandbox over a socket.

Whatever is to be killed or signalled is a process of its own, and so is the first plan here.
"""

import json
import signal

import pytest
from support.desk import desk

from purgeplan.cli.clock import SystemClock

SLOW = "{rate: 150/s}"


@pytest.fixture
def at(tmp_path):
    """Give a desk with a sandbox."""
    with desk(tmp_path) as one:
        yield one


def test_the_seed_form_is_planned_and_applied_exactly(at):
    """A one-column CSV of player_id is deleted: those, none else, and the sum tells the truth."""
    ids = at.ids_file(at.subscriptions(120))
    at.plan_file()

    planned = at.run_process("plan", "plan.yaml", "--json")
    plan = json.loads(planned.out)
    done = at.run_process("apply", "plan.yaml", *at.consent(plan["fingerprint"]))

    assert (plan["counts"]["planned"], plan["counts"]["to_delete"]) == (120, 120)
    assert (planned.code, done.code) == (0, 0), planned.err + done.err
    assert "120 planned = 120 accepted" in done.out
    assert sorted(at.deleted()) == sorted(ids)
    assert at.settled()["subscriptions"] == 500 - 120


def test_planning_sends_no_delete(at):
    """Plan sends GETs at most."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()

    at.plan()

    assert {entry["method"] for entry in at.box.ledger()} <= {"GET"}


def test_a_finished_plan_has_nothing_to_do(at):
    """The same command after the end sends nothing and exits 0."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.apply(fingerprint)

    again = at.apply(fingerprint)

    assert again.code == 0
    assert "othing to do" in again.err
    assert len(at.deleted()) == 20


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


def test_a_wrong_key_exits_8_with_nothing_sent(at):
    """A key that OneSignal refuses stops before anything is sent."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, ONESIGNAL_API_KEY="os_v2_app_wrongwrongwrongwrong")

    assert done.code == 8
    assert at.deleted() == []


def test_a_missing_key_exits_8(at):
    """No key at all is exit 8 before anything else."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    assert at.apply(fingerprint, ONESIGNAL_API_KEY="").code == 8


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


def test_the_wrong_app_under_a_right_name_exits_3(at):
    """Another name than OneSignal's for this id is refused."""
    at.ids_file(at.subscriptions(20))
    at.plan_file(app_name="Acme Staging")

    done = at.run("plan", "plan.yaml")

    assert done.code == 3
    assert "Acme Prod" in done.out + done.err


@pytest.mark.parametrize(
    ("count", "limits"),
    [
        (500, "{max_delete: 1000, max_delete_percent: 100, keep_at_least: 0}"),
        (21, "{max_delete: 20, max_delete_percent: 90}"),
        (51, "{max_delete: 1000, max_delete_percent: 10}"),
        (1, "{max_delete: 0}"),
        (1, "{max_delete: 10, max_delete_percent: 0}"),
        (20, "{max_delete: 100, max_delete_percent: 90, keep_at_least: 481}"),
    ],
    ids=["everyone", "over_by_one", "percent_by_one", "zero", "zero_percent", "floor"],
)
def test_guards_refuse_before_anything_is_sent(at, count, limits):
    """Each limit refuses with exit 3, and apply cannot get past it."""
    at.ids_file(at.subscriptions(count))
    at.plan_file(limits=limits)

    planned = at.run("plan", "plan.yaml", "--json")
    fingerprint = json.loads(planned.out)["fingerprint"]
    applied = at.apply(fingerprint)

    assert planned.code == 3
    assert applied.code in (3, 5)
    assert at.deleted() == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [("{max_delete: 20, max_delete_percent: 90}", 0), ("{max_delete: 50}", 0)],
    ids=["count_exactly", "percent_exactly"],
)
def test_a_limit_that_is_met_exactly_admits(at, limits, code):
    """Exactly the limit is allowed."""
    at.ids_file(at.subscriptions(20 if "20" in limits else 50))
    at.plan_file(limits=limits)

    assert at.run("plan", "plan.yaml").code == code


def test_the_plan_for_everyone_of_one_is_refused(tmp_path):
    """One of one is everyone."""
    with desk(tmp_path, "--subscriptions", "1", "--no-limits") as at:
        at.ids_file(at.subscriptions(1))
        at.plan_file(limits="{max_delete: 1, max_delete_percent: 100, keep_at_least: 0}")

        assert at.run("plan", "plan.yaml").code == 3


def test_no_terminal_and_no_confirm_is_6_at_once(at):
    """A script that confirms nothing gets exit 6, never a hang."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    at.plan()

    done = at.run("apply", "plan.yaml")

    assert done.code == 6
    assert at.deleted() == []


def test_confirm_with_another_name_is_6(at):
    """The name must be the app's."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.run("apply", "plan.yaml", "--confirm", "Acme", "--fingerprint", fingerprint)

    assert (done.code, at.deleted()) == (6, [])


def test_confirm_without_fingerprint_is_6(at):
    """--confirm alone confirms nothing in particular."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    at.plan()

    done = at.run("apply", "plan.yaml", "--confirm", "Acme Prod")

    assert (done.code, at.deleted()) == (6, [])


def test_another_fingerprint_is_5(at):
    """A fingerprint flag can only add a condition."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    at.plan()

    done = at.apply("0" * 64)

    assert (done.code, at.deleted()) == (5, [])


def test_a_script_may_not_plan_and_apply_in_one_go(at):
    """Without a frozen set and with another fingerprint a script is refused."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()

    done = at.apply("0" * 64)

    assert (done.code, at.deleted()) == (5, [])


def test_a_changed_source_is_stale(at):
    """A list that changed after planning is exit 5."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.ids_file(at.subscriptions(21))

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (5, [])


def test_a_source_that_is_gone_is_not_needed(at):
    """The set is frozen: apply never reads the source again."""
    ids = at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    (at.folder / "ids.csv").unlink()

    done = at.apply(fingerprint)

    assert done.code == 0, done.err
    assert sorted(at.deleted()) == sorted(ids)


def test_a_changed_limit_is_stale_and_a_changed_pace_is_not(at):
    """Limits are in the fingerprint, pace and owner are not."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.plan_file(limits="{max_delete: 1001, max_delete_percent: 90}")
    stale = at.apply(fingerprint)
    at.plan_file(pace="{rate: 300/s}", extra="owner: ann@acme.example\n")

    done = at.apply(fingerprint)

    assert (stale.code, done.code) == (5, 0), done.err


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


def test_the_canary_is_looked_at_before_the_rest(at):
    """The first ids are settled and seen to be gone before any other is sent."""
    at.ids_file(at.subscriptions(40))
    at.plan_file(canary=2)
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    methods = [(e["method"], e["resource"]) for e in at.box.ledger()]
    deletes = [n for n, one in enumerate(methods) if one[0] == "DELETE"]
    between = methods[deletes[1] + 1 : deletes[2]]
    assert done.code == 0, done.err
    assert between
    assert all(method == "GET" for method, _ in between)


def test_a_list_of_strangers_stops_at_the_canary(at):
    """Ids that are not of this app: exit 11, then --after goes on after a person has looked."""
    strangers = [f"00000000-0000-4000-8000-{number:012}" for number in range(300)]
    at.ids_file(strangers)
    at.plan_file(canary=5)
    fingerprint = at.plan()["fingerprint"]

    first = at.apply(fingerprint)
    again = at.apply(fingerprint)
    run = at.run("status", "--json")
    number = json.loads(run.out)["plans"][0]["last_run"]["run"]
    looked = at.apply(fingerprint, "--after", str(number))

    assert (first.code, again.code) == (11, 11)
    assert f"--after {number}" in again.err
    assert looked.code == 11  # the breaker, by now
    assert len(at.deleted()) < 300


def test_users_by_external_id_are_deleted_with_their_subscriptions(at):
    """A user goes with all their subscriptions; the 202 names whom."""
    users = sorted({r["external_user_id"] for r in at.box.audience() if r["external_user_id"]})[:10]
    at.ids_file(users, column="external_id")
    at.plan_file(
        target="{resource: user, by: external_id}",
        limits="{max_delete: 10, max_delete_percent: 90}",
    )
    plan = at.plan()

    done = at.apply(plan["fingerprint"])

    state = at.settled()
    assert done.code == 0, done.err
    assert sorted(at.deleted()) == users
    assert state["deleted_users"] == 10
    rows = at.run("report", "plan.yaml", "--csv").out.splitlines()
    named = rows[0].split(",").index('"onesignal_id"' if '"' in rows[0] else "onesignal_id")
    assert all(len(row.split(",")[named].strip('"')) == 36 for row in rows[1:])


def test_players_go_through_the_legacy_endpoint(at):
    """The legacy endpoint and its Basic auth."""
    ids = at.ids_file(at.subscriptions(15))
    at.plan_file(target="{resource: player}")
    plan = at.plan()

    done = at.apply(plan["fingerprint"])

    assert done.code == 0, done.err
    assert {(e["resource"], e["status"]) for e in at.box.deletes()} == {("player", 200)}
    assert sorted(at.deleted()) == sorted(ids)


def test_whoever_came_back_is_safe_from_the_old_list_and_not_from_a_younger_one(at):
    """Deleted, returned, in the same list again: spared; in a younger list: deleted again."""
    user = next(r["external_user_id"] for r in at.box.audience() if r["external_user_id"])
    at.ids_file([user], column="external_id")
    settings = {
        "target": "{resource: user, by: external_id}",
        "limits": "{max_delete: 10, max_delete_percent: 90}",
    }
    at.plan_file(**settings)
    at.apply(at.plan()["fingerprint"])
    at.settled()
    at.box.control("POST", "return", {"external_id": user})

    same = at.plan()
    spared = at.apply(same["fingerprint"])
    once = len(at.deleted())
    at.plan_file(
        source=f'{{from: csv, path: ids.csv, as_of: "{SystemClock().now().isoformat()}"}}',
        **settings,
    )
    younger = at.plan()
    deleted = at.apply(younger["fingerprint"])

    assert (same["counts"]["to_delete"], same["counts"]["deleted_before"]) == (0, 1)
    assert (spared.code, once) == (0, 1)
    assert (younger["counts"]["to_delete"], deleted.code, len(at.deleted())) == (1, 0, 2)


def test_an_alias_in_doubt_is_safe_from_the_old_list_once_its_plan_is_cancelled(tmp_path):
    """Nothing looks whom it names by now, so the old list spares it; a younger one sends it."""
    with desk(tmp_path, "--latency", "500ms") as at:
        user = next(r["external_user_id"] for r in at.box.audience() if r["external_user_id"])
        at.ids_file([user], column="external_id")
        settings = {
            "target": "{resource: user, by: external_id}",
            "limits": "{max_delete: 10, max_delete_percent: 90}",
        }
        at.plan_file(**settings)
        killed = at.start("apply", "plan.yaml", *at.consent(at.plan()["fingerprint"]))
        at.until_deleted(1, killed)
        killed.kill()
        killed.communicate()
        resumed = at.plan()
        assert at.run("cancel", "plan.yaml").code == 0

        same = at.plan()
        as_of = SystemClock().now().isoformat()
        source = f'{{from: csv, path: ids.csv, as_of: "{as_of}"}}'
        at.plan_file(source=source, **settings)
        younger = at.plan()

    assert (resumed["continues"], resumed["counts"]["left"]) == (True, 1)
    assert (same["counts"]["to_delete"], same["counts"]["deleted_before"]) == (0, 1)
    assert "PP125" in [one["code"] for one in same["warnings"]]
    assert younger["counts"]["to_delete"] == 1


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


def test_cancel_closes_a_plan(at):
    """A cancelled plan is never applied: exit 5."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    cancelled = at.run("cancel", "plan.yaml", "--json")
    said = json.loads(cancelled.out)
    assert (said["fingerprint"], said["cancelled"]) == (fingerprint, 20)
    done = at.apply(fingerprint)

    assert (cancelled.code, done.code, at.deleted()) == (0, 5, [])


def test_a_saved_plan_is_applied_on_another_machine(at, tmp_path):
    """--out writes the plan, and apply takes it with another journal and without the source."""
    ids = at.ids_file(at.subscriptions(30))
    at.plan_file()
    saved = tmp_path / "saved.plan"
    plan = at.plan("plan.yaml", "--out", saved)
    (at.folder / "ids.csv").unlink()

    done = at.apply(
        plan["fingerprint"], file="saved.plan", PURGEPLAN_JOURNAL=str(tmp_path / "b.db")
    )

    assert done.code == 0, done.err
    assert saved.stat().st_mode & 0o777 == 0o600
    assert sorted(at.deleted()) == sorted(ids)


def test_ids_out_lists_exactly_who_would_go(at, tmp_path):
    """--ids-out is one id a line, 0600, and never overwrites."""
    ids = at.ids_file(at.subscriptions(30))
    at.plan_file()
    out = tmp_path / "who.txt"
    at.plan("plan.yaml", "--ids-out", out)

    again = at.run("plan", "plan.yaml", "--ids-out", out)

    assert sorted(out.read_text().split()) == sorted(ids)
    assert out.stat().st_mode & 0o777 == 0o600
    assert again.code == 2


def test_detailed_exitcode_tells_whether_there_is_something(at):
    """10 where there is something to delete, 0 where there is not."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()

    something = at.run("plan", "plan.yaml", "--detailed-exitcode")
    at.apply(at.plan()["fingerprint"])
    nothing = at.run("plan", "plan.yaml", "--detailed-exitcode")

    assert (something.code, nothing.code) == (10, 0), nothing.err


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
    """The second exits 9 and names the first."""
    at.ids_file(at.subscriptions(200))
    at.plan_file(pace="{delay: 100ms}")
    fingerprint = at.plan()["fingerprint"]
    process = at.start("apply", "plan.yaml", *at.consent(fingerprint))
    at.until_deleted(3, process)

    second = at.apply(fingerprint)
    planning = at.run("plan", "plan.yaml")
    status = json.loads(at.run("status", "--json").out)["plans"][0]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert (second.code, planning.code) == (9, 9)
    assert str(process.pid) in second.err
    assert str(process.pid) in status["running"]


def test_the_stop_and_pause_files_lie_beside_the_journal(at):
    """A stop file is exit 11 with nothing sent."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.journal.with_name("journal.db.stop").touch()

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (11, [])


def test_an_expired_plan_is_stale(at):
    """After expires_after nothing may begin."""
    at.ids_file(at.subscriptions(20))
    at.plan_file(extra="expires_after: 1ms\n")
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (5, [])


def test_not_before_is_exit_7(at):
    """A plan that must rest is not applied yet."""
    at.ids_file(at.subscriptions(20))
    at.plan_file(extra="not_before: 1h\n")
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (7, [])


def test_the_time_box_is_exit_7(at):
    """max_run_time ends a run, and the next goes on."""
    at.ids_file(at.subscriptions(60))
    at.plan_file(pace="{delay: 50ms, max_run_time: 1s}")
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    assert done.code == 7
    assert 0 < len(at.deleted()) < 60


def test_json_of_a_run_is_ndjson_and_ends_in_a_summary(at):
    """Apply --json streams one object a line, the last with counts and exit."""
    at.ids_file(at.subscriptions(30))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, "--json")

    again = at.apply(fingerprint, "--json")

    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [one["type"] for one in lines[:2]] == ["version", "run_started"]
    assert (lines[-1]["type"], lines[-1]["exit"]) == ("summary", 0)
    assert lines[-1]["counts"]["accepted"] == 30
    nothing = [json.loads(line) for line in again.out.splitlines()]
    assert [one["type"] for one in nothing] == ["version", "summary"]


def test_the_chain_is_checked_and_its_head_was_printed(at):
    """Report --check is sound, and the witness is the head that the run printed."""
    at.ids_file(at.subscriptions(30))
    at.plan_file()
    run = at.apply(at.plan()["fingerprint"])

    check = at.run("report", "plan.yaml", "--check")

    head = run.err.split("Chain head:")[1].split()[0]
    assert check.code == 0, check.err
    assert head in check.out


def test_the_check_of_the_chain_is_json_where_that_is_asked_for(at):
    """--json is heeded beside --check: one document, with the head."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    at.plan()

    check = at.run("report", "plan.yaml", "--check", "--json")

    told = json.loads(check.out)
    assert (check.code, told["type"], told["sound"]) == (0, "check", True)
    assert told["head"] in at.run("report", "plan.yaml", "--check").out


def test_forget_seals_a_finished_plan(at, tmp_path):
    """After forget no id is in the journal, and the key is in a file of its own."""
    ids = at.ids_file(at.subscriptions(20))
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    saved = at.folder / "journal.db.errored-1.jsonl"
    saved.write_text(ids[0])

    done = at.run("forget", "plan.yaml", "--key-file", tmp_path / "seal.key")

    assert not saved.exists()
    raw = b"".join(p.read_bytes() for p in at.folder.glob("journal.db*"))
    assert done.code == 0, done.err
    assert not any(one.encode() in raw for one in ids)
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600


def test_forget_seals_nothing_without_a_key(at, tmp_path):
    """A key file that holds no key, or has no folder, is refused while every id is there."""
    ids = at.ids_file(at.subscriptions(5))
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    key = tmp_path / "seal.key"
    key.write_text("")

    done = at.run("forget", "plan.yaml", "--key-file", key)
    nowhere = at.run("forget", "plan.yaml", "--key-file", tmp_path / "missing" / "seal.key")

    assert (done.code, nowhere.code) == (2, 2)
    assert "does not hold 64 hex digits" in done.err
    assert "is no folder" in nowhere.err
    assert ids[0] in at.run("report", "plan.yaml", "--csv").out


def test_no_key_and_no_full_id_in_what_is_said(at):
    """Neither talk nor logs show the key or a full id, also with -v."""
    ids = at.ids_file(at.subscriptions(30))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, "-v", "--log-json", "run.log")

    said = done.err + done.out + (at.folder / "run.log").read_text()
    assert done.code == 0, done.err
    assert at.box.api_key not in said
    shown = [one for one in ids if one in done.out + (at.folder / "run.log").read_text()]
    assert shown == []
