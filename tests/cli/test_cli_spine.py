"""Plan, apply, a report, against the sandbox over a socket; the first plan is a process."""

import json

from support.desk import desk

from purgeplan.cli.clock import SystemClock


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
    assert "PP131" in [one["code"] for one in younger["warnings"]]
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


def test_ids_out_leaves_out_who_has_gone_already(at, tmp_path):
    """Planned again halfway, it lists those who are still to go, as the count beside it says."""
    ids = at.ids_file(at.subscriptions(6))
    at.plan_file()
    at.apply(at.plan()["fingerprint"], "--limit", "2")
    out = tmp_path / "who.txt"

    again = at.plan("plan.yaml", "--ids-out", out)

    assert again["counts"]["to_delete"] == 4
    assert sorted(out.read_text().split()) == sorted(set(ids) - set(at.deleted()))


def test_a_plan_is_compared_with_the_last_one_that_deleted(at):
    """One that had nobody left to delete in between hides nothing."""
    ids = at.subscriptions(5)
    at.ids_file(ids[:4])
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    again = at.plan()
    at.ids_file(ids)

    previous = at.plan()["previous"]

    assert again["counts"]["to_delete"] == 0
    assert (previous["deleted"], previous["added"], previous["removed"]) == (4, 1, 0)


def test_detailed_exitcode_tells_whether_there_is_something(at):
    """10 where there is something to delete, 0 where there is not."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()

    something = at.run("plan", "plan.yaml", "--detailed-exitcode")
    at.apply(at.plan()["fingerprint"])
    nothing = at.run("plan", "plan.yaml", "--detailed-exitcode")

    assert (something.code, nothing.code) == (10, 0), nothing.err


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
    key.write_text("00ff")
    short = at.run("forget", "plan.yaml", "--key-file", key)
    nowhere = at.run("forget", "plan.yaml", "--key-file", tmp_path / "missing" / "seal.key")

    assert (done.code, short.code, nowhere.code) == (2, 2, 2)
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
