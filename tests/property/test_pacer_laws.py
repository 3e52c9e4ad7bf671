"""Laws of the pacer: a rate is a ceiling for every sliding second, whatever delays the starts."""

import itertools
from bisect import bisect_left
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from purgeplan.engine.pacer import Pacer
from purgeplan.model.spec import Pace


def starts(pacer, lags, seconds, now=0.0):
    """Give the times of starts of a sender that is late by the lags, one after the other."""
    found, turn = [], 0
    while now < seconds:
        now = max(now, pacer.due_at(now)) + lags[turn % len(lags)]
        pacer.started(now)
        found.append(now)
        turn += 1
    return found


@given(
    rate=st.integers(1, 1000),
    lags=st.lists(st.floats(0, 0.05) | st.floats(0, 0.8), min_size=1, max_size=50),
)
def test_no_sliding_second_has_more_starts_than_the_rate(rate, lags):
    """However late single starts are, no second holds more than the rate says."""
    times = starts(Pacer(Pace(delay_s=None, rate_per_s=float(rate))), lags, 4.0)

    worst = max(i - bisect_left(times, end - 1.0 + 1e-9) + 1 for i, end in enumerate(times))

    assert worst <= rate


def stepped(pacer, lags, seconds):
    """Give the times of starts of a sender that waits for steps, each late by a lag."""
    found, now = [], 0.0
    for lag in itertools.cycle(lags):
        now = max(now, pacer.step_at(now)) + lag
        if now >= seconds:
            return found
        while pacer.due_at(now) <= now:
            pacer.started(now)
            found.append(now)
    return found


@given(
    rate=st.integers(1, 1000),
    lags=st.lists(st.floats(0, 0.05) | st.floats(0, 0.8), min_size=1, max_size=50),
)
def test_no_sliding_second_of_steps_has_more_starts_than_the_rate(rate, lags):
    """However late single steps are, no second holds more than the rate says."""
    times = stepped(Pacer(Pace(delay_s=None, rate_per_s=float(rate))), lags, 4.0)

    worst = max(i - bisect_left(times, end - 1.0 + 1e-9) + 1 for i, end in enumerate(times))

    assert worst <= rate


def test_steps_reach_the_rate_with_four_starts_each():
    """At 1,000/s steps are 4 ms apart, and being a third of a millisecond late costs nothing."""
    times = stepped(Pacer(Pace(delay_s=None, rate_per_s=1000.0)), [0.0003], 10.0)

    sizes = Counter(times[10:])  # the first are 10 ms late, as far as a pacer knows

    assert len(times) >= 9_850
    assert len(sizes) <= len(times) / 3.9
    assert max(sizes.values()) <= 5


@given(rate=st.floats(0.1, 240))
def test_a_slow_rate_has_no_steps(rate):
    """Up to 250/s a start is never waited for longer than until it is due."""
    pacer = Pacer(Pace(delay_s=None, rate_per_s=rate))
    times = starts(pacer, [0.0], 30 / rate)

    assert pacer.step_at(times[-1]) == pacer.due_at(times[-1])


@given(delay=st.floats(0, 5))
def test_a_delay_has_no_steps(delay):
    """One at a time is never two together."""
    pacer = Pacer(Pace(delay_s=delay))
    pacer.started(1.0)

    assert pacer.step_at(1.0) == pacer.due_at(1.0)


@given(delay=st.floats(0.001, 5), lags=st.lists(st.floats(0, 0.5), min_size=1, max_size=20))
def test_a_delay_lies_between_any_two_starts(delay, lags):
    """Two starts are never closer than the delay."""
    times = starts(Pacer(Pace(delay_s=delay)), lags, delay * 30)

    gaps = [after - before for before, after in itertools.pairwise(times)]

    assert min(gaps, default=delay) >= delay - 1e-9


@given(pause=st.floats(1, 900), now=st.floats(0, 1000))
def test_nobody_starts_within_a_pause(pause, now):
    """A 429 holds everyone back for the whole pause."""
    pacer = Pacer(Pace(delay_s=None, rate_per_s=900.0))
    pacer.throttled(now, pause)

    assert pacer.due_at(now) >= now + pause
    assert pacer.starts_within(now, min(0.1, pause / 2)) == 0


def test_the_rate_halves_after_a_429_and_climbs_back():
    """Half the rate right after the pause, the whole half a minute later."""
    pacer = Pacer(Pace(delay_s=None, rate_per_s=100.0))
    pacer.throttled(0.0, 10.0)

    slow = pacer.starts_within(10.0, 1.0)
    for second in range(10, 41):
        pacer.started(float(second))
    recovered = [at for at in starts(pacer, [0.0], 42.0, now=41.0) if at < 42.0]

    assert 45 <= slow <= 55
    assert 95 <= len(recovered) <= 100


def test_a_steady_sender_reaches_the_rate():
    """Without lags the rate is reached but for the headroom."""
    times = starts(Pacer(Pace(delay_s=None, rate_per_s=1000.0)), [0.0], 10.0)

    assert len(times) >= 9_850


def test_a_stall_is_made_up_for_without_a_burst():
    """After a stall of 200 ms starts come a quarter closer until it is made up, and no closer."""
    pacer = Pacer(Pace(delay_s=None, rate_per_s=1000.0))
    before = starts(pacer, [0.0], 1.0)
    after = starts(pacer, [0.0], 4.0, now=before[-1] + 0.2)

    tenths = [sum(at <= one < at + 0.1 for one in after) for at in (1.3, 1.5, 3.0, 3.5)]

    assert len(before) + len(after) >= 0.985 * 4000
    assert max(tenths) <= 126


@given(rate=st.floats(0.05, 2.0), lags=st.lists(st.floats(0, 3), min_size=1, max_size=9))
def test_a_slow_rate_lets_no_two_starts_come_together(rate, lags):
    """Below two a second, lateness is not made up for by starts closer than the rate."""
    times = starts(Pacer(Pace(delay_s=None, rate_per_s=rate)), lags, 20 / rate)

    gaps = [after - before for before, after in itertools.pairwise(times)]

    assert min(gaps, default=1 / rate) >= 1 / rate


def test_a_second_429_within_the_pause_does_not_slow_twice():
    """Answers of one burst are one sign, not many."""
    once, twice = (Pacer(Pace(delay_s=None, rate_per_s=100.0)) for _ in range(2))
    once.throttled(0.0, 5.0)
    twice.throttled(0.0, 5.0)
    twice.throttled(0.5, 4.5)

    assert once.starts_within(5.0, 1.0) == twice.starts_within(5.0, 1.0)


def test_a_shorter_pause_does_not_end_a_longer_one():
    """Each answer asks for a pause from then on, and the longest holds."""
    pacer = Pacer(Pace(delay_s=None, rate_per_s=100.0))
    pacer.throttled(0.0, 60.0)
    pacer.throttled(1.0, 2.0)

    assert pacer.paused_s(1.0) == 59.0
    assert pacer.due_at(1.0) >= 60.0
