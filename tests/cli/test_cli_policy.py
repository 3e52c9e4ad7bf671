"""A repository's policy as it acts on plan and apply: what it refuses, stops and lets pass."""

from contextlib import closing

import pytest
from support.desk import desk

from purgeplan.journal import open_reader

POLICY = """\
version: 1
apps:
  - name: Acme Prod
    id: {app_id}
    base_url: "{url}"
{more}
"""


@pytest.fixture
def at(tmp_path):
    """Give a desk in a repository of its own."""
    (tmp_path / ".git").mkdir()
    with desk(tmp_path) as one:
        yield one


def policy(at, app="", rest=""):
    """Write the policy, with more settings for the app and for all."""
    text = POLICY.format(app_id=at.box.app_id, url=at.box.url, more=app) + rest
    (at.folder / "purgeplan.yaml").write_text(text, "utf-8")


def test_a_sentinel_that_the_app_does_not_hold_is_exit_3(at):
    """The wrong app is found out before the first DELETE, also under the right name."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    policy(at, "    sentinel: 00000000-0000-4000-8000-000000000001")
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (3, [])
    assert "PP513" in done.err


def test_a_sentinel_that_is_there_lets_the_plan_through(at):
    """The id that must exist exists."""
    ids = at.subscriptions(21)
    at.ids_file(ids[:20])
    at.plan_file()
    policy(at, f"    sentinel: {ids[20]}")

    done = at.apply(at.plan()["fingerprint"])

    assert done.code == 0, done.err
    assert len(at.deleted()) == 20


def test_the_rolling_budget_stops_a_run_with_7(at):
    """Many small plans must not add up: a run stops at the budget, resumable."""
    at.ids_file(at.subscriptions(40))
    at.plan_file()
    policy(at, rest="budget: {max_delete: 25, per: 24h}\n")

    first = at.apply(at.plan()["fingerprint"])
    again = at.apply(at.plan()["fingerprint"])

    assert (first.code, again.code, len(at.deleted())) == (7, 7, 25), first.err


@pytest.mark.parametrize(
    "rest",
    ["max_delete: 10\n", "max_delete_percent: 5\n", "require: {ticket: true}\n"],
    ids=["max_delete", "percent", "ticket"],
)
def test_a_plan_that_loosens_the_policy_is_refused(at, rest):
    """A plan may tighten the policy and never loosen it."""
    at.ids_file(at.subscriptions(40))
    at.plan_file()
    policy(at, rest=rest)

    done = at.run("plan", "plan.yaml")

    assert done.code in (2, 3)
    assert "purgeplan.yaml" in done.out + done.err


def test_an_app_that_the_policy_does_not_list_is_refused(at):
    """Only listed apps may be named."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    policy(at)
    text = (at.folder / "purgeplan.yaml").read_text("utf-8")
    other = text.replace(at.box.app_id, "11111111-2222-4333-8444-555555555555")
    (at.folder / "purgeplan.yaml").write_text(other, "utf-8")

    assert at.run("plan", "plan.yaml").code in (2, 3)


def test_a_protect_list_of_the_policy_holds_for_every_plan(at):
    """What the policy protects no plan can lose."""
    ids = at.ids_file(at.subscriptions(20))
    at.ids_file(ids[:3], "staff.csv", "id")
    at.plan_file()
    policy(at, rest="protect: [{from: csv, path: staff.csv, column: id, by: subscription_id}]\n")

    plan = at.plan()
    done = at.apply(plan["fingerprint"])

    assert plan["counts"]["protected"] == 3
    assert done.code == 0, done.err
    assert set(at.deleted()) == set(ids[3:])


def test_a_standing_approval_lets_a_named_plan_run_within_its_cap(at):
    """--standing takes the place of the fingerprint and not of the name, up to the cap.

    What a script says of it is a log, which no id may enter.
    """
    ids = at.ids_file(at.subscriptions(20))
    at.plan_file()
    policy(at, rest="standing: [{plan: inactive, max_delete: 19}]\n")
    at.plan()
    refused = at.run("apply", "plan.yaml", "--confirm", "Acme Prod", "--standing")
    policy(at, rest="standing: [{plan: inactive, max_delete: 20}]\n")
    nameless = at.run("apply", "plan.yaml", "--standing")

    done = at.run("apply", "plan.yaml", "--confirm", "Acme Prod", "--standing")

    assert (refused.code, nameless.code, done.code) == (6, 6, 0), done.err
    assert len(at.deleted()) == 20
    assert not [one for one in ids if one in done.err]
    with closing(open_reader(at.journal)) as journal:
        (confirmed,) = journal.events(kind="confirmed")
    assert confirmed.data == {"how": "standing", "count": 20}


def test_outside_the_window_is_exit_7_naming_the_next_opening(at):
    """A closed window stops before anything is sent."""
    at.ids_file(at.subscriptions(20))
    closed = "{rate: 400/s, window: {days: [%s], from: '03:00', to: '03:01', tz: UTC}}"
    at.plan_file(pace=closed % "mon, tue, wed, thu, fri, sat, sun")

    done = at.apply(at.plan()["fingerprint"])

    assert (done.code, at.deleted()) == (7, [])
    assert "03:00Z" in done.err


def test_a_pinned_journal_is_the_only_one(at):
    """Another would know of no earlier deletion, and of no budget that is used up."""
    at.ids_file(at.subscriptions(4))
    at.plan_file()
    policy(at, app="    journal: state/acme.db\n")
    pinned = at.folder / "state" / "acme.db"

    other = at.run("plan", "plan.yaml")
    said = at.run("plan", "plan.yaml", "--journal", str(at.folder / "other.db"))
    same = at.run("plan", "plan.yaml", PURGEPLAN_JOURNAL=str(pinned))

    assert [one.code for one in (other, said, same)] == [2, 2, 0], same.err
    assert all("PP097" in one.err for one in (other, said))
    assert pinned.is_file()
    assert not (at.folder / "other.db").exists()


def test_a_policy_that_is_taken_away_is_missed(at):
    """What it asks for would no longer hold, without a word."""
    at.ids_file(at.subscriptions(4))
    at.plan_file()
    policy(at, rest="max_delete: 1000\n")
    fingerprint = at.plan()["fingerprint"]
    (at.folder / "purgeplan.yaml").unlink()

    done = at.apply(fingerprint)

    assert done.code == 5
    assert "PP307" in done.err
    assert at.deleted() == []


@pytest.mark.parametrize("command", ["plan", "apply", "retry", "verify", "report", "status"])
def test_a_saved_plan_is_opened_beside_its_policy_alone(at, tmp_path_factory, command):
    """Carried to where no policy is, it would be read, and planned anew, under none."""
    at.ids_file(at.subscriptions(4))
    at.plan_file()
    policy(at, rest="max_delete: 1000\n")
    fingerprint = at.plan("plan.yaml", "--out", "saved.plan")["fingerprint"]
    consent = at.consent(fingerprint) if command in ("apply", "retry") else ()
    journal, elsewhere = str(at.journal), tmp_path_factory.mktemp("elsewhere")
    at.folder = (at.folder / "saved.plan").rename(elsewhere / "saved.plan").parent

    done = at.run(command, "saved.plan", *consent, PURGEPLAN_JOURNAL=journal)

    assert (done.code, "PP096" in done.err) == (2, True), done.err
    assert at.deleted() == []


def test_a_refusal_says_where_each_limit_is_written(at):
    """The policy's ceilings by their lines; a default where its mapping is, from where one is."""
    at.ids_file(at.subscriptions(60))
    (at.folder / "plans").mkdir()
    (at.folder / "ids.csv").rename(at.folder / "plans" / "ids.csv")
    at.plan_file("plans/plan.yaml", limits="{max_delete: 10}")
    policy(at, rest="max_delete: 9\nmax_delete_percent: 0\n")

    done = at.run("plan", "plans/plan.yaml")

    assert done.code == 3
    assert "over the policy's 9 (purgeplan.yaml:7:13) (plans/plan.yaml:7:22)" in done.out
    assert "over max_delete 10; ceiling 9 in purgeplan.yaml:7:13 (plans/plan.yaml:7:22)" in done.out
    assert "ceiling 0 in purgeplan.yaml:8:21 (plans/plan.yaml:7:9)" in done.out


def test_a_policy_that_was_tightened_after_planning_holds(at):
    """Its rule is named, exit 3, and nothing is sent: planning again would end there too."""
    at.ids_file(at.subscriptions(20))
    at.plan_file()
    policy(at)
    fingerprint = at.plan()["fingerprint"]
    policy(at, rest="max_delete: 10\nrequire: {ticket: true}\n")

    done = at.apply(fingerprint)

    assert (done.code, at.deleted()) == (3, [])
    assert [code in done.err for code in ("PP103", "PP108", "PP110")] == [True] * 3
