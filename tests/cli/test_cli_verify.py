"""Verify as its users meet it: real processes, a real journal, a sandbox that carries out late."""

import json
import signal
import stat
from contextlib import closing

import pytest
from support.desk import desk
from support.gateway import gateway

from purgeplan.journal import open_reader

QUICK = ("--subscriptions", "500", "--no-limits", "--delete-lag", "20ms")
NEVER = ("--subscriptions", "500", "--no-limits", "--delete-lag", "60m")
EXPORTING = ("--export-speed", "1000000")
LARGE = ("--subscriptions", "5000", *QUICK[2:], *EXPORTING)
USERS = {"target": "{resource: user, by: external_id}"}


@pytest.fixture(params=[QUICK], ids=["quick"])
def at(request, tmp_path):
    """Give a desk; a test may say how its sandbox is started."""
    with desk(tmp_path, *request.param) as found:
        yield found


def applied(at, ids, column="player_id", **settings):
    """Apply a plan for these ids."""
    at.ids_file(ids, column=column)
    at.plan_file(**settings)
    done = at.apply(at.plan()["fingerprint"])
    assert done.code == 0, done.err


def users(at, count):
    """Give so many external ids of the app."""
    known = dict.fromkeys(row["external_user_id"] for row in at.box.audience())
    return [one for one in known if one][:count]


def verified(at, code):
    """Verify, and give what --json says."""
    done = at.run("verify", "plan.yaml", "--json")
    assert done.code == code, done.err
    return json.loads(done.out)


def counted(said):
    """Give the counts alone, in the order of the table."""
    return tuple(said[name] for name in ("gone", "returned", "still_there", "not_told"))


def asked(at):
    """Give how many exports were asked for."""
    return sum("csv_export" in one["path"] for one in at.box.ledger() if one["method"] == "POST")


def remembered(at):
    """Tell whether the journal knows by now what export was asked for."""
    with closing(open_reader(at.journal)) as journal:
        return any(journal.events(kind="export.asked"))


def test_says_that_all_are_gone(at):
    """Few ids are looked at one by one; a second call looks at nobody again."""
    applied(at, at.subscriptions(3))
    at.settled()

    done = at.run("verify", "plan.yaml")
    before = len(at.box.ledger())
    again = verified(at, 0)

    assert done.code == 0, done.err
    assert [line.split()[:2] for line in done.out.splitlines()[:3]] == [
        ["3", "accepted"],
        ["3", "gone"],
        ["0", "returned,"],
    ]
    assert (again["accepted"], counted(again)) == (3, (3, 0, 0, 0))
    assert len(at.box.ledger()) - before <= 1
    assert asked(at) == 0


def test_tells_who_returned_from_who_is_gone(at):
    """Somebody new under an old external_id is nobody to be deleted again."""
    back, away = users(at, 2)
    applied(at, [back, away], "external_id", **USERS)
    at.settled()
    at.box.control("POST", "return", {"external_id": back})

    said = verified(at, 0)

    assert counted(said) == (1, 1, 0, 0)
    assert "returned" in at.run("report", "plan.yaml", "--csv").out


@pytest.mark.parametrize("at", [NEVER], indirect=True, ids=["never"])
def test_names_retry_for_who_is_still_there(at):
    """Accepted is not gone: the exit code says so, and retry takes those alone."""
    applied(at, at.subscriptions(2))

    done = at.run("verify", "plan.yaml")
    said = verified(at, 4)
    again = at.run("retry", "plan.yaml", *at.consent(said["fingerprint"]))

    assert done.code == 4
    assert "purgeplan retry plan.yaml" in done.err
    assert counted(said) == (0, 0, 2, 0)
    assert len(at.deleted()) == 4, again.err


@pytest.mark.parametrize("at", [(*QUICK, *EXPORTING)], indirect=True, ids=["exporting"])
def test_looks_many_up_in_one_export(at):
    """Over a hundred ids take one export, which is not kept."""
    applied(at, at.subscriptions(150))
    at.settled()

    said = verified(at, 0)

    folder = at.folder / "journal.db.exports"
    assert counted(said) == (150, 0, 0, 0)
    assert asked(at) == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("at", [LARGE], indirect=True, ids=["large"])
def test_finds_returned_users_in_an_export(at):
    """The export's onesignal_id tells somebody new from somebody left."""
    names = users(at, 120)
    applied(at, names, "external_id", **USERS)
    at.settled()
    for name in names[:3]:
        at.box.control("POST", "return", {"external_id": name})

    assert counted(verified(at, 0)) == (117, 3, 0, 0)


@pytest.mark.parametrize("at", [(*NEVER, *EXPORTING)], indirect=True, ids=["never"])
def test_believes_no_export_that_it_has_judged_by(at):
    """Who was still there is looked for in an export of now, not in the one before."""
    applied(at, at.subscriptions(110))

    first, second = verified(at, 4), verified(at, 4)

    assert counted(first) == counted(second) == (0, 0, 110, 0)
    assert asked(at) == 2


@pytest.mark.parametrize("at", [(*QUICK, "--export-speed", "100")], indirect=True, ids=["slow"])
def test_goes_on_with_the_export_of_a_killed_one(at):
    """Killed while it waits, it neither loses the account's one export nor asks for another."""
    applied(at, at.subscriptions(110))
    at.settled()
    killed = at.start("verify", "plan.yaml")
    while not (at.journal.with_name("journal.db.exports").exists() and remembered(at)):
        assert killed.poll() is None, killed.communicate()
        signal.sigtimedwait((), 0.02)
    killed.kill()
    killed.communicate()

    assert counted(verified(at, 0)) == (110, 0, 0, 0)
    assert asked(at) == 1


def test_wants_ids_that_are_not_sealed(at):
    """Whose ids are forgotten can't be looked for."""
    applied(at, at.subscriptions(1))
    forgotten = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key")
    assert forgotten.code == 0, forgotten.err

    done = at.run("verify", "plan.yaml")

    assert done.code == 2
    assert "PP515" in done.err


def test_wants_a_plan_that_is_in_the_journal(at):
    """What was never planned can't be verified, and nothing is asked of the app."""
    at.ids_file(at.subscriptions(1))
    at.plan_file(name="other")
    at.plan()
    at.plan_file()

    done = at.run("verify", "plan.yaml")

    assert done.code == 2
    assert "PP515" in done.err


def test_wants_a_plan_that_is_as_it_was_applied(at):
    """Under other settings the frozen set is not this plan's, and nobody is asked about it."""
    applied(at, at.subscriptions(2))
    before = len(at.box.ledger())
    at.plan_file(limits="{max_delete: 999, max_delete_percent: 90}")

    done = at.run("verify", "plan.yaml")

    assert (done.code, len(at.box.ledger())) == (5, before), done.err
    assert "PP301" in done.err


def test_who_is_not_told_of_is_not_done(at):
    """Where the API may not say whether an id is there, it is not known to be gone: exit 4."""
    with gateway(at.box.url) as between:
        applied(at, at.subscriptions(2), url=between.url)
        at.settled()
        between.refused, between.status = "/identity", 400

        said = verified(at, 4)

    assert counted(said) == (0, 0, 0, 2)
