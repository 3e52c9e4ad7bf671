"""The breaker: streaks, shares of the last 200 answers, small plans."""

from decimal import Decimal

import pytest

from purgeplan.errors import Exit
from purgeplan.model.answer import FAILURES
from purgeplan.model.breaker import BreakerWatch, shares
from purgeplan.model.outcome import Code
from purgeplan.model.spec import Breaker


def watch(codes, **limits):
    """Give a watch that has counted these codes."""
    one = BreakerWatch(Breaker(**limits))
    for code in codes:
        one.count(code)
    return one


def test_twenty_failures_in_a_row_want_a_person():
    """Rejections in a row stop the run for a person to look."""
    verdict = watch([Code.REJECTED] * 20).verdict()

    assert verdict is not None
    assert (verdict[0], verdict[1].code) == (Exit.ATTENTION, "PP501")


def test_an_api_that_is_down_may_be_tried_again_unattended():
    """Nothing but server errors and lost connections in a row is an API that is down."""
    verdict = watch([Code.SERVER_ERROR, Code.NOT_SENT] * 10).verdict()

    assert verdict is not None
    assert (verdict[0], verdict[1].code) == (Exit.STOPPED_EARLY, "PP507")


@pytest.mark.parametrize("at", [0, 10, 19])
def test_one_rejection_in_a_row_of_errors_wants_a_person(at):
    """The API answered it, so it was not merely down."""
    codes = [Code.SERVER_ERROR] * 20
    codes[at] = Code.REJECTED
    verdict = watch(codes).verdict()

    assert verdict is not None
    assert (verdict[0], verdict[1].code) == (Exit.ATTENTION, "PP501")


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_failure_counts(code):
    """In a row, and for the share."""
    assert watch([code] * 20).verdict() is not None
    assert watch([code, Code.ACCEPTED] * 30).verdict() is not None


def test_what_fails_is_all_that_gets_no_good_answer():
    """But for a 429, a refused key, and what is not the API's: these pace, or stop at once."""
    good = {Code.ACCEPTED, Code.ABSENT, Code.PRESUMED_OURS}

    assert set(Code) - FAILURES == good | {Code.THROTTLED, Code.DENIED, Code.FOREIGN}


def test_a_success_ends_the_streak():
    """Nineteen failures, a success and nineteen failures are no streak."""
    codes = [Code.REJECTED] * 19 + [Code.ACCEPTED] + [Code.REJECTED] * 19

    assert watch(codes, max_failure_percent=Decimal(100)).verdict() is None


def test_throttling_counts_for_nothing():
    """A 429 is pacing: a thousand of them trip nothing."""
    assert watch([Code.THROTTLED] * 1000).verdict() is None


def test_absent_presumed_ours_counts_for_nothing():
    """What we have probably deleted ourselves says nothing of the list."""
    assert watch([Code.PRESUMED_OURS] * 1000).verdict() is None


@pytest.mark.parametrize(("absent", "trips"), [(25, False), (26, True)])
def test_share_of_absent_is_judged_from_the_fiftieth_answer(absent, trips):
    """Half of fifty may be gone already, one more may not."""
    one = watch([Code.ABSENT] * absent + [Code.ACCEPTED] * (50 - absent))

    assert (one.verdict() is not None) is trips


def test_below_fifty_answers_no_share_is_judged():
    """Forty-nine absences are too few to judge while a run goes on."""
    assert watch([Code.ABSENT] * 49).verdict() is None


def test_only_the_last_two_hundred_count():
    """An outage late in a long run is seen, however good the beginning was."""
    one = watch([Code.ACCEPTED] * 5000, max_consecutive_failures=10_000)
    for _ in range(41):
        one.count(Code.REJECTED)
    verdict = one.verdict()

    assert verdict is not None
    assert verdict[1].code == "PP502"


def test_old_failures_leave_the_sample():
    """Failures that are two hundred answers old no longer count."""
    one = watch([Code.REJECTED, Code.ACCEPTED] * 60 + [Code.ACCEPTED] * 200)

    assert one.verdict() is None


def test_an_absent_share_that_is_off_never_trips():
    """Erasure turns the absent breaker off."""
    assert watch([Code.ABSENT] * 400, max_absent_percent=None).verdict() is None


def test_zero_percent_allows_no_failure():
    """Zero means zero."""
    assert shares(Breaker(max_failure_percent=Decimal(0)), 49, 1, 0) is not None
    assert shares(Breaker(max_failure_percent=Decimal(0)), 49, 0, 0) is None
