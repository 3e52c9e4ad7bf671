"""A saved plan, or a journal, from somebody who wants others gone than were reviewed."""

import sqlite3
from contextlib import closing

import pytest
from support.desk import desk

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


def by_hand(path, *statements):
    """Change a database behind purgeplan's back, its triggers kept."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        triggers = base.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = dict(triggers.fetchall())
        for name in kept:
            base.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *kept.values()):
            base.execute(statement)


def test_a_saved_plan_that_names_others_beside_the_ids_is_stale(at):
    """Whom a DELETE names is approved with the fingerprint: of another nothing is sent."""
    fingerprint = saved_users(at)
    by_hand(
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
