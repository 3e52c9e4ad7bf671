"""Progress on a terminal and elsewhere, by a clock that the test turns."""

import io
from datetime import UTC, datetime

import pytest

from purgeplan.cli.console import Console
from purgeplan.cli.progress import ProgressView
from purgeplan.cli.progress_text import Seen, progress_line
from purgeplan.cli.ticker import HEARTBEAT_S, PhaseView, phase_line
from purgeplan.errors import Exit
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.progress import Ended, Settled, Waiting
from purgeplan.model.records import Tally

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Hand:
    """A clock that is turned by hand."""

    def __init__(self):
        self.at = 100.0

    def now(self):
        """Give one day."""
        return AT

    def monotonic(self):
        """Give where the hand stands."""
        return self.at

    async def sleep(self, seconds):
        """Turn the hand."""
        self.at += seconds


def console(**settings):
    """Make a console that writes into memory."""
    return Console(io.StringIO(), io.StringIO(), **settings)


def settled(*pairs, in_flight=0):
    """Make a Settled of pairs of state and code."""
    outcomes = (Outcome(Item(0, "u-1"), state, code, AT) for state, code in pairs)
    return Settled(tuple(outcomes), in_flight)


ACCEPTED = (State.ACCEPTED, Code.ACCEPTED)
START = Tally({State.ACCEPTED: 10, State.FAILED: 1, State.PENDING: 89})


def test_numbers_go_on_from_what_earlier_runs_did():
    """Done, accepted, gone, failed and 429s count this run on top of the journal's tally."""
    view = ProgressView(console(), Hand(), START)

    view.show(
        settled(
            ACCEPTED,
            (State.ABSENT, Code.ABSENT),
            (State.FAILED, Code.REJECTED),
            (State.PENDING, Code.THROTTLED),
            (State.SENT, Code.TIMEOUT),
            in_flight=3,
        )
    )

    seen = view.seen()
    assert (seen.done, seen.total) == (14, 100)
    assert (seen.accepted, seen.absent, seen.failed) == (11, 1, 2)
    assert (seen.throttled, seen.in_flight) == (1, 3)


def test_rate_and_eta_are_those_of_the_last_half_minute():
    """Two a second for ten seconds, with 69 left, is 34.5 seconds more."""
    clock = Hand()
    view = ProgressView(console(), clock, START)

    for _ in range(10):
        clock.at += 1
        view.show(settled(ACCEPTED, ACCEPTED))

    seen = view.seen()
    assert seen.per_s == pytest.approx(2.0)
    assert seen.eta_s == pytest.approx(34.5)


def test_an_old_rate_is_forgotten():
    """After a long wait the rate falls, instead of averaging over the whole run."""
    clock = Hand()
    view = ProgressView(console(), clock, START)
    for _ in range(40):
        clock.at += 1
        view.show(settled(ACCEPTED))

    clock.at += 60
    view.show(settled())

    assert view.seen().per_s == pytest.approx(0.0)
    assert view.seen().eta_s is None


def test_looks_at_the_app_are_no_part_of_the_rate():
    """Half a minute of looking at the canary would make hours of minutes."""
    clock = Hand()
    view = ProgressView(console(), clock, START)
    view.show(settled(ACCEPTED))
    clock.at += 25
    view.show(Waiting("canary: 1 of 1 looked at and gone", 0.0))
    looked = view.seen()

    clock.at += 1
    view.show(settled(ACCEPTED, ACCEPTED))

    assert looked.eta_s is None
    assert view.seen().per_s == pytest.approx(2.0)


def test_nothing_is_known_at_first():
    """Before any time has passed there is no rate and no ETA."""
    seen = ProgressView(console(), Hand(), START).seen()

    assert (seen.per_s, seen.eta_s) == (None, None)


def test_a_terminal_gets_one_line_drawn_anew():
    """Ten times a second at most, in place, and taken away at the end."""
    clock, talk = Hand(), console(err_is_terminal=True)
    view = ProgressView(talk, clock, START)

    view.show(settled(ACCEPTED))
    view.show(settled(ACCEPTED))
    clock.at += 0.2
    view.show(settled(ACCEPTED))
    drawn = talk.err.getvalue()
    view.show(Ended(Exit.DONE, "done"))

    assert "\n" not in drawn
    assert [one[:6] for one in drawn.split("\r\x1b[2K")] == ["", "12/100", "14/100"]
    assert talk.live == ""


def test_a_narrow_terminal_gets_a_cut_line(monkeypatch):
    """The live line never wraps."""
    monkeypatch.setenv("COLUMNS", "20")
    talk = console(err_is_terminal=True)

    ProgressView(talk, Hand(), START).show(settled(ACCEPTED))

    assert len(talk.live) == 19
    assert talk.live.endswith("…")


def test_elsewhere_there_is_a_plain_line_now_and_then():
    """Without a terminal a line comes every HEARTBEAT_S, not for each id, and no escapes."""
    clock, talk = Hand(), console()
    view = ProgressView(talk, clock, START)

    for _ in range(40):
        clock.at += 1
        view.show(settled(ACCEPTED))
    view.close()

    lines = talk.err.getvalue().splitlines()
    assert len(lines) == int(40 / HEARTBEAT_S)
    assert lines[0].startswith("26/100 26.0%")
    assert "\x1b" not in talk.err.getvalue()


def test_quiet_shows_no_progress():
    """-q hides progress on a terminal and elsewhere."""
    for terminal in (True, False):
        clock, talk = Hand(), console(err_is_terminal=terminal, verbosity=-1)
        view = ProgressView(talk, clock, START)
        clock.at += 100

        view.show(settled(ACCEPTED))

        assert talk.err.getvalue() == ""


def test_a_wait_says_why_until_something_settles():
    """The reason is shown with its seconds, and goes when answers come."""
    view = ProgressView(console(), Hand(), START)

    view.show(Waiting("throttled", 12.0))
    waiting = view.seen().why
    view.show(Waiting("paused: PAUSE exists", 0.5))
    paused = view.seen().why
    view.show(settled(ACCEPTED))

    assert (waiting, paused, view.seen().why) == ("throttled, 12 s", "paused: PAUSE exists", "")


def test_phases_are_shown_the_same_way():
    """A long phase of planning has a line of its own, with and without a total."""
    clock, talk = Hand(), console()
    view = PhaseView(talk, clock)

    view("reading", 1, None)
    clock.at += HEARTBEAT_S
    view("reading", 2_000, None)
    clock.at += HEARTBEAT_S
    view("sorting", 2_000, 4_000)
    view.close()

    assert talk.err.getvalue() == "reading: 2,000\nsorting: 2,000 of 4,000\n"


def test_a_line_has_every_number():
    """How far, what became of them, 429s, rate, ETA, reason."""
    seen = Seen(4_609, 12_400, 4_571, 38, 0, 3, 1, 1.94, 4_012.0, "throttled, 12 s")

    assert progress_line(seen) == (
        "4,609/12,400 37.2% · throttled, 12 s · 4,571 accepted · 38 already gone · 0 failed"
        " · 429s 3 · 1.9/s · ETA 1 h 6 min"
    )


@pytest.mark.parametrize(
    ("done", "eta_s", "end"), [(7, 0.02, " · ETA 1 s"), (7, 34.5, " · ETA 34 s"), (8, 0.0, "/s")]
)
def test_the_end_of_a_line_is_no_finer_than_a_second(done, eta_s, end):
    """What is left takes a second at least, and nothing is left of what is done."""
    assert progress_line(Seen(done, 8, done, 0, 0, per_s=2.0, eta_s=eta_s)).endswith(end)


def test_a_line_of_nothing_is_whole():
    """An empty plan is done: no division by zero, no numbers that are unknown."""
    assert progress_line(Seen(0, 0, 0, 0, 0)) == (
        "0/0 100.0% · 0 accepted · 0 already gone · 0 failed"
    )
    assert phase_line("reading", 5, None) == "reading: 5"
