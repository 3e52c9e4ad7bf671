"""Spans of time, said again as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purgeplan.model.span import in_words, seconds


@pytest.mark.parametrize(
    ("span_s", "words"),
    [(86_400.0, "24 h"), (5_400.0, "90 min"), (20.0, "20 s"), (0.5, "0.5 s"), (3_601.0, "3601 s")],
)
def test_a_span_is_said_in_whole_units(span_s, words):
    """20 seconds are no 0.00555556 h."""
    assert in_words(span_s) == words


@given(st.integers(1, 31_536_000))
def test_what_is_said_is_what_was_meant(span_s):
    """Read again it is the same span."""
    assert seconds(in_words(float(span_s)).replace(" ", "")) == span_s
