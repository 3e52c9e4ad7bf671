"""Backups of the rows that go: exactly those, made anew wherever one does not hold."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import COLUMN_OF, Exports, audience, row
from support.journal import ANN, FakeJournal, HandClock, draft

from purgeplan.engine.backup import ASK, RESUMED_S, Backups, forget
from purgeplan.errors import InvalidError, JournalError, UnreachableError
from purgeplan.journal.files import appearing
from purgeplan.model.backup import FORGOTTEN, KEPT, backups
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.outcome import Code, Outcome, Skip, State, Verdict
from purgeplan.model.ports import AppFacts
from purgeplan.model.records import PlannedItem, PlanState
from purgeplan.sandbox.rows import DEFAULT_COLUMNS, EXTRA_COLUMNS
from purgeplan.sources.reading.reach import quiet

APP = AppFacts(None, 100)


@dataclass
class Office:
    """A plan, the app's rows, and what keeps them.

    ``fails`` is raised instead of an export, which takes ``takes_s`` seconds.
    """

    folder: Path
    rows: list
    journal: FakeJournal = field(default_factory=FakeJournal)
    clock: HandClock = field(default_factory=HandClock)
    ages: list = field(default_factory=list)
    fails: Exception | None = None
    takes_s: float = 0.0
    exported: Exports | None = None

    def __post_init__(self):
        """Make the folders."""
        self.kept = self.folder / "backups"
        self.kept.mkdir(parents=True)
        self.exported = Exports(self.folder, self.rows, as_of=self.clock.at)

    def plan(self, ids, by=SUBSCRIPTION_ID, who=()):
        """Freeze ids, with the onesignal_ids that are known of them."""
        known = dict(who)
        items = [PlannedItem(one, known.get(one)) for one in ids]
        self.row = self.journal.save(draft(by=by), items, self.clock.now())
        return self

    async def fetch(self, ask, max_age_s, progress):
        """Give the rows as they are now, as an exporter does."""
        self.ages.append(max_age_s)
        assert ask == ASK
        if self.fails is not None:
            raise self.fails
        asked_at = self.clock.now()
        self.clock.tick(self.takes_s)
        return replace(self.exported(ask, max_age_s, progress), asked_at=asked_at)

    async def close(self):
        """Close nothing."""

    def keep(self):
        """Keep the rows of whoever is left."""
        one = Backups(self.journal, lambda _: self, self.clock, self.kept, appearing, quiet)
        self.covered = asyncio.run(one.keep(self.row, APP))
        return self.covered.backup

    def rows_in(self, backup):
        """Give the rows of a backup, as an export shows them."""
        with duckdb.connect() as base:
            found = base.read_parquet(str(self.kept / backup.file))
            names = found.columns
            return [
                {name: cell or "" for name, cell in zip(names, one, strict=True)}
                for one in found.fetchall()
            ]

    def states(self):
        """Give the state of each id of the plan, and why it is skipped if it is."""
        return {one.id: one.skip or one.state for one in self.journal.items(self.row.plan_id)}

    def sent(self, ids, state=State.ACCEPTED, code=Code.ACCEPTED):
        """Send these, all with one outcome."""
        run = self.journal.start_run(self.row.plan_id, "apply", ANN, self.clock.now())
        claimed = self.journal.turn(run, [], [], len(ids))
        now = self.clock.now()
        done = [Outcome(one, state, code, now) for one in claimed]
        self.journal.turn(run, done, [], 0)
        self.journal.end_run(run, "limit", 7, now)
        return [one.position for one in claimed]


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


def test_forgetting_that_was_killed_is_noted_by_the_next_call(tmp_path):
    """The files are gone and nobody has said so: the report must not call them kept for ever."""
    office = Office(tmp_path, audience(10, 9)).plan([audience(10, 9)[0]["id"]])
    kept = office.keep()
    (office.kept / kept.file).unlink()

    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0
    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0

    assert backups(office.journal.events(1)) == (replace(kept, forgotten=True),)
    assert len(list(office.journal.events(1, FORGOTTEN))) == 1


def test_ids_are_compared_as_they_are_sent(tmp_path):
    """UUIDs match in any case; names match byte for byte."""
    rows = [row(1, id=row(1)["id"].upper()), row(2, external_user_id="U2")]
    (tmp_path / "users").mkdir()

    assert Office(tmp_path, rows).plan([row(1)["id"]]).keep().rows == 1
    assert Office(tmp_path / "users", rows).plan(["u2"], EXTERNAL_ID).keep().without == 1


@pytest.mark.parametrize("by", [ONESIGNAL_ID, EXTERNAL_ID])
def test_forgetting_deletes_the_plans_files_alone(tmp_path, by):
    """Whose ids are sealed must not be named by a file; other plans' backups stay."""
    rows = audience(10, 9)
    office = Office(tmp_path, rows).plan([rows[0][COLUMN_OF[by]]], by)
    kept = office.keep()
    (office.kept / "plan-11-1.parquet").touch()

    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 1
    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0
    assert backups(office.journal.events(1)) == (replace(kept, forgotten=True),)
    assert [one.name for one in office.kept.iterdir()] == ["plan-11-1.parquet"]
    office.clock.tick(timedelta(days=1).total_seconds())
    assert office.keep().file == "plan-1-2.parquet"
