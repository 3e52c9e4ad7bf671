"""The drift check: whom an export of the recently active shows is skipped, and nobody else."""

from datetime import timedelta

import pytest
from support.drift import Exports, export, row
from support.engine import ids
from support.journal import ANN, T0, FakeJournal, HandClock, draft
from support.virtual import run_virtually

from purgeplan.engine.drift import CHECKED, MAX_AGE_S, SLACK, Drift
from purgeplan.errors import AttentionError
from purgeplan.journal.times import ms
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import AppFacts, ExportAsk
from purgeplan.model.records import PlannedItem
from purgeplan.sources.reading.reach import quiet

A, B, C, D, E, F = ids(6)
LATER = T0 + timedelta(hours=1)
DAY = timedelta(days=1)


class Scene:
    """A plan whose evidence is T0, and what checks it an hour later."""

    def __init__(self, folder, *items, **changes):
        self.folder, self.clock, self.journal = folder, HandClock(LATER), FakeJournal()
        made = draft(evidence={"d" * 64: T0}, **changes)
        self.row = self.journal.save(made, items, T0)
        self.exports = Exports(folder, self.clock)
        self.drift = Drift(self.journal, self.clock, self.exports, 3600.0)

    def check(self, *rows):
        """Check by an export of these rows; give the ids that this has skipped."""
        file = export(self.folder, rows, self.clock.now())
        before = [one.skip for one in self.rows()]
        number = self.drift.take_out(self.row, file, None, quiet)
        now = zip(self.rows(), before, strict=True)
        skipped = [one.id for one, skip in now if one.skip is Skip.DRIFT and skip is None]
        assert number == len(skipped)
        return skipped

    def rows(self):
        """Give the items."""
        return list(self.journal.items(self.row.plan_id))


def known(one, at=T0, who=None):
    """Give an item known to be silent until a time."""
    return PlannedItem(one, who, evidence_ms=None if at is None else ms(at))


USERS = {"resource": "user", "by": "external_id"}
BY_WHO = {"resource": "user", "by": "onesignal_id"}


def test_takes_out_who_was_active_since_the_evidence_of_their_own(tmp_path):
    """Each is compared with what was known of them, to the second: the same session is no news."""
    items = [known(A, T0 - DAY), known(B, T0 - DAY), known(C), known(D), known(E, None)]
    scene = Scene(tmp_path, *items, known(F))

    assert scene.check(
        row(A, T0 - DAY),
        row(B, T0 - DAY + timedelta(seconds=1)),
        row(C, T0),
        row(D, T0 + timedelta(seconds=1)),
        row(E, T0 - DAY),
        row("00000000-0000-4000-8000-000000000000", LATER),
    ) == [B, D, E]
    assert [one.settled_at for one in scene.rows() if one.skip] == [LATER] * 3


def test_a_session_in_the_second_of_the_evidence_is_news(tmp_path):
    """Where only the source's time is known, its second is left out: exports tell whole seconds."""
    known_before = T0 - timedelta(milliseconds=1)
    scene = Scene(tmp_path, known(A, known_before), known(B, known_before))

    assert scene.check(row(A, T0), row(B, T0 - timedelta(seconds=1))) == [A]


@pytest.mark.parametrize("at", ["", "yesterday", "1970-01-01 00:00:00", "31.05.2026"])
def test_a_row_that_does_not_say_when_is_taken_for_active(tmp_path, at):
    """Who is in an export of the active, and not proven silent, stays."""
    assert Scene(tmp_path, known(A), known(B)).check(row(A, at)) == [A]


def test_ids_are_compared_as_they_are_sent(tmp_path):
    """UUIDs in capitals are the same; an external_id in capitals is another."""
    scene = Scene(tmp_path, known(A))
    assert scene.check(row(f" {A.upper()}", LATER)) == [A]

    scene = Scene(tmp_path, known("ann"), known('a,"b'), **USERS)
    assert scene.check(row(A, LATER, "Ann"), row(B, LATER, '"a,""b"')) == ['a,"b']


@pytest.mark.parametrize("by", [USERS, BY_WHO], ids=["external_id", "onesignal_id"])
def test_any_row_of_a_user_counts(tmp_path, by):
    """One device in use is a person in use."""
    one = known("ann") if by is USERS else known(E)
    scene = Scene(tmp_path, one, **by)

    assert scene.check(row(A, T0, "ann", E), row(B, LATER, "ann", E)) == [one.id]


def test_a_user_is_found_by_the_onesignal_id_where_the_plan_has_it(tmp_path):
    """Who has the external_id by now is another person, and is not who would be deleted."""
    scene = Scene(tmp_path, known("ann", who=E), known("ben", who=F), **USERS)

    assert scene.check(row(A, LATER, "ann", D), row(B, LATER, "renamed", F)) == ["ben"]


def test_a_row_of_nobody_knows_whom_is_theirs_whose_external_id_it_has(tmp_path):
    """An export may lack a onesignal_id; then the name decides, for those who stay."""
    scene = Scene(tmp_path, known("ann", who=E), known("ben", who=F), **USERS)

    assert scene.check(row(A, LATER, "ann", "")) == ["ann"]


def test_an_alias_goes_by_the_onesignal_id_beside_it(tmp_path):
    """No export has the customer's own alias, but it may have whom the plan says that it is."""
    scene = Scene(tmp_path, known("crm-1", who=E), known("crm-2", who=F), resource="user", by="crm")

    assert scene.check(row(A, LATER, "crm-2", E)) == ["crm-1"]


def test_a_subscription_is_nobody_elses(tmp_path):
    """Another device of the same person says nothing of this one."""
    scene = Scene(tmp_path, known(A, who=E))

    assert scene.check(row(B, LATER, A, E)) == []


def test_holds_back_the_unresolved(tmp_path):
    """Nobody knows whether a request has reached them: they stay unknown until a person looks."""
    scene = Scene(tmp_path, known(A), known(B), known(C), known(D))
    run = scene.journal.start_run(scene.row.plan_id, "apply", ANN, T0)
    scene.journal.turn(run, [], [], 2)

    assert scene.check(row(A, LATER), row(C, LATER)) == [C]
    assert scene.drift.held_back == {0}
    assert [one.state for one in scene.rows()] == [
        State.SENT,
        State.SENT,
        State.SKIPPED,
        State.PENDING,
    ]
    assert scene.check() == []
    assert scene.drift.held_back == frozenset()


def test_records_the_check_and_keeps_no_file(tmp_path):
    """The record says by which export it was made; people's data are not kept for it."""
    scene = Scene(tmp_path, known(A), known(B))

    scene.check(row(A, LATER))

    (event,) = scene.journal.events(scene.row.plan_id, CHECKED)
    assert event.data["asked_at"] == LATER.isoformat()
    assert (event.data["skipped"], event.data["held_back"]) == (1, 0)
    assert len(event.data["sha256"]) == 64
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "header", ["id,external_user_id,onesignal_id", "id,external_user_id,onesignal_id,last_seen"]
)
def test_judges_nobody_by_what_is_no_export(tmp_path, header):
    """A file without the column would find nobody active."""
    scene = Scene(tmp_path, known(A))
    file = export(tmp_path, [row(A, LATER)], LATER, header)

    with pytest.raises(AttentionError) as caught:
        scene.drift.take_out(scene.row, file, None, quiet)

    assert caught.value.findings[0].code == "PP615"
    assert scene.drift.due()
    assert scene.rows()[0].state is State.PENDING


def ask(scene):
    """Ask for an export; give what was asked for and how old it might be."""
    file = run_virtually(scene.drift.ask(scene.row, AppFacts("Acme Prod", 5), quiet))
    return file, scene.exports.asked[-1], scene.exports.ages[-1]


def test_asks_for_the_recently_active_only(tmp_path):
    """From a little before the oldest evidence on, and the same each time: it can be taken up."""
    scene = Scene(tmp_path, known(A, T0 - 300 * DAY))
    _, first, age = ask(scene)
    scene.clock.tick(60)

    assert ask(scene)[1] == first
    assert first == ExportAsk(("external_user_id", "onesignal_id"), active_since=T0 - SLACK)
    assert timedelta(minutes=15) == SLACK
    assert age == MAX_AGE_S
    assert scene.exports.closed == 2


def test_takes_no_export_twice(tmp_path):
    """Who became active after the last check must be found by the next, however soon it comes."""
    scene = Scene(tmp_path, known(A))
    file, _, _ = ask(scene)
    scene.drift.take_out(scene.row, file, None, quiet)
    asked_s = (scene.clock.now() - file.asked_at).total_seconds()
    scene.clock.tick(5)

    assert ask(scene)[2] == asked_s + 5


def test_takes_no_export_that_a_plan_before_has_checked_by(tmp_path):
    """A plan edited after a check asks for the same: it must find who became active since."""
    scene = Scene(tmp_path, known(A))
    file, _, _ = ask(scene)
    scene.drift.take_out(scene.row, file, None, quiet)
    edited = draft(evidence={"d" * 64: T0}, fingerprint="e" * 64)
    scene.row = scene.journal.save(edited, [known(A)], scene.clock.now())
    scene.clock.tick(5)

    assert ask(scene)[2] == (scene.clock.now() - file.asked_at).total_seconds()


def test_an_export_is_no_older_than_a_run_may_go_unchecked(tmp_path):
    """Where a check is wanted every minute, one of nine minutes ago is none."""
    scene = Scene(tmp_path, known(A))
    scene.drift.every_s = 60.0

    assert ask(scene)[2] == 60.0


def test_a_check_is_due_until_there_was_one_and_when_its_time_is_over(tmp_path):
    """A clock that is put back makes it due as well, since nobody knows how long it was."""
    scene = Scene(tmp_path, known(A))
    assert scene.drift.due()
    scene.check()
    assert not scene.drift.due()
    scene.clock.tick(3599)
    assert not scene.drift.due()
    scene.clock.tick(1)
    assert scene.drift.due()
    scene.check()
    scene.clock.tick(-1)
    assert scene.drift.due()


def test_a_check_is_not_due_again_as_soon_as_it_has_been(tmp_path):
    """However often one is wanted: a run would check for ever, and send nobody."""
    scene = Scene(tmp_path, known(A))
    scene.drift.every_s = 0.0
    scene.check()

    assert not scene.drift.due()
    scene.clock.tick(1)
    assert scene.drift.due()


def test_a_clock_put_back_a_little_makes_no_check_late(tmp_path):
    """What the machine counts by itself since the last check makes one due as well."""
    scene = Scene(tmp_path, known(A))
    scene.check()
    scene.clock.tick(3600)
    scene.clock.now = lambda: LATER + timedelta(seconds=60)

    assert scene.drift.due()
