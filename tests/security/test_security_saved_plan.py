"""A saved plan, or a journal, from somebody who wants others gone than were reviewed."""

import sqlite3
from contextlib import closing

import pytest
from support.desk import desk
from support.journal import T0, HandClock, behind_its_back, draft, planned

from purgeplan.errors import InvalidError, JournalError, StaleError
from purgeplan.journal import open_journal, open_reader, save_plan_file, saved_plan
from purgeplan.model.records import PlannedItem

TWO_PLANS = """
    INSERT INTO plans SELECT 2, lineage, state, planned_at, closed_at, sealed_at, total, 'other',
        app_id, app_name, fingerprint, resource, by_kind, path, text, expires_at, not_before,
        summary, evidence, files, protects FROM plans"""
OTHER = "9f000000-0000-4000-8000-000000000001"


@pytest.fixture
def at(tmp_path):
    """Give a desk with a sandbox."""
    with desk(tmp_path) as one:
        yield one


def saved_users(at):
    """Save a plan for ten users beside their onesignal_ids, and give its fingerprint."""
    rows = {r["external_user_id"]: r["onesignal_id"] for r in at.box.audience()}
    chosen = sorted(one for one in rows.items() if one[0])[:10]
    lines = ["external_id,onesignal_id", *(",".join(one) for one in chosen)]
    (at.folder / "ids.csv").write_text("\n".join(lines) + "\n")
    at.plan_file(target="{resource: user, by: external_id}")
    return at.plan("plan.yaml", "--out", "saved.plan")["fingerprint"]


def test_a_saved_plan_that_names_others_beside_the_ids_is_stale(at):
    """Whom a DELETE names is approved with the fingerprint: of another nothing is sent."""
    fingerprint = saved_users(at)
    behind_its_back(
        at.folder / "saved.plan", f"UPDATE items SET onesignal_id = '{OTHER}' WHERE position = 3"
    )

    done = at.apply(fingerprint, file="saved.plan", PURGEPLAN_JOURNAL=str(at.folder / "new.db"))

    assert done.code == 5, done.err
    assert "PP301" in done.err
    assert at.deleted() == []


def test_users_beside_their_onesignal_id_are_applied_and_resumed(at):
    """What the API notes beside an id does not make the plan stale for the next run."""
    fingerprint = saved_users(at)

    first = at.apply(fingerprint, "--limit", "4")
    second = at.apply(fingerprint)

    assert (first.code, second.code) == (7, 0), first.err + second.err
    assert len(set(at.deleted())) == 10


@pytest.fixture
def saved(tmp_path):
    """Give a saved plan of a user by external_id, and one beside a onesignal_id."""
    with closing(open_journal(tmp_path / "app.db", HandClock())) as journal:
        row = journal.save(draft(by="external_id"), planned("first", "second"), T0)
        save_plan_file(tmp_path / "saved.plan", journal, row.plan_id)
    return tmp_path / "saved.plan"


def adopted(saved):
    """Take the saved plan over into a journal of its own, as apply does."""
    with closing(open_reader(saved)) as reader:
        row = saved_plan(reader)
        with closing(open_journal(saved.with_name("ours.db"), HandClock())) as journal:
            return journal.adopt(reader, row.plan_id, T0)


def test_a_saved_plan_as_it_was_saved_is_taken_over(saved):
    """What follows refuses changes, and only these."""
    assert adopted(saved).total == 2


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER more AFTER INSERT ON plans BEGIN DELETE FROM items; END",
        "CREATE VIEW more AS SELECT * FROM items",
        "CREATE TABLE more (x)",
        "DROP TRIGGER items_kept",
        "DROP VIEW readable_items",
        "ALTER TABLE items ADD COLUMN more TEXT",
        "ALTER TABLE items RENAME TO hidden",
    ],
)
def test_a_file_with_other_tables_is_none_of_ours(saved, sql):
    """Views in the place of tables, triggers and columns of somebody's own are not looked into."""
    with closing(sqlite3.connect(saved, isolation_level=None)) as base:
        base.execute(sql)

    with pytest.raises(JournalError, match="its tables are not those of purgeplan"):
        open_reader(saved)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET at = 253402300800000",
        "UPDATE events SET at = -9223372036854775808",
        "UPDATE events SET data = replace(printf('%.*c', 100000, 'x'), 'x', '[')",
        "UPDATE events SET data = '5'",
    ],
)
def test_an_event_that_is_none_breaks_the_chain(saved, change):
    """Of a time that no calendar has, or of a document without end, it is not as it was written."""
    behind_its_back(saved, change)

    with pytest.raises(JournalError, match="link of its chain is wrong"):
        open_reader(saved)


def test_a_view_without_end_in_the_place_of_a_table_is_not_read(saved):
    """Reading it would never come to an end."""
    with closing(sqlite3.connect(saved, isolation_level=None)) as base:
        base.execute("PRAGMA legacy_alter_table = ON")
        base.execute("DROP VIEW readable_plans")
        base.execute("ALTER TABLE plans RENAME TO hidden")
        base.execute(
            "CREATE VIEW plans AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)"
            " SELECT x AS plan_id FROM n"
        )

    with pytest.raises(JournalError, match="its tables"):
        open_reader(saved)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET id = 'somebody' WHERE position = 1",
        "UPDATE items SET state = 'nowhere' WHERE position = 1",
        "UPDATE plans SET total = 3",
        "UPDATE plans SET expires_at = expires_at + 1",
        "UPDATE plans SET state = 'done', closed_at = 1",
        "UPDATE plans SET planned_at = 9223372036854775807",
        "UPDATE plans SET summary = 'no JSON'",
        "UPDATE plans SET summary = '[]'",
        "UPDATE plans SET summary = replace(printf('%.*c', 100000, 'x'), 'x', '[')",
        "UPDATE plans SET evidence = '[]'",
        "UPDATE plans SET files = '5'",
        "UPDATE plans SET protects = '{\"a\": 1}'",
        "DELETE FROM plans",
        "DELETE FROM events",
        "UPDATE plans SET text = printf('%.*c', 70000000, 'x')",
        TWO_PLANS,
    ],
)
def test_a_saved_plan_with_other_rows_is_refused(saved, change):
    """Whatever was changed in it, it ends in a finding, and nothing of it is taken over."""
    behind_its_back(saved, change)

    with pytest.raises((InvalidError, JournalError, StaleError)) as error:
        adopted(saved)

    assert error.value.findings[0].code in {"PP405", "PP415", "PP403"}
    with closing(open_journal(saved.with_name("ours.db"), HandClock())) as journal:
        assert journal.plans() == []


@pytest.mark.parametrize("one", ["..", "", "a\nb", "1.23E+15"])
def test_a_saved_plan_holds_no_id_that_would_be_another_address(tmp_path, one):
    """One that is sound, and was made to hold such an id, is not taken over."""
    with closing(open_journal(tmp_path / "theirs.db", HandClock())) as journal:
        row = journal.save(draft(by="external_id"), planned("first", one), T0)
        save_plan_file(tmp_path / "saved.plan", journal, row.plan_id)

    with pytest.raises(InvalidError, match="an id of it"):
        adopted(tmp_path / "saved.plan")


@pytest.mark.parametrize("user", ["..", "somebody", f"{OTHER}/more"])
def test_a_saved_plan_names_nobody_beside_its_ids_by_another_address(tmp_path, user):
    """What a DELETE names is that, where it is there: it must be a UUID as well."""
    with closing(open_journal(tmp_path / "theirs.db", HandClock())) as journal:
        items = [*planned("first"), PlannedItem("second", user)]
        row = journal.save(draft(by="external_id"), items, T0)
        save_plan_file(tmp_path / "saved.plan", journal, row.plan_id)

    with pytest.raises(InvalidError, match="an id of it"):
        adopted(tmp_path / "saved.plan")


def test_a_saved_plan_under_another_app_is_refused(at):
    """Filed under another app, it would be counted in nobody's budget."""
    fingerprint = saved_users(at)
    name = f"UPDATE plans SET app_id = '{OTHER}'"
    behind_its_back(at.folder / "saved.plan", name)

    done = at.apply(fingerprint, file="saved.plan")

    assert (done.code, "PP415" in done.err) == (2, True)


def test_a_saved_plan_of_somebody_unknown_is_not_planned(at):
    """What it holds was resolved elsewhere, by whoever made it: there is nothing to review."""
    saved_users(at)
    before = len(at.box.ledger()), at.journal.read_bytes()

    done = at.run("plan", "saved.plan", "--untrusted")

    assert (done.code, done.out) == (2, ""), done.err
    assert "--untrusted neither reads nor writes saved plans" in done.err
    assert (len(at.box.ledger()), at.journal.read_bytes()) == before
