"""Plans on a real sandbox's audience: what is selected, frozen, refused, and remembered."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from support.cli import run
from support.desk import desk


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Give a desk whose sandbox nobody deletes from."""
    options = ("--subscriptions", "640", "--seed", "2026", "--no-limits")
    folder = tmp_path_factory.mktemp("audience")
    with desk(folder, *options, "--export-speed", "1000000") as made:
        yield made


def planned(one, source, target="{resource: subscription}", extra="", **settings):
    """Plan, and give the document and the ids that would be sent."""
    ids = one.folder / "ids.txt"
    ids.unlink(missing_ok=True)
    one.plan_file(source=source, target=target, extra=extra, **settings)
    document = one.plan("plan.yaml", "--ids-out", ids)
    return document, set(ids.read_text("utf-8").split()) if ids.exists() else set()


def age(document, row):
    """Give how long a row was silent when the export was asked for."""
    asked_at = datetime.fromisoformat(document["sources"][0]["as_of"])
    return asked_at - datetime.fromisoformat(row["last_active"] + "+00:00")


def test_a_plan_selects_what_the_sandbox_holds(shared):
    """The frozen set is that of a plain loop over the sandbox's own audience."""
    document, ids = planned(shared, "{from: export, inactive_for: 200d}", name="silent")
    rows = shared.box.audience()
    silent = [row for row in rows if age(document, row) >= timedelta(days=200)]
    mail = [row for row in silent if row["device_type"] in ("11", "14")]
    opted_out = {row["id"] for row in mail if row["invalid_identifier"] == "t"}

    assert ids == {row["id"] for row in silent} - opted_out
    assert document["counts"]["kept_opt_outs"] == len(opted_out) > 0
    assert document["population"]["subscriptions"] == 640
    assert document["population"]["users"] == len({row["onesignal_id"] for row in rows})
    assert document["not_checked"] == []


def test_users_go_with_every_subscription(shared):
    """Percent and floor are about users; the cascade says how many subscriptions go."""
    source = "{from: export, where: 'inactive_days >= 150'}"
    target = "{resource: user, by: external_id}"
    document, ids = planned(shared, source, target, name="users")
    rows = shared.box.audience()

    def goes(name):
        own = [row for row in rows if row["external_user_id"] == name]
        mail = [row for row in own if row["device_type"] in ("11", "14")]
        kept = any(row["invalid_identifier"] == "t" for row in mail)
        return not kept and all(age(document, row) // timedelta(days=1) >= 150 for row in own)

    wanted = {name for name in {row["external_user_id"] for row in rows} - {""} if goes(name)}
    assert ids == {one for name in wanted for one in name.split()}
    assert document["subscriptions"] == sum(row["external_user_id"] in wanted for row in rows)
    assert document["population"]["held"] == document["population"]["users"]
    text = shared.run("plan", "plan.yaml").out
    assert f"{len(wanted)} users, {document['subscriptions']} subscriptions go with them" in text


def test_a_segment_is_what_onesignal_says(shared):
    """The built-in inactive ones: a week without a session, unsubscribed ones too."""
    source, extra = "{from: segment, name: Inactive Subscriptions}", "keep: {opt_outs: false}\n"
    limits = "{max_delete: 640, max_delete_percent: 99}"
    document, ids = planned(shared, source, extra=extra, limits=limits, name="segment")
    week = {row["id"] for row in shared.box.audience() if age(document, row) > timedelta(days=7)}

    assert ids == week
    assert document["population"]["origin"] == "app"


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("{from: segment, name: Inactiv Subscriptions}", 2, "did you mean 'Inactive Subscr"),
        ("{from: segment, name: Total Subscriptions}", 2, "is everyone"),
        ("{from: export}", 2, "an export without `inactive_for` or `where` is everyone"),
        ("{from: export, where: session_count >= 0}", 3, "covers every known subscription"),
    ],
)  # fmt: skip
def test_what_is_everyone_or_nothing_is_refused(shared, source, code, said):
    """No spelling of a source is `all`, and none gets past the guards."""
    shared.plan_file(source=source, extra="keep: {opt_outs: false}\n", name="refused")
    done = shared.run("plan", "plan.yaml")

    assert done.code == code
    assert said in done.out + done.err


def test_one_export_serves_several_plans(shared):
    """An export that is young enough is used again; the file is nobody else's to read."""
    first, _ = planned(shared, "{from: export, inactive_for: 300d}", name="first")
    asked = sum(one["resource"] == "csv_export" for one in shared.box.ledger())
    second, _ = planned(shared, "{from: export, inactive_for: 400d}", name="second")
    again = sum(one["resource"] == "csv_export" for one in shared.box.ledger())
    third, _ = planned(shared, "{from: export, inactive_for: 400d, max_age: 1ms}", name="third")

    assert asked == again
    assert [one["sources"][0]["sha256"] for one in (first, second)] == [
        first["sources"][0]["sha256"]
    ] * 2
    assert third["sources"][0]["as_of"] > second["sources"][0]["as_of"]
    files = [*shared.journal.with_name(shared.journal.name + ".exports").iterdir()]
    assert files
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_an_export_needs_the_key(shared, tmp_path):
    """A list can be planned without one, an export can't: 8, before anything is sent."""
    path = shared.plan_file("unkeyed.yaml", source="{from: export, inactive_for: 9d}", name="u")
    env = {**shared.variables(), "PURGEPLAN_JOURNAL": str(tmp_path / "other.db")}
    del env["ONESIGNAL_API_KEY"]

    assert run("plan", path, env=env, cwd=shared.folder).code == 8


def test_users_are_measured_against_users_when_applied(tmp_path):
    """What is left is held against the users that the export counted, not a lower bound."""
    options = ("--subscriptions", "90", "--no-limits", "--export-speed", "1000000")
    with desk(tmp_path, *options, "--delete-lag", "0ms") as one:
        source, target = "{from: export, inactive_for: 90d}", "{resource: user, by: external_id}"
        document, ids = planned(one, source, target)
        assert document["counts"]["to_delete"] > -(-90 // 20)
        done = one.apply(document["fingerprint"])

        assert done.code == 0, done.err
        rows = list(csv.DictReader(io.StringIO(one.box.audience_csv())))
        assert ids.isdisjoint(row["external_user_id"] for row in rows)
        sent = {entry["path"].rpartition("/")[2] for entry in one.box.deletes()}
        assert len(sent) == document["counts"]["to_delete"]
        assert sent.isdisjoint(row["onesignal_id"] for row in rows)
        assert all("/by/onesignal_id/" in entry["path"] for entry in one.box.deletes())
        report = json.loads(one.run("report", "plan.yaml", "--json").out)
        assert report["facts"]["subscriptions"] == document["subscriptions"]
        assert len(rows) == 90 - document["subscriptions"]
        folder = one.journal.with_name(one.journal.name + ".exports")
        assert [*folder.iterdir()]
        forgotten = one.run("forget", "plan.yaml", "--key-file", tmp_path / "seal.key")
        assert "export files beside the journal: 1." in forgotten.out
        assert not [*folder.iterdir()]
