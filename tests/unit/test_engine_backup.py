"""Backups are made anew wherever one does not hold, of an export that is of now."""

import pytest
from support.audience import audience, row
from support.backups import Office
from support.journal import FakeJournal

from purgeplan.engine.backup import RESUMED_S
from purgeplan.errors import InvalidError, JournalError, UnreachableError
from purgeplan.model.backup import KEPT, backups
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.model.outcome import Skip, State
from purgeplan.sandbox.rows import DEFAULT_COLUMNS


def test_a_backup_is_noted_and_for_its_owner_only(tmp_path):
    """The chain says file, sha256, rows and ids; everyone's export is not left about."""
    office = Office(tmp_path, audience(4, 20)).plan([one["id"] for one in audience(4, 20)][:7])

    kept = office.keep()

    file = office.kept / kept.file
    assert file.stat().st_mode & 0o777 == 0o600
    assert backups(office.journal.events(office.row.plan_id)) == (kept,)
    assert not [*tmp_path.glob("export-*")]
    assert office.journal.check() == []


def test_a_backup_that_holds_is_not_made_again(tmp_path):
    """The set only shrinks: what was kept of it stays enough, whatever the app holds by now."""
    rows = audience(5, 20)
    office = Office(tmp_path, rows).plan([one["id"] for one in rows[:7]])
    first = office.keep()
    office.sent(range(3))
    rows.clear()

    assert office.keep() == first
    assert len(office.ages) == 1


@pytest.mark.parametrize("harm", ["gone", "changed", "linked"])
def test_a_backup_that_does_not_hold_is_made_anew_of_whoever_is_left(tmp_path, harm):
    """Nothing more is sent on the word of a file that is not the one that was made."""
    rows = audience(6, 20)
    office = Office(tmp_path, rows).plan([one["id"] for one in rows[:7]])
    first = office.kept / office.keep().file
    office.sent(range(3))
    if harm == "changed":
        first.write_bytes(first.read_bytes()[:-1] + b"?")
    else:
        moved = first.rename(tmp_path / "moved.parquet")
        if harm == "linked":
            first.symlink_to(moved)

    second = office.keep()

    assert (second.file, second.ids) == ("plan-1-2.parquet", 4)
    left = {one.id for one in office.journal.items(1, (State.PENDING,))}
    assert {one["id"] for one in office.rows_in(second)} == left
    assert office.keep() == second


class Failing(FakeJournal):
    """A journal that takes no note of a backup until it is told to."""

    deaf = True

    def note(self, kind, *args):
        """Note everything else."""
        if self.deaf and kind == KEPT:
            raise JournalError
        super().note(kind, *args)


def test_killed_before_its_backup_counts_an_apply_makes_another(tmp_path):
    """Who was skipped for want of a row stays so; nobody is sent on the word of the first file."""
    rows = audience(15, 9)
    office = Office(tmp_path, rows, Failing()).plan([rows[0]["id"], rows[1]["id"]])
    missing = rows.pop(0)["id"]
    with pytest.raises(JournalError):
        office.keep()
    office.journal.deaf = False
    rows.append({**rows[0], "id": missing})

    second = office.keep()

    assert office.states() == {missing: Skip.NO_BACKUP, rows[0]["id"]: State.PENDING}
    assert (second.ids, second.without, len(office.rows_in(second))) == (1, 0, 1)


def test_what_a_killed_apply_left_is_cleared_away(tmp_path):
    """A file that the journal does not know is no backup, finished or not; others' files stay."""
    rows = audience(8, 9)
    office = Office(tmp_path, rows).plan([rows[0]["id"]])
    for name in ("plan-1-1.parquet", ".plan-1-1.parquet.0011", "plan-11-1.parquet"):
        (office.kept / name).touch()

    kept = office.keep()

    assert len(office.rows_in(kept)) == 1
    assert {one.name for one in office.kept.iterdir()} == {kept.file, "plan-11-1.parquet"}


def test_the_export_is_of_now_or_of_an_apply_that_was_killed(tmp_path):
    """What was asked for before this plan's apply began is too old; what it asked for goes on."""
    office = Office(tmp_path, audience(9, 9)).plan(["none"], EXTERNAL_ID)
    office.fails = UnreachableError()
    for later_s in (0, 600, RESUMED_S - 1_000, 2_000):
        office.clock.tick(later_s)
        with pytest.raises(UnreachableError):
            office.keep()

    assert office.ages == [1, 601, RESUMED_S - 1_000 + 601, 1]
    assert backups(office.journal.events(1)) == ()
    assert [*office.kept.iterdir()] == []


def test_an_export_that_can_not_be_read_is_not_taken_again(tmp_path):
    """Without a column, or cut, it makes no backup; the next apply asks for another.

    What it would take is younger than the failure, however long the first took to be made.
    """
    office = Office(tmp_path, [row(1)], takes_s=900.0).plan([row(1)["id"]])
    office.exported.names = [*DEFAULT_COLUMNS, "external_user_id"]
    with pytest.raises(InvalidError, match="no column onesignal_id"):
        office.keep()
    assert [*office.kept.iterdir()] == []
    office.exported.names = None
    office.clock.tick(60)

    assert office.keep().rows == 1
    assert office.ages == [1, 61]


def test_where_no_folder_can_be_nothing_is_asked_for(tmp_path):
    """A file in its place is told before OneSignal has written an export for nobody."""
    office = Office(tmp_path, [row(1)]).plan([row(1)["id"]])
    office.kept.rmdir()
    office.kept.touch()

    with pytest.raises(UnreachableError) as refused:
        office.keep()

    assert refused.value.findings[0].code == "PP616"
    assert office.ages == []
