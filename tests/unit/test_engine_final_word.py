"""The last word of a run: an exit code that says what was left, and not what was on the way."""

from dataclasses import replace

import pytest
from support.plans import facts, spec

from purgeplan.engine.admit import admit
from purgeplan.engine.final_word import final_word
from purgeplan.errors import Exit
from purgeplan.model.outcome import Skip, State
from purgeplan.model.progress import Ended
from purgeplan.model.records import Tally
from purgeplan.model.spec import Purpose

ADMITTED = admit(spec(), None, facts(), "f" * 64, {"none": lambda *_: None})


@pytest.mark.parametrize("why", ["limit", "budget", "max_run_time", "window", "breaker"])
def test_a_run_that_stopped_early_with_nothing_left_did_not_stop_early(why):
    """What came with the last id is no reason to repeat the command: failed is what it is."""
    tally = Tally({State.ACCEPTED: 99, State.FAILED: 1})

    assert final_word(ADMITTED, Ended(Exit.STOPPED_EARLY, why), tally, 0).exit is Exit.INCOMPLETE


def test_a_run_that_stopped_early_with_ids_left_says_so():
    """Repeating the command goes on."""
    tally = Tally({State.ACCEPTED: 99, State.PENDING: 1})

    assert final_word(ADMITTED, Ended(Exit.STOPPED_EARLY, "breaker"), tally, 0).why == "breaker"


def test_a_breaker_that_wants_a_person_wants_one_whatever_is_left():
    """The last ids are as good a reason to look as the first."""
    tally = Tally({State.ACCEPTED: 99, State.FAILED: 1})

    assert final_word(ADMITTED, Ended(Exit.ATTENTION, "breaker"), tally, 0).exit is Exit.ATTENTION


@pytest.mark.parametrize("why", Skip)
def test_who_asked_to_be_forgotten_and_stays_is_no_success(why):
    """An erasure ends with 4 where somebody was skipped who may be there; a cleanup kept a rule."""
    tally = Tally({State.ACCEPTED: 99, State.SKIPPED: 1}, {why: 1})
    erasure = replace(ADMITTED, spec=replace(ADMITTED.spec, purpose=Purpose.ERASURE))
    stays = why in (Skip.PROTECTED, Skip.DRIFT, Skip.NO_BACKUP)

    ended = final_word(erasure, Ended(Exit.DONE, "done"), tally, 0)

    assert ended.exit is (Exit.INCOMPLETE if stays else Exit.DONE)
    assert final_word(ADMITTED, Ended(Exit.DONE, "done"), tally, 0).exit is Exit.DONE


@pytest.mark.parametrize(("ours", "exit_code"), [(9, Exit.DONE), (0, Exit.ATTENTION)])
def test_a_small_plan_is_judged_without_whom_it_has_deleted_itself(ours, exit_code):
    """Nine of ten were gone: already, which speaks of an old list, or by requests of ours."""
    tally = Tally({State.ACCEPTED: 1, State.ABSENT: 9}, presumed_ours=ours)

    assert final_word(ADMITTED, Ended(Exit.DONE, "done"), tally, 0).exit is exit_code
