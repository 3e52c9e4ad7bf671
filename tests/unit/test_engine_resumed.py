"""Who was left unresolved by earlier runs, or taken back in doubt: bounded, checked, in time."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from support.engine import ACCEPTED, APP, FAST, Stage, ended, ids
from support.journal import FakeJournal
from support.virtual import VirtualClock

from purgeplan.engine import canary
from purgeplan.engine.stops import Switches
from purgeplan.errors import Exit
from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code, State
from purgeplan.model.spec import Breaker, Budget, Pace, Retry

HOUR_S = 3600.0
UNBROKEN = Breaker(10**6, None, None)


def in_doubt(count, pending=0, **changes):
    """Give a stage of which one run lost every answer: all are unresolved but the pending."""
    stage = Stage(count + pending, **changes)
    stage.settings |= {"pace": FAST, "retry": Retry(max_attempts=1), "breaker": UNBROKEN}
    stage.target.answer = lambda item, attempt: Answer(Code.TIMEOUT)
    stage.run(most=count)
    assert stage.tally[State.SENT] == count
    stage.target.begun.clear()
    stage.target.answer = lambda item, attempt: ACCEPTED
    return stage


def test_the_limit_counts_them():
    """``--limit N`` sends N at most in a run, whoever they are; the rest is for the next."""
    stage = in_doubt(12)

    first = ended(stage.run(most=5))
    sent = len(stage.target.begun)
    last = ended(stage.run(most=7))

    assert (first.exit, first.why, sent) == (Exit.STOPPED_EARLY, "limit", 5)
    assert (last.exit, len(stage.target.begun)) == (Exit.DONE, 12)


def test_whoever_has_not_begun_again_stays_unresolved():
    """Stopped before it was sent again: what an earlier request did is as unknown as before."""
    stage = in_doubt(1000)
    stage.target.on_begin = lambda item: setattr(stage.request, "asked", True)

    assert ended(stage.run()).why == "interrupted"

    begun = len(stage.target.begun)
    assert 0 < begun < 1000
    assert (stage.tally[State.PENDING], stage.tally[State.SENT]) == (0, 1000 - begun)


def test_the_limit_counts_whom_retry_takes_back_in_doubt():
    """A failed id of which a request may have worked goes as one that is unresolved."""
    stage = Stage(12)
    stage.settings |= {"pace": FAST, "retry": Retry(max_attempts=1), "breaker": UNBROKEN}
    stage.target.answer = lambda item, attempt: Answer(Code.SERVER_ERROR, 500)
    stage.run()
    stage.journal.reopen(stage.row.plan_id, stage.clock.now())
    stage.target.begun.clear()
    stage.target.answer = lambda item, attempt: ACCEPTED

    assert ended(stage.run(most=5)).exit is Exit.STOPPED_EARLY
    assert len(stage.target.begun) == 5


def budgeted(stage, most):
    """Run under a rolling budget of an hour, as the journal says what is used of it."""
    used = stage.journal.claimed_since(APP, stage.clock.now() - timedelta(seconds=HOUR_S))
    return ended(stage.run(budget=Budget(most, HOUR_S), budget_left=most - used))


def test_the_budget_has_whom_it_counted_within_its_span():
    """They are no more people than before, so a run that was killed comes to its end."""
    stage = in_doubt(9)
    stage.clock.offset_s = 60.0

    assert budgeted(stage, 9).exit is Exit.DONE
    assert len(stage.target.begun) == 9


def test_the_budget_counts_whom_it_has_not_in_its_span_any_more():
    """However often the command is repeated."""
    clock = VirtualClock()
    stage = in_doubt(9, journal=FakeJournal(clock), clock=clock)
    stage.clock.offset_s = 2 * HOUR_S

    ends = [budgeted(stage, 4) for _ in range(3)]

    assert [(end.exit, end.why) for end in ends] == [(Exit.STOPPED_EARLY, "budget")] * 3
    assert len(stage.target.begun) == 4
    stage.clock.offset_s = 4 * HOUR_S
    assert budgeted(stage, 5).exit is Exit.DONE


def test_a_limit_below_the_canary_judges_no_canary():
    """Who is still in doubt then was only not sent yet."""
    stage = in_doubt(12)
    stage.settings["canary"] = 8

    first = ended(stage.run(most=3))

    assert (first.exit, first.why) == (Exit.STOPPED_EARLY, "limit")
    assert not canary.judged(stage.journal, stage.row.plan_id)


def test_whoever_is_sent_again_leaves_no_room_for_fresh_claims():
    """One at a time is one claim at a time: a kill leaves nobody else in doubt."""
    stage = in_doubt(3, pending=2)
    stage.settings["pace"] = Pace(delay_s=0.5)
    pending = []
    stage.target.on_begin = lambda item: pending.append(stage.tally[State.PENDING])

    assert ended(stage.run()).exit is Exit.DONE

    assert pending == [2, 2, 2, 1, 0]


def test_the_canary_does_not_send_twice_whom_it_has_sent_again():
    """Who was in doubt is sent with the canary, and then the rest is."""
    stage = in_doubt(3)
    stage.settings["canary"] = 2

    assert ended(stage.run()).exit is Exit.DONE

    assert sorted(stage.target.begun) == sorted(ids(3))


def test_whoever_is_sent_again_is_of_the_canary():
    """The canary are the first four: three in doubt and one fresh, and not four fresh ones."""
    stage = in_doubt(3, pending=6)
    stage.settings["canary"] = 4
    stage.view.holding.add(ids(9)[0])

    assert ended(stage.run()).why == "canary"

    assert sorted(stage.target.begun) == sorted(ids(9)[:4])


def test_the_limit_does_not_count_whom_a_check_holds_back():
    """Else they would use it up, run after run, and nobody else would ever be sent."""
    stage = in_doubt(5)
    stage.drift = Checks(stage, HOUR_S)
    stage.drift.held_back = frozenset(range(3))

    end = ended(stage.run(most=3))

    assert len(stage.target.begun) == 2
    assert end.exit is Exit.INCOMPLETE


class Checks:
    """A drift check that is due every so often, and notes how many were sent before it."""

    held_back = frozenset()

    def __init__(self, stage, every_s):
        self.stage, self.every_s, self.last = stage, every_s, None
        self.sent = []

    def due(self):
        """Tell whether it is time."""
        now = self.stage.clock.monotonic()
        return self.last is None or now - self.last >= self.every_s

    async def ask(self, row, app, tell):
        """Give nothing."""

    def take_out(self, *_):
        """Note how far the run is."""
        self.last = self.stage.clock.monotonic()
        self.sent.append(len(self.stage.target.begun))
        return 0


def test_a_check_that_is_due_comes_before_the_rest_of_them():
    """``every`` holds for whoever is sent again as for whoever is sent for the first time."""
    stage = in_doubt(1000)
    stage.drift = Checks(stage, 0.2)

    assert ended(stage.run()).exit is Exit.DONE

    assert len(stage.target.begun) == 1000
    steps = [after - before for before, after in pairwise(stage.drift.sent)]
    assert len(stage.drift.sent) > 2
    assert max(steps) < 500


def test_the_limit_counts_once_whom_a_pause_and_a_check_held_up():
    """Taken up, given back before they were sent, and taken up again: that is one sending."""
    stage = in_doubt(40)
    stage.settings["pace"] = Pace(delay_s=None, rate_per_s=100.0)
    stage.drift = Checks(stage, 5.0)

    def paused():
        return len(stage.target.begun) >= 5 and stage.clock.monotonic() < 10.0

    stage.switches = Switches(paused=paused, pause_file="app.db.pause")

    assert ended(stage.run(most=40)).exit is Exit.DONE
    assert len(stage.target.begun) == 40


def test_a_clock_that_was_put_back_makes_no_alias_young():
    """A claim of a time to come says nothing of how long ago it was: somebody looks."""
    stage = in_doubt(3, by="external_id")
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    stage.view.names = dict.fromkeys(ids(3), "somebody")
    stage.clock.offset_s = -2 * HOUR_S

    assert ended(stage.run()).exit is Exit.INCOMPLETE

    assert (len(stage.target.begun), stage.tally[State.SENT]) == (0, 3)


def test_an_alias_that_names_nobody_any_more_was_our_own_doing():
    """A look that finds nobody says nothing of the list."""
    stage = in_doubt(3, by="external_id")
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    stage.clock.offset_s = 2 * HOUR_S

    assert ended(stage.run()).exit is Exit.DONE

    assert (len(stage.target.begun), stage.tally.presumed_ours) == (0, 3)


def test_an_alias_whose_hour_ends_while_it_waits_for_its_turn_stays_unknown():
    """A slow pace makes nobody sure, whenever they were claimed: the next run looks."""
    stage = in_doubt(3, by="external_id")
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    stage.settings["pace"] = Pace(delay_s=120.0)
    stage.clock.offset_s = HOUR_S - 60.0

    end = ended(stage.run())

    assert end.exit is Exit.INCOMPLETE
    assert (len(stage.target.begun), stage.tally[State.SENT]) == (1, 2)


def test_the_hour_of_an_alias_does_not_begin_anew_with_each_claim():
    """Claims that did nothing in between make nobody sure whom it names by now."""
    clock = VirtualClock()
    stage = in_doubt(1, by="external_id", journal=FakeJournal(clock), clock=clock)
    stage.settings["target"] = replace(stage.spec().target, by="external_id")
    (one,) = (row.id for row in stage.journal.items(stage.row.plan_id))
    stage.target.answer = lambda item, attempt: Answer(Code.NOT_SENT)
    for minutes in (40, 80):
        stage.clock.offset_s = minutes * 60.0
        stage.view.names = {one: "somebody new"}
        stage.run()
    stage.target.answer = lambda item, attempt: ACCEPTED

    stage.run()

    assert len(stage.target.begun) == 1
    assert stage.tally[State.SENT] == 1
