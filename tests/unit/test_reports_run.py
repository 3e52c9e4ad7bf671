"""The forms of a report: who ran it, how it ended, and sums that add up."""

import csv
import json
from dataclasses import asdict, replace

import pytest
from support.plans import NOW
from support.reports import FINGERPRINT, draft, item, operator, record, run, tally

from purgeplan.errors import Exit
from purgeplan.model.facts import Counts
from purgeplan.model.outcome import Code, Skip, State, Verdict
from purgeplan.model.records import PlanRow, PlanState
from purgeplan.model.review import Previous
from purgeplan.reports import ITEM_FORMS, RUN_FORMS, closing_line, run_markdown, troubles
from purgeplan.reports.record import Trouble
from purgeplan.reports.run_csv import HEADER

text = RUN_FORMS["text"]
RETRY = "purgeplan retry plans/inactive.yaml"


def plan_row(state):
    """Give a plan in a state."""
    return PlanRow(1, 1, state, record().plan.planned_at, 10, draft())


def test_ends_with_a_sum_that_adds_up():
    """The last line is the whole plan, by state."""
    assert text(record()).splitlines()[-1] == (
        "Sum: 12,400 planned = 12,310 accepted + 74 already gone"
        " + 9 skipped (9 active since planned) + 6 failed + 1 unknown"
    )


def test_tells_who_ran_what_where_when_and_why_it_stopped():
    """Each run has its operator and its end."""
    ended = run(3, "stop_file", 11, operator=operator(commit="76af0b3", ci="https://ci/9"))
    lines = text(record(runs=(run(1, "interrupted", 130), ended))).splitlines()

    assert lines[0] == ('Report of plan inactive-2026-h1 (done) for "Acme Prod": 2 runs, 20 min')
    assert (
        "  runs       1: apply 2026-11-24 08:30Z, 10 min: interrupted [exit 130]"
        " · mira@ci-7 pid 4121 purgeplan 0.1.0"
    ) in lines
    assert (
        "             3: apply 2026-11-24 08:30Z, 10 min: the stop file was there [exit 11]"
        " · mira@ci-7 pid 4121 purgeplan 0.1.0 commit 76af0b3 https://ci/9"
    ) in lines


def test_a_run_without_an_end_is_no_success():
    """A killed run, an unknown reason and a missing one are told apart."""
    open_run = run(1, None, None, ended_at=None)
    shown = text(record(runs=(open_run, run(2, "meteor", 11), run(3, None, None))))

    assert "1: apply 2026-11-24 08:30Z, without an end: it still runs, or was killed" in shown
    assert "10 min: meteor [exit 11]" in shown
    assert "10 min: no reason was recorded · mira" in shown


def test_a_plan_that_never_ran_has_no_time():
    """Nothing is measured where nothing ran."""
    shown = record(runs=(), tally=tally(pending=10), plan=plan_row(PlanState.OPEN), troubles=())

    assert text(shown).splitlines()[0].endswith('"Acme Prod": 0 runs')
    assert "over 0 runs." in RUN_FORMS["markdown"](shown)
    assert "<details>" not in RUN_FORMS["markdown"](shown)


def test_accepted_is_never_called_gone():
    """202 says accepted, doubts are named, and verdicts come from verify alone."""
    known = tally(10, 4, presumed_ours=2, verdicts={Verdict.STILL_THERE: 1})
    shown = text(record(tally=known))

    assert "accepted is not gone: OneSignal deletes a little later\n" in shown
    assert "2 of the already gone are presumed ours: sent, then not found\n" in shown
    assert "verified: 1 still there\n" in shown
    assert "accepted is not gone" not in text(record(tally=tally(0, 4)))


def test_troubles_are_counted_by_reason():
    """Failed and unknown items are grouped, settled ones are left out."""
    items = [
        item("a", State.FAILED, code=Code.REJECTED, status=400),
        item("b", State.SENT, code=None, status=None),
        item("c", State.FAILED, code=Code.REJECTED, status=400),
        item("d"),
    ]

    found = troubles(iter(items))

    assert found == (
        Trouble(State.FAILED, Code.REJECTED, 400, 2),
        Trouble(State.SENT, None, None, 1),
    )
    shown = text(record(troubles=found))
    assert "2 failed: rejected, status 400\n" in shown
    assert "1 unknown: no answer was recorded\n" in shown


def test_evidence_and_proof_are_in_full():
    """The whole fingerprint, the chain's head and the journal are there to be compared."""
    shown = text(record())

    assert f"fingerprint {FINGERPRINT}\n" in shown
    assert f"chain head {'c' * 64} (31 events of this plan)\n" in shown
    assert "journal state/journal.db (j-5d1f)\n" in shown
    assert "ids dddddddddddd as of 2026-11-24 08:30Z\n" in shown


@pytest.mark.parametrize(
    ("state", "left", "commands"),
    [
        (PlanState.OPEN, tally(5, pending=5), ["purgeplan apply plans/inactive.yaml"]),
        (PlanState.OPEN, tally(5, sent=5), ["purgeplan apply plans/inactive.yaml"]),
        (PlanState.DONE, tally(5, failed=5), [RETRY]),
        (PlanState.DONE, tally(5, sent=5), [RETRY]),
        (PlanState.DONE, tally(5, verdicts={Verdict.STILL_THERE: 1}), [RETRY]),
        (PlanState.DONE, tally(10, verdicts={Verdict.GONE: 10}), []),
        (PlanState.CANCELLED, tally(5, sent=5), []),
        (PlanState.SUPERSEDED, tally(5, failed=5), []),
    ],
    ids=[
        "pending",
        "unknown",
        "failed",
        "unknown-done",
        "still-there",
        "done",
        "cancelled",
        "replaced",
    ],
)
def test_says_what_to_do_next(state, left, commands):
    """What is left decides whether apply goes on, retry takes it, or nothing is to do."""
    document = json.loads(RUN_FORMS["json"](record(plan=plan_row(state), tally=left)))

    assert document["next"] == commands


def test_document_has_fingerprint_and_counts_at_the_top():
    """A program reads the same sum as a person."""
    document = json.loads(RUN_FORMS["json"](record()))

    counts = document["counts"]
    states = ("accepted", "already_gone", "skipped", "failed", "unknown", "pending")
    assert document["format_version"] == "1.0"
    assert document["fingerprint"] == FINGERPRINT
    assert counts["planned"] == 12_400 == sum(counts[name] for name in states)
    assert (counts["unknown"], counts["pending"]) == (1, 0)
    assert counts["skipped_by"]["drift"] == 9
    assert document["runs"][0]["operator"]["user"] == "mira"
    assert document["runs"][1]["why"] == "incomplete"
    assert document["troubles"][0] == {
        "state": "failed",
        "code": "rejected",
        "status": 400,
        "items": 6,
    }


def test_markdown_is_bounded_and_shows_the_last_run_first():
    """A job summary keeps the sum and the newest runs, however many there were."""
    many = record(runs=tuple(run(number) for number in range(1, 3_000)))

    shown = run_markdown(many, 3_000)

    assert len(shown.encode()) <= 3_000
    assert shown.startswith("<!-- purgeplan:report:")
    assert "12,310 accepted" in shown
    assert "- <code>2999&#58; apply" in shown
    assert "more, cut to fit" in shown


def test_markdown_says_what_comes_next():
    """The command to go on with stands at the end."""
    assert "Next: <code>purgeplan retry plans/inactive&#46;yaml</code>" in run_markdown(record())
    assert "Next:" not in run_markdown(record(tally=tally(10)))


def test_csv_has_one_line_for_every_item():
    """The header is stable, and what is unknown is empty."""
    lines = list(
        ITEM_FORMS["csv"](
            [
                item(),
                item(
                    "b",
                    State.SKIPPED,
                    skip=Skip.PROTECTED,
                    code=None,
                    status=None,
                    attempts=0,
                    claimed_at=None,
                    settled_at=None,
                    verdict=None,
                    run_id=None,
                ),
            ]
        )
    )

    assert lines[0] == (
        "id,state,reason,code,status,attempts,claimed_at,settled_at,onesignal_id,verdict,run\n"
    )
    assert lines[1].startswith("0a31c5d0-3f0e-4a4e-9a34-1f2d7b3de2a9,accepted,,accepted,202,1,2026")
    assert lines[2] == "b,skipped,protected,,,0,,,,,\n"


def test_csv_is_a_stream():
    """No line waits for the items behind it."""

    def endless():
        while True:
            yield item()

    lines = ITEM_FORMS["csv"](endless())

    assert next(lines).split(",")[0] == "id"
    assert next(lines).startswith("0a31c5d0")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "'=1", "'quoted"])
def test_csv_runs_in_no_spreadsheet(evil):
    """A cell that may start a formula has an apostrophe before it; taken away, the id is back."""
    lines = list(ITEM_FORMS["csv"]([item(evil, onesignal_id=evil)]))

    row = next(csv.DictReader(lines))

    assert (row["id"], row["onesignal_id"]) == (f"'{evil}", f"'{evil}")


def test_csv_header_is_the_documented_one():
    """The columns are an interface."""
    assert ",".join(HEADER) == (
        "id,state,reason,code,status,attempts,claimed_at,settled_at,onesignal_id,verdict,run"
    )


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (Exit.DONE, "Done: 3 planned = 3 accepted"),
        (Exit.INCOMPLETE, "Ended: 3 planned = 3 accepted [exit 4]"),
        (Exit.STOPPED_EARLY, "Stopped early: 3 planned = 3 accepted [exit 7]"),
        (Exit.INTERRUPTED, "Interrupted: 3 planned = 3 accepted [exit 130]"),
        (Exit.ATTENTION, "Stopped: 3 planned = 3 accepted [exit 11]"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_closing_line_tells_how_it_ended(end, words):
    """The last line of a run carries the sum and the exit code."""
    assert closing_line(tally(3), end) == words


def test_closing_line_names_every_state_that_is_not_empty():
    """Nothing planned is missing from the sum."""
    known = tally(1, 2, 3, 4, 5, skips={Skip.PROTECTED: 6, Skip.DRIFT: 0})

    assert closing_line(known, Exit.STOPPED_EARLY) == (
        "Stopped early: 21 planned = 1 accepted + 2 already gone + 6 skipped (6 protected since)"
        " + 3 failed + 4 unknown + 5 pending [exit 7]"
    )


def test_every_reason_to_skip_has_its_words():
    """Whoever was spared, the last line of a run says why."""
    line = closing_line(tally(1, skips=dict.fromkeys(Skip, 1)), Exit.DONE)

    assert f"{len(Skip)} skipped (" in line
    assert len(line.partition("(")[2].split(", ")) == len(Skip)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_sealed_plan_says_neither_of_what_it_was_made_nor_what_was_before(form):
    """What `forget` has left of it names nobody, and no other plan either."""
    before = Previous("8b" * 32, NOW, "done", 400, 3, 4)
    known = {
        "counts": asdict(Counts(rows=10, duplicates=0, protected=0, planned=10, to_delete=10)),
        "subscriptions": None,
        "population": {"origin": "export", "subscriptions": 640, "users": None},
        "breakdown": [["country", "Elbonia", 10]],
    }
    written = draft(summary={"facts": known, "previous": before.told()})
    plan = replace(plan_row(PlanState.DONE), draft=written)

    open_one = RUN_FORMS[form](record(plan=plan))
    sealed = RUN_FORMS[form](record(plan=replace(plan, sealed_at=NOW)))

    for told in ("8b8b8b8b8b8b", "Elbonia"):
        assert (told in open_one, told in sealed) == (True, False)
