"""What `apply` refuses before anything is sent, and with which exit code."""

import json

import pytest
from support.desk import desk


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
    detailed = at.run("plan", "plan.yaml", "--json", "--detailed-exitcode")
    fingerprint = json.loads(planned.out)["fingerprint"]
    applied = at.apply(fingerprint)

    assert (planned.code, detailed.code) == (3, 3)
    assert applied.code in (3, 5)
    assert at.deleted() == []


def test_a_plan_that_is_refused_takes_no_other_s_place(at):
    """Nothing of it is written: the open plan of that name may be applied as before."""
    chosen = at.ids_file(at.subscriptions(5))
    at.plan_file(limits="{max_delete: 10}")
    fingerprint = at.plan()["fingerprint"]

    at.ids_file(at.subscriptions(11))
    assert at.run("plan", "plan.yaml").code == 3
    at.ids_file(chosen)

    assert at.apply(fingerprint).code == 0
    assert sorted(at.deleted()) == sorted(chosen)


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


def test_a_plan_that_rests_longer_than_it_holds_is_planned_again(at):
    """The plan says so; planned again it expires later, and its rest does not begin anew."""
    at.ids_file(at.subscriptions(20))
    at.plan_file(extra="not_before: 2h\nexpires_after: 1h\n")

    said = at.run("plan", "plan.yaml").out
    first, second = at.plan(), at.plan()

    assert f"so plan again from {first['not_before'][:16].replace('T', ' ')}Z on" in said
    assert second["continues"]
    assert second["not_before"] == first["not_before"]
    assert second["expires_at"] > first["expires_at"]
