"""Words and escapes: durations, commands, and text that can do no harm where it is shown."""

from datetime import UTC, datetime

import pytest

from purgeplan.model.spec import Pace
from purgeplan.reports.escape import cell, clean, clipped, code, shown_id
from purgeplan.reports.words import about, command, duration, instant, pace_words, plural


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "500 ms"),
        (2.5, "2.5 s"),
        (45, "45 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (6_200, "1 h 43 min"),
        (86_400, "1 d"),
        (90_000, "1 d 1 h"),
        (86_460, "1 d"),
    ],
)
def test_duration_is_in_its_two_largest_units(seconds, words):
    """Precision that nobody needs is left out."""
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "less than a second"), (0.9, "less than a second"), (1.0, "about 1 s")],
)
def test_an_estimate_is_no_finer_than_a_second(seconds, words):
    """No plan takes "about 0 ms"."""
    assert about(seconds) == words


def test_an_early_year_has_four_digits():
    """As a plan file has it: `as_of: 0001-01-01` is a date like any other."""
    assert instant(datetime(1, 1, 1, 8, 5, 59, tzinfo=UTC)) == "0001-01-01 08:05Z"


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (Pace(), "500 ms between starts, one at a time (2/s)"),
        (Pace(delay_s=36_000.0), "10 h between starts, one at a time"),
        (Pace(None, 900.0), "900/s"),
        (Pace(0.0), "one at a time, without a delay"),
    ],
    ids=["delay", "slow", "rate", "none"],
)
def test_pace_is_said_as_it_was_written(pace, words):
    """A delay and a rate are different promises."""
    assert pace_words(pace) == words


def test_plural_follows_the_number():
    """One run, two runs, no runs."""
    assert [plural(number, "run") for number in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("plans/x.yaml", "plans/x.yaml"),
        ("Acme Prod", '"Acme Prod"'),
        ("Größe", '"Größe"'),
        ("$(rm -rf ~)", "'$(rm -rf ~)'"),
        ("$HOME x", "'$HOME x'"),
        ("`id` x", "'`id` x'"),
        ("Acme! Prod", "'Acme! Prod'"),
        ("a\\ b", "'a\\ b'"),
        ('a "b"', "'a \"b\"'"),
        ("", "''"),
    ],
)
def test_commands_can_be_pasted(word, quoted):
    """A name with spaces works in every shell; what a shell would read into is kept from it."""
    assert command("purgeplan", word) == f"purgeplan {quoted}"


def test_clean_leaves_one_harmless_line():
    """Line ends become spaces; escapes, direction marks and surrogates go."""
    assert clean("a\nb\x1b[31mc\u202ed\u2066e\ud800f\u2028g\x00\ufeff") == "a b[31mcdef g"


def test_clipped_text_shows_that_it_was_cut():
    """A text within its width is left as it is."""
    assert clipped("abc", 3) == "abc"
    assert clipped("abcd", 3) == "ab…"
    assert clipped("abcd", 0) == "…"


def test_shown_id_hides_addresses_and_numbers():
    """An id for the eye is clipped, and never an e-mail address or a phone number."""
    assert shown_id("u-1") == "u-1"
    assert shown_id("mira@acme.example") == "…@…"
    assert shown_id("+4915112345678") == "+491…78"
    assert len(shown_id("x" * 1_000)) == 40


def test_code_is_text_whatever_it_holds():
    """Markup, mentions, links, tables and comments from a file stay text."""
    evil = "<b>|`@org/team`\n# x --> http://evil *y* [z](w) #1 www.evil"

    shown = code(evil, 200)

    inner = shown.removeprefix("<code>").removesuffix("</code>")
    bare = inner.replace("&#", "").replace(";", "")
    assert not set(bare) & set("<>|`@#*[]():._\n&")
    assert "<code>" not in inner


def test_cell_leaves_harmless_text_alone():
    """A UUID, a number of people or an empty cell needs no apostrophe."""
    assert [cell(text) for text in ("", "0a31", "u-1")] == ["", "0a31", "u-1"]
