"""The two streams, colors and safe characters."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import on_terminal, run

from purgeplan.cli.console import Console, is_terminal, neutral, plain, wants_color


def console(**settings):
    """Make a console that writes into memory."""
    return Console(io.StringIO(), io.StringIO(), **settings)


@given(st.text())
def test_no_text_can_steer_a_terminal(text):
    """Whatever a file holds, only printable characters, line feeds and tabs come out."""
    shown = neutral(text)

    assert all(
        one.isprintable() or one in "\n\t" or unicodedata.category(one) == "Zs" for one in shown
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays_as_it_is(text):
    """Printable ASCII is not touched."""
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("environ", "terminal", "forbidden", "expected"),
    [
        ({}, True, False, True),
        ({}, False, False, False),
        ({"NO_COLOR": "1"}, True, False, False),
        ({"NO_COLOR": ""}, True, False, True),
        ({"TERM": "dumb"}, True, False, False),
        ({}, True, True, False),
    ],
    ids=["terminal", "file", "NO_COLOR", "NO_COLOR empty", "dumb", "--no-color"],
)
def test_color_is_for_terminals_where_nobody_objects(environ, terminal, forbidden, expected):
    """NO_COLOR (set, not empty), TERM=dumb, --no-color and files are without color."""
    assert wants_color(environ, terminal, forbidden) is expected


def test_product_and_talk_go_different_ways():
    """What was asked for is on stdout, everything else on stderr."""
    talk = console()

    talk.product("plan\n")
    talk.document({"a": "\u202e"})
    talk.say("reading")

    assert talk.out.getvalue() == 'plan\n{"a": "\\u202e"}\n'
    assert talk.err.getvalue() == "reading\n"


def test_quiet_keeps_what_is_insisted_on():
    """With -q talk is left out, reasons are not."""
    talk = console(verbosity=-1)

    talk.say("reading")
    talk.insist("refused")

    assert talk.err.getvalue() == "refused\n"


def test_a_live_line_makes_room_for_talk():
    """The live line is cleared before talk and drawn again after it."""
    talk = console()

    talk.draw("1/2")
    talk.say("hello")

    assert talk.err.getvalue() == "\r\x1b[2K1/2\r\x1b[2Khello\n\r\x1b[2K1/2"


def test_a_line_drawn_twice_is_written_once():
    """The same text is not drawn again."""
    talk = console()

    talk.draw("1/2")
    talk.draw("1/2")

    assert talk.err.getvalue() == "\r\x1b[2K1/2"


def test_styles_are_only_where_color_is():
    """Without color a styled text is the text."""
    assert console().styled("x", "red") == "x"
    assert plain(console(color_err=True).styled("x", "red")) == "x"
    assert console(color_err=True).styled("x", "red") != "x"


def test_a_closed_stream_is_no_terminal():
    """Asking a stream that is gone does not fail."""
    closed = io.StringIO()
    closed.close()

    assert not is_terminal(closed)
    assert not is_terminal(None)


def test_a_terminal_shows_errors_in_color_and_a_pipe_does_not():
    """The same error is colored on a terminal, plain in a pipe."""
    code, shown = on_terminal("explain", "PP999").end()

    assert code == 2
    assert "\x1b[1;31merror[PP090]" in shown
    assert "\x1b" not in run("explain", "PP999").err


@pytest.mark.parametrize(
    ("args", "env"),
    [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})],
    ids=["--no-color", "NO_COLOR", "dumb"],
)
def test_a_terminal_without_color_gets_no_escapes(args, env):
    """Each of the three ways to say no works on a real terminal."""
    code, shown = on_terminal("explain", "PP999", *args, env=env).end()

    assert code == 2
    assert "error[PP090]" in shown
    assert "\x1b" not in shown


def test_a_locale_without_our_characters_does_not_fail():
    """Where stdout can't hold a character, it is written as an escape."""
    done = run("explain", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert done.code == 0
    assert "PP090" in done.out
