"""A plan that was done and is planned again: what ran is still to be found."""

import html
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.console import Console
from purgeplan.cli.opening import open_plan
from purgeplan.cli.plan import make_plan
from purgeplan.model.ports import AppFacts


def test_a_report_of_a_plan_without_a_run_leads_to_the_one_that_ran(at):
    """Planned again once done, nothing is left of it: the people are in the report before."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    at.plan()

    report = at.run("report", "plan.yaml")
    before = at.run("report", "1")
    markdown = at.run("report", "plan.yaml", "--markdown")

    named = f"purgeplan report 1 --journal {at.journal}"
    assert f"  runs       none of this plan; the one before it: {named}\n" in report.out
    assert named in html.unescape(markdown.out)
    assert json.loads(at.run("report", "plan.yaml", "--json").out)["run_before"] == 1
    assert before.out.endswith("Sum: 3 planned = 3 accepted\n")
    assert "none of this plan" not in before.out


@dataclass
class Slow(SystemClock):
    """A clock that is some hours behind."""

    def now(self):
        """Give the time that it was."""
        return super().now() - timedelta(hours=3)


def test_apply_estimates_from_now_on(at):
    """Hours after planning a run ends later than it would have: what is confirmed says when."""
    at.ids_file(at.subscriptions(3))
    shop = open_plan(at.plan_file(), at.journal, Slow()).shop
    with closing(shop.journal()) as journal:
        app = AppFacts(at.box.name, 500)
        make_plan(Console(StringIO(), StringIO()), shop, journal, app, None)
    begun = SystemClock().now()

    shown = at.run("apply", "plan.yaml").err

    times = {f"{one:%Y-%m-%d %H:%M}Z" for one in (begun, SystemClock().now())}
    assert shown.split("if started ")[1].split("\n")[0] in times


def test_a_night_on_which_nobody_is_to_be_erased_is_done(at):
    """Plan and apply end with 0, in a new journal too; the plan of the night before is no other."""
    users = {"target": "{resource: user, by: external_id}", "extra": "purpose: erasure\n"}
    names = {row["external_user_id"] for row in at.box.audience()} - {""}
    at.ids_file(sorted(names)[:2], column="external_id")
    at.plan_file(**users)
    first = at.apply(at.plan()["fingerprint"])
    at.ids_file([], column="external_id")
    plan = at.plan()

    applied = at.apply(plan["fingerprint"])
    retried = at.run("retry", "plan.yaml", *at.consent(plan["fingerprint"]))
    anew = at.apply(plan["fingerprint"], PURGEPLAN_JOURNAL=str(at.folder / "new.db"))

    assert (first.code, applied.code, retried.code, anew.code) == (0, 0, 0, 0)
    assert applied.out == anew.out == "Done: 0 planned = 0 accepted\n"
    assert len(at.deleted()) == 2


def test_a_list_that_everybody_left_replaces_the_open_plan(at):
    """Nobody of the set that was planned before is sent any more."""
    at.ids_file(at.subscriptions(3))
    at.plan_file(extra="protect: [{from: csv, path: staff.csv, by: subscription_id}]\n")
    at.ids_file(at.subscriptions(1), "staff.csv")
    before = at.plan()
    at.ids_file(at.subscriptions(3), "staff.csv")
    plan = at.plan()

    stale, done = at.apply(before["fingerprint"]), at.apply(plan["fingerprint"])

    assert (stale.code, done.code, at.deleted()) == (5, 0, [])


def test_a_plan_of_nobody_in_between_sends_nobody_a_second_time(at):
    """Whom the open plan has deleted may be back; the list that follows knows nothing of it."""
    names = sorted({row["external_user_id"] for row in at.box.audience()} - {""})[:6]
    at.ids_file(names[:5], column="external_id")
    at.ids_file(["nobody"], "staff.csv", column="external_id")
    at.plan_file(
        target="{resource: user, by: external_id}",
        extra="protect: [{from: csv, path: staff.csv, by: external_id}]\n",
    )
    at.apply(at.plan()["fingerprint"], "--limit", "2")
    at.ids_file(names, "staff.csv", column="external_id")
    at.plan()
    at.ids_file(["nobody"], "staff.csv", column="external_id")
    at.ids_file(names, column="external_id")

    again = at.plan()
    done = at.apply(again["fingerprint"])

    assert (done.code, again["counts"]["deleted_before"]) == (0, 2)
    assert sorted(at.deleted()) == names


def test_whom_another_plan_has_deleted_meanwhile_is_not_sent_again(at):
    """Two plans are open and have people in common: whichever comes second leaves them out."""
    ids = at.subscriptions(5)
    at.plan_file("first.yaml", name="first", source="{from: csv, path: first.csv}")
    at.ids_file(ids[:3], "first.csv")
    at.plan_file("second.yaml", name="second", source="{from: csv, path: second.csv}")
    at.ids_file(ids[1:], "second.csv")
    first, second = at.plan("first.yaml"), at.plan("second.yaml")
    at.apply(first["fingerprint"], file="first.yaml")

    done = at.apply(second["fingerprint"], file="second.yaml")

    assert done.code == 0, done.err
    assert sorted(at.deleted()) == sorted(ids)
    assert at.report("second.yaml")["counts"]["skipped"] == 2


def test_a_plan_of_nobody_in_between_frees_nothing_of_max_delete(at):
    """Whom the open plan has deleted counts for the one that follows, as it did without it."""
    ids = at.subscriptions(11)
    at.ids_file(ids[:5])
    at.plan_file(
        limits="{max_delete: 5, max_delete_percent: 90}",
        extra="protect: [{from: csv, path: staff.csv, by: subscription_id}]\n",
    )
    at.ids_file(ids[10:], "staff.csv")
    at.apply(at.plan()["fingerprint"], "--limit", "2")
    at.ids_file(ids, "staff.csv")
    at.plan()
    at.ids_file(ids[10:], "staff.csv")
    at.ids_file(ids[5:10])

    refused = at.run("plan", "plan.yaml", "--json")
    document = json.loads(refused.out)

    assert (refused.code, document["counts"]["claimed_before"]) == (3, 2)
    assert [one["code"] for one in document["violations"]] == ["PP103"]
