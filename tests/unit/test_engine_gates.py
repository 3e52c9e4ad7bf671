"""The gates of apply that need no network, each at its edge: what lets through, what refuses."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from support.journal import ANN, T0, FakeJournal, draft, planned
from support.plans import spec

from purgeplan.engine import canary, gates
from purgeplan.engine.run import Order
from purgeplan.errors import (
    AttentionError,
    Exit,
    JournalError,
    PurgeplanError,
    StaleError,
    StoppedEarlyError,
)
from purgeplan.model.fingerprint import fingerprint, sources_digest
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.records import SOURCES, PlannedItem, PlanState
from purgeplan.model.spec import Limits, Pace, Policy, Resource, Window

FULL = "ab" * 32
DAY_S = 86_400.0
NIGHTS = Window(frozenset(range(7)), time(22), time(6), "UTC")


def refusal(gate, *args):
    """Give the error of a gate and the code of its finding, or None where it lets through."""
    try:
        gate(*args)
    except PurgeplanError as error:
        return type(error), error.findings[0].code
    return None


def journal_with(*ids, **changes):
    """Give a journal with one plan, and its row."""
    journal = FakeJournal()
    row = journal.save(draft(**changes), planned(*ids), T0)
    return journal, row


def planned_from(plan):
    """Give the summary of a plan with the sources that a plan file describes."""
    return {SOURCES: sources_digest(plan)}


@pytest.mark.parametrize("digit", [0, 11, 12, 63])
def test_an_approved_fingerprint_is_compared_whole(digit):
    """One digit of 64 is enough to be another plan, also one that is never shown."""
    _, row = journal_with("a", fingerprint=FULL)
    other = f"{FULL[:digit]}{'c' * 1}{FULL[digit + 1 :]}"

    assert refusal(gates.same_fingerprint, row, Order(fingerprint=FULL)) is None
    assert refusal(gates.same_fingerprint, row, Order()) is None
    assert refusal(gates.same_fingerprint, row, Order(fingerprint=other)) == (StaleError, "PP305")


def test_two_plans_that_agree_in_what_is_shown_are_told_by_the_rest():
    """Else the message would call one thing another than itself."""
    _, row = journal_with("a", fingerprint=FULL)
    other = f"{FULL[:-1]}c"

    with pytest.raises(StaleError) as stale:
        gates.same_fingerprint(row, Order(fingerprint=other))

    assert FULL in stale.value.findings[0].problem
    assert other in stale.value.findings[0].problem


@pytest.mark.parametrize("digits", [0, 12, 63])
def test_a_part_of_a_fingerprint_approves_nothing(digits):
    """Least of all no digit: what a script's empty variable gives is no approval of any plan."""
    _, row = journal_with("a", fingerprint=FULL)
    part = FULL[:digits]

    assert refusal(gates.same_fingerprint, row, Order(fingerprint=part)) == (StaleError, "PP305")


def test_the_frozen_ids_must_still_give_the_reviewed_fingerprint():
    """Another limit in the file, or another id in the journal, is another plan."""
    plan = spec(limits=Limits(3))
    full = fingerprint(plan, ["a", "b"])
    journal, row = journal_with("a", "b", fingerprint=full)
    forged, wrong = journal_with("a", "c", fingerprint=full)

    assert refusal(gates.intact, journal, row, plan) is None
    assert refusal(gates.intact, journal, row, replace(plan, limits=Limits(4)))[1] == "PP301"
    assert refusal(gates.intact, forged, wrong, plan)[1] == "PP301"


def test_whom_the_backup_has_found_makes_no_other_plan():
    """Up to then an onesignal_id in the journal that nobody has reviewed is a forgery."""
    plan = spec(Resource.USER)
    full = fingerprint(plan, ["a", "b"])
    journal, row = journal_with("a", "b", fingerprint=full, by=plan.target.by)
    forged, wrong = FakeJournal(), [PlannedItem("a", "somebody else"), PlannedItem("b")]
    bad = forged.save(draft(fingerprint=full, by=plan.target.by), wrong, T0)

    journal.address(row.plan_id, [(0, "found")], T0)

    assert refusal(gates.intact, journal, row, plan) is None
    assert refusal(gates.intact, forged, bad, plan) == (StaleError, "PP301")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ({"ids.csv": "d1"}, None),
        ({}, None),
        ({"ids.csv": "d2"}, "PP302"),
        ({"ids.csv": ""}, "PP302"),
        ({"moved/ids.csv": "d1"}, None),
        ({"moved/ids.csv": "d2"}, "PP302"),
        ({"ids.csv": "d1", "more.csv": "d2"}, "PP302"),
    ],
)
def test_a_source_that_has_changed_is_stale_and_one_that_is_gone_is_not(now, code):
    """The set is frozen, so a file may go; one that says something else makes the plan doubtful."""
    _, row = journal_with("a", files={"ids.csv": "d1"}, summary=planned_from(spec()))

    found = refusal(gates.sources_unchanged, row, spec(), now.get, lambda: now)

    assert found == (code and (StaleError, code))


@pytest.mark.parametrize("lists", [{}, {"b/1.csv": "d1"}], ids=["none", "one of two"])
def test_a_plan_file_that_was_moved_without_its_lists_is_stale(lists):
    """Another file of that name and those words may stand where the planned one did not."""
    files = {"plans/1.csv": "d1", "plans/2.csv": "d2"}
    _, row = journal_with("a", files=files, summary=planned_from(spec()))
    moved = replace(spec(), path="b/inactive.yaml")
    whole = {"b/1.csv": "d1", "b/2.csv": "d2"}

    for there, code in ((lists, "PP302"), (whole, None)):
        found = refusal(gates.sources_unchanged, row, moved, there.get, lambda there=there: there)
        assert found == (code and (StaleError, code))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "jsonl"},
        {"by": "external_id"},
        {"options": {"path": "other.csv"}},
        {"options": {"path": "ids.csv", "column": "other"}},
        {"as_of": T0},
        {"sha256": "d" * 64},
    ],
    ids=["kind", "by", "path", "column", "as_of", "sha256"],
)
def test_a_source_that_is_described_otherwise_was_never_planned(change):
    """Whatever the file says, the frozen set is that of another description."""
    plan = spec()
    (one,) = plan.sources
    _, row = journal_with("a", summary=planned_from(plan))
    for other in (replace(one, **change),), (one, one), ():
        found = refusal(
            gates.sources_unchanged, row, replace(plan, sources=other), {}.get, lambda: ()
        )

        assert found == (StaleError, "PP302")


def test_a_plan_whose_policy_is_gone_is_stale():
    """What the policy asks for would no longer hold; one that came in asks for more."""
    _, ruled = journal_with("a", summary={"policy": "purgeplan.yaml"})
    _, free = journal_with("a", summary={"policy": None})

    assert refusal(gates.governed, ruled, None) == (StaleError, "PP307")
    assert refusal(gates.governed, ruled, Policy("purgeplan.yaml")) is None
    assert refusal(gates.governed, free, None) is None
    assert refusal(gates.governed, free, Policy("purgeplan.yaml")) is None


def test_evidence_expires_before_the_first_delete_and_not_after_it():
    """At the second it is still good; a run that has begun may end."""
    journal, row = journal_with("a", "b")
    late = row.draft.expires_at + timedelta(seconds=1)
    fresh = journal.tally(row.plan_id)
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    journal.turn(run_id, [], [], 1)
    begun = journal.tally(row.plan_id)

    assert refusal(gates.timely, row, spec(), fresh, row.draft.expires_at) is None
    assert refusal(gates.timely, row, spec(), fresh, late) == (StaleError, "PP303")
    assert refusal(gates.timely, row, spec(), begun, late) is None


def test_evidence_expires_also_where_every_request_was_refused_or_never_left():
    """Nobody was deleted by them, so the first DELETE is yet to come."""
    journal, row = journal_with("a", "b")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    for code in (Code.NOT_SENT, Code.DENIED):
        claimed = journal.turn(run_id, [], [], 1)
        journal.turn(run_id, [Outcome(claimed[0], State.PENDING, code, T0)], [], 0)
    late = row.draft.expires_at + timedelta(seconds=1)

    found = refusal(gates.timely, row, spec(), journal.tally(row.plan_id), late)

    assert found == (StaleError, "PP303")


def test_a_plan_waits_for_not_before():
    """Counted from planning, as the file says it now."""
    journal, row = journal_with("a")
    plan, tally = spec(not_before_s=DAY_S), journal.tally(row.plan_id)
    begins = T0 + timedelta(days=1)

    early = refusal(gates.timely, row, plan, tally, begins - timedelta(seconds=1))

    assert early == (StoppedEarlyError, "PP511")
    assert refusal(gates.timely, row, plan, tally, begins) is None


@pytest.mark.parametrize(
    ("state", "code"),
    [("open", None), ("done", None), ("cancelled", "PP304"), ("superseded", "PP304")],
)
def test_a_closed_plan_is_not_applied(state, code):
    """Cancelled or superseded is over; done has nothing left to be sent."""
    _, row = journal_with("a")

    found = refusal(gates.not_closed, replace(row, state=PlanState(state), closed_at=T0))

    assert found == (code and (StaleError, code))


def nobody(run_id):
    """No run has left a file that says that its journal failed."""
    return False


@pytest.mark.parametrize("exit_code", [one for one in Exit if one is not Exit.ATTENTION])
def test_only_a_stop_for_a_person_wants_to_be_looked_at(exit_code):
    """Every other end may be followed by the same command."""
    journal, row = journal_with("a")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    journal.end_run(run_id, "why", exit_code, T0)

    assert refusal(gates.looked_at, journal, row, Order(), nobody) is None


def test_a_stop_for_a_person_wants_that_run_to_be_named():
    """Not just any run: the one that stopped."""
    journal, row = journal_with("a")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    journal.end_run(run_id, "breaker", Exit.ATTENTION, T0)

    assert refusal(gates.looked_at, journal, row, Order(), nobody) == (AttentionError, "PP512")
    assert refusal(gates.looked_at, journal, row, Order(after=run_id + 1), nobody) is not None
    assert refusal(gates.looked_at, journal, row, Order(after=run_id), nobody) is None


def test_a_run_whose_journal_failed_wants_to_be_named():
    """It could not record its end; a run that was killed has left no file, and wants nobody."""
    journal, row = journal_with("a")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    failed = {run_id}.__contains__

    assert refusal(gates.looked_at, journal, row, Order(), nobody) is None
    assert refusal(gates.looked_at, journal, row, Order(), failed) == (AttentionError, "PP512")
    assert refusal(gates.looked_at, journal, row, Order(after=run_id), failed) is None


def test_a_run_that_was_killed_right_after_its_canary_failed_wants_to_be_named():
    """The canary is judged once: nobody would look, and the rest would go."""
    journal, row = journal_with("a")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    journal.note(canary.PASSED, row.plan_id, run_id, T0, {})
    passed = refusal(gates.looked_at, journal, row, Order(), nobody)
    journal.note(canary.FAILED, row.plan_id, run_id, T0, {})

    assert passed is None
    assert refusal(gates.looked_at, journal, row, Order(), nobody) == (AttentionError, "PP512")
    assert refusal(gates.looked_at, journal, row, Order(after=run_id), nobody) is None
    later = journal.start_run(row.plan_id, "apply", ANN, T0)
    assert refusal(gates.looked_at, journal, row, Order(), nobody) is None
    journal.note(canary.FAILED, row.plan_id, run_id, T0, {})
    assert refusal(gates.looked_at, journal, row, Order(after=run_id), nobody) is not None
    assert refusal(gates.looked_at, journal, row, Order(after=later), nobody) is None


def test_a_journal_that_failed_is_looked_over_whole():
    """What is in the file must be what was written before anything more is sent."""
    journal, row = journal_with("a")
    run_id = journal.start_run(row.plan_id, "apply", ANN, T0)
    journal.check = lambda: ["plan 1: its ids are not those that were written"]
    order = Order(after=run_id)

    found = refusal(gates.looked_at, journal, row, order, {run_id}.__contains__)

    assert found == (JournalError, "PP405")


@pytest.mark.parametrize(
    ("hour", "wait", "code"), [(12, False, "PP505"), (23, False, None), (12, True, None)]
)
def test_a_closed_window_sends_home_whoever_does_not_wait(hour, wait, code):
    """Inside it, or with --wait, the command goes on."""
    plan = spec(pace=Pace(window=NIGHTS))

    found = refusal(gates.window_open, plan, Order(wait=wait), T0.replace(hour=hour))

    assert found == (code and (StoppedEarlyError, code))
