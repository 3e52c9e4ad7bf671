"""Backups hold exactly the rows of those who go, and whoever has none does not go."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import COLUMN_OF, audience, row
from support.backups import Office

from purgeplan.model.backup import KEPT
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.outcome import Code, Skip, State, Verdict
from purgeplan.model.records import PlanState
from purgeplan.sandbox.rows import DEFAULT_COLUMNS, EXTRA_COLUMNS


def in_order(rows):
    """Give rows in order of their ids."""
    return sorted(rows, key=lambda one: one["id"])


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 60),
    by=st.sampled_from(sorted(COLUMN_OF)),
    data=st.data(),
)
def test_a_backup_holds_exactly_the_rows_of_those_who_go(tmp_path_factory, seed, size, by, data):
    """For any audience and any ids: a plain loop finds the same rows, each cell as it was.

    Whoever has none does not go.
    """
    rows = audience(seed, size)
    there = sorted({one[COLUMN_OF[by]] for one in rows} - {""})
    ids = data.draw(st.sets(st.sampled_from([*there, "none"]), min_size=1)) if there else {"none"}
    office = Office(tmp_path_factory.mktemp("law"), rows).plan(sorted(ids), by)
    users = {one["onesignal_id"] for one in rows if one[COLUMN_OF[by]] in ids}

    kept = office.keep()

    wanted = [
        one
        for one in rows
        if (one["id"] in ids if by == SUBSCRIPTION_ID else one["onesignal_id"] in users)
    ]
    assert in_order(office.rows_in(kept)) == in_order(wanted)
    assert (kept.rows, kept.ids, kept.without) == (len(wanted), len(ids), "none" in ids)
    pending = {one for one, state in office.states().items() if state is State.PENDING}
    assert (pending, kept.skipped) == (ids - {"none"}, kept.without)
    assert office.states().get("none", Skip.NO_BACKUP) is Skip.NO_BACKUP


def test_a_user_is_whom_the_plan_means(tmp_path):
    """Who has the external_id by now is somebody else; rows without a name are their user's."""
    rows = [
        {**dict.fromkeys((*DEFAULT_COLUMNS, *EXTRA_COLUMNS), ""), **one}
        for one in (
            row(1, 1),
            row(2, 1, external_user_id=""),
            row(3, 2, external_user_id="u9"),
            row(4, 3, external_user_id="u4"),
            row(5, 5, onesignal_id=""),
        )
    ]
    old = "20000000-0000-4000-8000-000000000009"
    office = Office(tmp_path, rows).plan(
        ["u1", "u9", "u4", "u5", "u7"], EXTERNAL_ID, {"u4": rows[3]["onesignal_id"], "u9": old}
    )

    kept = office.keep()

    found = {one["id"] for one in office.rows_in(kept)}
    assert found == {rows[at]["id"] for at in (0, 1, 3, 4)}
    assert kept.without == 2


def test_an_alias_of_ones_own_names_nobody_in_an_export(tmp_path):
    """Whoever has that text as external_id is somebody else; who is known beside it is kept."""
    rows = [row(1, 1), row(2, 2)]
    who = {"u2": rows[0]["onesignal_id"]}
    office = Office(tmp_path, rows).plan(["u1", "u2"], "crm_id", who)

    kept = office.keep()

    assert [one["id"] for one in office.rows_in(kept)] == [rows[0]["id"]]
    assert kept.without == 1


def test_who_is_taken_back_needs_a_row(tmp_path):
    """`retry` sends nobody again whom the newest backup does not hold."""
    rows = audience(7, 20)
    office = Office(tmp_path, rows).plan([one["id"] for one in rows[:7]])
    first = office.keep()
    (still, *_) = office.sent(range(2))
    office.journal.record_verdicts(1, [(still, Verdict.STILL_THERE)], office.clock.now())
    office.journal.reopen(1, office.clock.now())
    assert office.keep() == first  # it has a row of everyone

    office.sent(range(3), State.FAILED, Code.REJECTED)
    (office.kept / first.file).unlink()
    second = office.keep()
    assert second.ids == 3
    office.journal.reopen(1, office.clock.now())
    third = office.keep()
    assert (third.file, third.ids) == ("plan-1-3.parquet", 6)


def test_a_backup_of_an_older_purgeplan_covers_nobody_without_a_row(tmp_path):
    """That one sent them all the same: whoever of them is pending still is skipped now."""
    rows = audience(16, 9)
    office = Office(tmp_path, rows).plan([rows[0]["id"], rows[1]["id"], rows[2]["id"]])
    gone = rows.pop(2)["id"]
    data = dict(office.keep().data())
    del data["skipped"]
    old = Office(tmp_path / "old", rows, clock=office.clock)
    old.plan([rows[0]["id"], rows[1]["id"], gone])
    (office.kept / data["file"]).rename(old.kept / data["file"])
    old.journal.note(KEPT, old.row.plan_id, None, old.clock.now(), data)

    second = old.keep()

    assert (second.file, second.without, second.skipped) == ("plan-1-2.parquet", 1, 1)
    assert old.states()[gone] is Skip.NO_BACKUP
    assert old.keep() == second


def test_who_is_in_doubt_and_has_no_row_is_not_sent_again(tmp_path):
    """Nobody knows whether a request has reached them, so they stay unknown, at each start."""
    rows = audience(17, 9)
    office = Office(tmp_path, rows).plan([rows[0]["id"], rows[1]["id"]])
    first = office.keep()
    (doubtful,) = office.sent(range(1), State.SENT, Code.TIMEOUT)
    (office.kept / first.file).unlink()
    rows.pop(0)

    second = office.keep()

    assert (second.without, second.skipped) == (1, 0)
    assert office.covered.held_back == {doubtful}
    assert office.keep() == second
    assert office.covered.held_back == {doubtful}
    assert [*office.states().values()] == [State.SENT, State.PENDING]


def test_a_plan_of_nobody_with_a_row_is_done(tmp_path):
    """Nothing of it is left to be sent, and the next apply must not ask for an export again."""
    office = Office(tmp_path, audience(18, 9)).plan(["none"], EXTERNAL_ID)

    kept = office.keep()

    assert (kept.rows, kept.skipped) == (0, 1)
    assert office.journal.plan(1).state is PlanState.DONE


def test_who_is_found_goes_by_their_onesignal_id(tmp_path):
    """Whoever registers under the name after the export is in no backup, and is another person."""
    rows = [row(1, user=1), row(2, user=1), row(3, user=2), row(4, user=3), row(5, user=4)]
    rows.append(row(6, onesignal_id="../apps"))
    named = ("ann", "ann", "ben", "two", "two", "odd")
    rows = [{**one, "external_user_id": name} for one, name in zip(rows, named, strict=True)]
    office = Office(tmp_path, rows).plan(["ann", "ben", "nobody", "odd", "two"], EXTERNAL_ID)

    office.keep()

    ann, ben = rows[0]["onesignal_id"], rows[2]["onesignal_id"]
    found = {one.id: one.onesignal_id for one in office.journal.items(1)}
    assert found == {"ann": ann, "ben": ben, "nobody": None, "odd": None, "two": None}


def test_ids_are_compared_as_they_are_sent(tmp_path):
    """UUIDs match in any case; names match byte for byte."""
    rows = [row(1, id=row(1)["id"].upper()), row(2, external_user_id="U2")]
    (tmp_path / "users").mkdir()

    assert Office(tmp_path, rows).plan([row(1)["id"]]).keep().rows == 1
    assert Office(tmp_path / "users", rows).plan(["u2"], EXTERNAL_ID).keep().without == 1
