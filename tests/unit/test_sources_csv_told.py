"""The kind csv: what is wrong, where, and never with an id in it."""

import pytest
from support.sources import refused, source, staged_ids, uuid
from support.tables import wrong

from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.working.texts import MisreadError
from purgeplan.sources.workspace import Workspace


def test_a_txt_with_more_than_an_id_a_line_is_refused_with_the_line(tmp_path):
    """Control characters and stray carriage returns are no part of an id."""
    assert wrong(tmp_path, "a\nb\x1fc\n", name="ids.txt") == [("PP210", "ids.txt:2")]
    assert wrong(tmp_path, "a\n\nb\rc\n", name="ids.txt") == [("PP211", "ids.txt:3")]
    assert wrong(tmp_path, "a\n\nb\tc\n", name="ids.txt") == [("PP214", "ids.txt:3")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("external_id,n\na,1\nb\n", [("PP210", "ids.csv:3")]),
        ("external_id,n\na,1\n\nb,1,2\n", [("PP210", "ids.csv:4")]),
        ("external_id,n\na\nb,1,2\n", [("PP210", "ids.csv:2"), ("PP210", "ids.csv:3")]),
        ("external_id\na,b\n", [("PP210", "ids.csv:2")]),
        ("external_id,n\r\na,1\r\nb,1,2\r\n", [("PP210", "ids.csv:3")]),
        ('external_id,n\na,"1\nb,2\nc,3\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,1\nb,x"2"\n', [("PP211", "ids.csv:3")]),
        ('external_id,n\na,1\nb,"2"x\n', [("PP211", "ids.csv:3")]),
        ('external_id,n\na, "1"\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,"1" "2"\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,"x\n\n\ny"\n\n\nb\n', [("PP210", "ids.csv:8")]),
        ("external_id,n\na,1\rb,2\n", [("PP211", "ids.csv:2")]),
        ("external_id\ra\rb\r", [("PP211", "ids.csv:1")]),
        ("", [("PP209", "ids.csv")]),
        ("\n\n", [("PP209", "ids.csv")]),
    ],
)
def test_a_row_that_is_cut_wrong_is_told_by_its_line(tmp_path, text, expected):
    """Short and long rows, open and stray quotes, stray carriage returns: no id is taken."""
    assert wrong(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("by", "cell", "why"),
    [
        (EXTERNAL_ID, "4.71E+16", "spreadsheet"),
        (SUBSCRIPTION_ID, "1.23457E+15", "spreadsheet"),
        (EXTERNAL_ID, "1,23e15", "spreadsheet"),
        (EXTERNAL_ID, "#REF!", "formula"),
        (EXTERNAL_ID, "#DIV/0!", "formula"),
        (EXTERNAL_ID, "#N/A", "formula"),
        (SUBSCRIPTION_ID, "not-a-uuid-at-all", "not a UUID"),
        (SUBSCRIPTION_ID, uuid(1) + "0", "not a UUID"),
        (SUBSCRIPTION_ID, "..", "path"),
        (EXTERNAL_ID, "..", "path"),
        (EXTERNAL_ID, ".", "path"),
        (EXTERNAL_ID, "", "empty"),
        (EXTERNAL_ID, "   ", "empty"),
        (EXTERNAL_ID, "\u3000", "empty"),
        (EXTERNAL_ID, "a\tb", "control"),
        (EXTERNAL_ID, "a\nb", "control"),
        (EXTERNAL_ID, "a\x7f", "control"),
        (EXTERNAL_ID, "é\x85", "control"),
        (EXTERNAL_ID, "x" * 1025, "longer"),
        (EXTERNAL_ID, "é" * 513, "longer"),
    ],
)
def test_an_unfit_id_is_told_by_its_line_and_not_repeated(tmp_path, by, cell, why):
    """The message says what is wrong with which column and shows nothing of the id."""
    good = "u-1" if by == EXTERNAL_ID else uuid(1)
    (tmp_path / "ids.csv").write_text(f'{by},n\n{good},1\n\n"{cell}",2\n', newline="")

    (found,) = refused(tmp_path, source(by=by, path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP214", "ids.csv:4")
    assert why in found.problem
    assert by in found.problem
    assert len(cell.strip()) < 4 or cell not in str(found)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{one}\n{one}\n", "PP209", "an id, and no header"),
        ("{one},x\n{one},x\n", "PP209", "name the file .txt"),
        ("player_id|n\n{one}|x\n", "PP209", "holds '|' and no comma"),
        ("sep=;\nplayer_id;n\n", "PP209", "`sep=`"),
        ("\ufeff\ufeffplayer_id\n", "PP209", "invisible character"),
        ("<!DOCTYPE html>\n<p>Sign in</p>\n", "PP208", "HTML"),
        ('[{"id": "{one}"}]\n', "PP208", "JSON"),
        ("p\0l\0a\0y\0", "PP208", "UTF-16 without its mark"),
        ("player_id\n\0\0\0\0", "PP208", "holds a NUL byte"),
    ],
)
def test_a_text_without_a_header_is_told_what_it_begins_with(tmp_path, text, code, words):
    """The mistake is named, not only its effect, and the id is not repeated."""
    (tmp_path / "ids.csv").write_text(text.replace("{one}", uuid(1)), "utf-8")

    (found,) = refused(tmp_path, source(path="ids.csv"))

    assert found.code == code
    assert words in str(found)
    assert uuid(1)[:8] not in str(found)


def test_a_delimiter_that_is_not_there_is_told_with_the_one_that_is(tmp_path):
    """Where `delimiter` is wrong, the header shows the right one."""
    (tmp_path / "ids.csv").write_text(f"player_id;n\n{uuid(1)};x\n")

    (found,) = refused(tmp_path, source(path="ids.csv", delimiter=","))

    assert (found.code, found.mend) == ("PP209", "correct `delimiter`")
    assert "a semicolon and no comma" in found.problem


def test_a_table_called_a_list_is_told_so(tmp_path):
    """A .txt of UUIDs with other cells is refused once, not at each line; other ids take commas."""
    (tmp_path / "ids.txt").write_text(f"{uuid(1)},x\n{uuid(2)},y\n")
    (tmp_path / "names.txt").write_text("Doe, Ann\nRoe, Bob\n")

    (found,) = refused(tmp_path, source(path="ids.txt"))

    assert (found.code, found.mend) == ("PP213", "name the file .csv")
    assert len(staged_ids(tmp_path, source(by=EXTERNAL_ID, path="names.txt"))) == 2


def test_the_first_places_are_told_and_reading_ends(tmp_path):
    """Twenty places are enough to see what is wrong with a list."""
    text = "external_id\n" + "..\n" * 100

    assert len(wrong(tmp_path, text)) == 20


def test_bad_ids_are_set_aside_for_an_erasure_and_listed(tmp_path):
    """The others are erased; who could not be is counted and placed."""
    (tmp_path / "ids.csv").write_text("external_id\na\n..\n1.23E+15\n\nb\n")
    with Workspace(threads=1) as work:
        found = KINDS["csv"](source(by=EXTERNAL_ID, path="ids.csv")).stage(
            Context(str(tmp_path), set_aside=True), work
        )
        ids = sorted(work.column("SELECT id FROM $t", t=found.table))

    assert (found.rows, found.rejected, ids) == (4, 2, ["a", "b"])
    assert [str(one.place) for one in found.set_aside] == ["ids.csv:3", "ids.csv:4"]


def test_a_broken_row_stops_an_erasure_too(tmp_path):
    """A file that is cut off is not a bad id."""
    (tmp_path / "ids.csv").write_text("external_id,n\na,1\nb\n")

    found = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"), set_aside=True)

    assert [one.code for one in found] == ["PP210"]


def test_a_difference_between_the_two_readers_is_an_error(tmp_path):
    """What the database reads is held against our own count, whichever of them is wrong."""
    (tmp_path / "ids.csv").write_text("external_id\na\nb\n")

    class Short(Workspace):
        def read(self, path, shape, select, into):
            return super().read(path, shape, select, into) - 1

    class Blind(Workspace):
        def read(self, path, shape, select, into):
            raise MisreadError

    for kind in (Short, Blind):
        with kind(threads=1) as work, pytest.raises(Exception, match="two readers") as error:
            KINDS["csv"](source(by=EXTERNAL_ID, path="ids.csv")).stage(Context(str(tmp_path)), work)
        assert error.value.findings[0].code == "PP216"
