"""Plan, apply, cancel, against the sandbox over a socket; the first plan is a process."""

import json


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


def test_detailed_exitcode_tells_whether_there_is_something(at):
    """10 where there is something to delete, 0 where there is not."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()

    something = at.run("plan", "plan.yaml", "--detailed-exitcode")
    at.apply(at.plan()["fingerprint"])
    nothing = at.run("plan", "plan.yaml", "--detailed-exitcode")

    assert (something.code, nothing.code) == (10, 0), nothing.err
