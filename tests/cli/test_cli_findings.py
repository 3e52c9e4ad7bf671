"""Findings as blocks for people and as objects for programs."""

from hypothesis import given
from hypothesis import strategies as st

from purgeplan.cli.findings import MEANING, as_object, block, blocks, closing, error_object
from purgeplan.errors import Exit, Finding, Place


def test_a_finding_shows_place_line_caret_and_mend():
    """The block has everything one needs to go and repair the line."""
    finding = Finding(
        "PP101", "unknown key", "did you mean `protect`?", Place("p.yaml", 14, 3), "  protcet: []"
    )

    shown = block(finding)

    assert shown == (
        "error[PP101]: unknown key\n"
        "  --> p.yaml:14:3\n"
        "   |\n"
        "14 |   protcet: []\n"
        "   |   ^^^^^^^\n"
        "   = mend: did you mean `protect`?\n"
        "   = more: purgeplan explain PP101"
    )


def test_a_finding_without_a_place_is_short():
    """No place, no mend: the problem and where to read more."""
    assert block(Finding("PP1", "wrong")) == ("error[PP1]: wrong\n   = more: purgeplan explain PP1")


def test_a_source_line_that_may_not_be_shown_leaves_the_place():
    """Where the line could hold a secret, file and line are all there is."""
    shown = block(Finding("PP1", "a key", place=Place("p.yaml", 2, 1)))

    assert "--> p.yaml:2:1" in shown
    assert " | " not in shown


def test_a_place_without_a_column_has_no_caret():
    """A whole line is shown without pointing at a column."""
    shown = block(Finding("PP1", "wrong", place=Place("p.yaml", 2), source_line="a: b"))

    assert "2 | a: b\n  |\n" in shown
    assert "^" not in shown


def test_the_caret_stands_below_wide_characters_and_tabs():
    """Tabs count four cells, East Asian characters two."""
    shown = block(Finding("PP1", "x", place=Place("p", 1, 4), source_line="\t漢:no"))

    line, under = shown.splitlines()[3:5]
    assert line == "1 |     漢:no"
    assert under == "  |" + " " * 8 + "^^"


def test_a_long_line_is_cut_around_its_caret():
    """A line of thousands of characters shows the part that matters."""
    source = "a" * 5000 + ": x " + "b" * 5000

    shown = block(Finding("PP1", "x", place=Place("p", 1, 5003), source_line=source))

    assert all(len(line) < 130 for line in shown.splitlines())
    assert ": x b" in shown


def test_warnings_and_refusals_are_called_so():
    """The first word says what kind of finding it is."""
    warning = Finding("PP1", "odd", warning=True)
    refusal = Finding("PP2", "no")

    shown = blocks([warning, refusal], refused=True)

    assert "warning[PP1]" in shown
    assert "refused[PP2]" in shown


def test_findings_come_in_order_of_their_lines():
    """Problems of one file are read from top to bottom, whatever found them first."""
    late = Finding("PP1", "late", place=Place("p", 9, 1))
    early = Finding("PP2", "early", place=Place("p", 2, 1))

    shown = blocks([late, early])

    assert shown.index("early") < shown.index("late")


@given(st.text(), st.integers(0, 50))
def test_any_line_and_column_can_be_shown(source_line, column):
    """No content of a file breaks the block or steers the terminal."""
    shown = block(Finding("PP1", "x", place=Place("p", 1, column), source_line=source_line))

    assert "\x1b" not in shown
    assert "\r" not in shown


def test_a_finding_never_shows_what_looks_like_a_key():
    """Keys and addresses that slipped into a message are struck out in both forms."""
    finding = Finding("PP1", "bad os_v2_app_abcdef of a@b.example", "unset os_v2_app_abcdef")

    for shown in (block(finding), str(as_object(finding))):
        assert "abcdef" not in shown
        assert "a@b.example" not in shown


def test_json_has_the_exit_code_and_its_meaning():
    """A program need not know the table of codes."""
    document = error_object(Exit.LOCKED, [Finding("PP1", "x", warning=True)])

    assert document["exit"] == 9
    assert document["meaning"] == "another run holds the app's lock"
    assert document["findings"][0]["level"] == "warning"
    assert document["findings"][0]["place"] is None


def test_every_exit_code_has_a_meaning():
    """No code ends a command without a sentence."""
    assert set(MEANING) == set(Exit)
    assert closing(3) == "refused by a guard: nothing was sent [exit 3]"
