"""Windows and estimates: local times, nights, daylight saving."""

from datetime import UTC, datetime, time, timedelta

import pytest

from purgeplan.model.eta import estimate
from purgeplan.model.spec import Pace, Window
from purgeplan.model.window import after_open_time, is_open, next_opening

NIGHTS = Window(frozenset({0, 1, 2, 3}), time(22), time(6), "Europe/Berlin")


def at(text):
    """Give an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-23T20:59", False),  # Monday 21:59 in Berlin
        ("2026-11-23T21:00", True),
        ("2026-11-24T04:59", True),
        ("2026-11-24T05:00", False),
        ("2026-11-27T04:00", True),  # Friday morning belongs to Thursday's night
        ("2026-11-27T22:00", False),  # Friday night is none
        ("2026-11-29T23:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_opens(instant, expected):
    """A window over midnight is open until the next morning, and only on its days."""
    assert is_open(NIGHTS, at(instant)) is expected


def test_next_opening_skips_the_weekend():
    """From Friday noon the next opening is Monday evening."""
    assert next_opening(NIGHTS, at("2026-11-27T12:00")) == at("2026-11-30T21:00")


def test_next_opening_of_an_open_window_is_now():
    """An open window needs no waiting."""
    assert next_opening(NIGHTS, at("2026-11-23T23:00")) == at("2026-11-23T23:00")


def test_daylight_saving_moves_the_opening_in_utc():
    """Ten in the evening in Berlin is 20:00 UTC in summer and 21:00 in winter."""
    assert next_opening(NIGHTS, at("2026-06-01T12:00")) == at("2026-06-01T20:00")
    assert next_opening(NIGHTS, at("2026-12-01T12:00")) == at("2026-12-01T21:00")


def test_equal_times_are_a_whole_day():
    """From and until alike means until the same time the next day."""
    whole = Window(frozenset(range(7)), time(0), time(0), "UTC")

    assert is_open(whole, at("2026-11-23T12:00"))


def test_open_time_adds_up_over_nights():
    """Ten hours of work from the afternoon end in the second night."""
    ends = after_open_time(NIGHTS, at("2026-11-23T15:00"), 10 * 3600.0)

    assert ends == at("2026-11-24T23:00")


def test_estimate_counts_the_window_and_warns_of_expiry():
    """At two a second 100,000 ids take 14 h of open window, over two nights."""
    start = at("2026-11-23T15:00")
    eta = estimate(100_000, 0, Pace(window=NIGHTS), start, start + timedelta(days=1))

    assert eta.seconds == 50_000.0
    assert eta.passes_expiry
    assert eta.hint is not None
    assert "100/s" in eta.hint


def test_estimate_without_pace_is_the_api_s_limit():
    """No delay at all is still the documented thousand a second."""
    start = at("2026-11-23T15:00")
    eta = estimate(10_000, 0, Pace(delay_s=0.0), start, start + timedelta(days=1))

    assert (eta.seconds, eta.hint, eta.passes_expiry) == (10.0, None, False)


def test_estimate_counts_the_looks_at_the_canary():
    """Forty at forty a second are one second, and looking at twenty of them is 21 more."""
    start = at("2026-11-23T15:00")
    eta = estimate(40, 20, Pace(delay_s=None, rate_per_s=40.0), start, start + timedelta(days=1))

    assert eta.seconds == pytest.approx(22.0)
    assert eta.ends_at == start + timedelta(seconds=22)


def test_estimate_of_a_hopeless_pace_ends_nowhere():
    """A delay of days is estimated without walking through the centuries."""
    start = at("2026-11-23T15:00")
    eta = estimate(10**9, 0, Pace(delay_s=86_400.0, window=NIGHTS), start, start)

    assert eta.ends_at is None
    assert eta.passes_expiry
