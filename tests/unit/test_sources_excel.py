"""Excel: text cells as they are, each with its place, and none that failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import xlsx
from support.sources import excel, refused, staged, staged_ids, the_only, uuid

from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.sources.typed.workbook import letters


def test_reads_text_cells_as_they_are(tmp_path):
    """Digits, leading zeros, blanks and letters of any kind stay what they are."""
    ids = ["00123", "1234567890123456", "Ünal & Söhne", " a ", "u-1"]
    xlsx.write(tmp_path / "ids.xlsx", ["name", "external_id"], *(["x", one] for one in ids))

    assert staged_ids(tmp_path, excel()) == sorted(ids)


def test_reads_uuids_in_lower_case(tmp_path):
    """Ids of subscriptions come out canonical."""
    xlsx.write(tmp_path / "ids.xlsx", ["player_id"], [f" {uuid(10).upper()} "])

    assert staged_ids(tmp_path, excel(SUBSCRIPTION_ID)) == [uuid(10)]


@pytest.mark.parametrize("value", ["42", "1234567890123456", "1.23E+15"])
def test_refuses_numbers_by_their_cell(tmp_path, value):
    """A numeric id is refused with sheet and cell, and without the number."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["u-1"], [xlsx.number(value)])

    finding = the_only(refused(tmp_path, excel()))

    assert str(finding.place) == "ids.xlsx Sheet1!A3"
    assert "Excel rounds ids of 16 digits and more" in finding.problem
    assert finding.mend == "format the column as text and export again"
    assert value not in finding.problem


@pytest.mark.parametrize(
    ("cell", "what"),
    [(xlsx.number(45000, style=1), "is a date"), (xlsx.truth(value=True), "is a truth value")],
)
def test_refuses_dates_and_truth_values(tmp_path, cell, what):
    """What a spreadsheet made of a text is no id."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], [cell])

    finding = the_only(refused(tmp_path, excel()))

    assert finding.code == "PP225"
    assert what in finding.problem


def test_places_cells_where_the_table_does_not_begin_in_the_corner(tmp_path):
    """Rows and columns are those of the sheet, though its first ones are empty."""
    table = xlsx.rows(["n", "external_id"], ["x", xlsx.number(7)], first=4, column="C")
    xlsx.write(tmp_path / "ids.xlsx", **{"My Sheet": table})

    assert str(the_only(refused(tmp_path, excel())).place) == "ids.xlsx 'My Sheet'!D5"


def test_tells_the_first_cells_of_many(tmp_path):
    """Twenty places are enough to see what is wrong."""
    cells = [[xlsx.number(n)] for n in range(50)]
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], *cells)

    findings = refused(tmp_path, excel())

    assert [str(one.place) for one in findings] == [f"ids.xlsx Sheet1!A{n}" for n in range(2, 22)]


def test_ignores_trailing_empty_rows_only(tmp_path):
    """Empty rows at the end are nothing; one in between is an id that is missing."""
    xlsx.write(tmp_path / "end.xlsx", ["external_id"], ["a"], [""], [None], [""])
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], [""], ["b"], ["", "x"], ["c"])

    assert staged_ids(tmp_path, excel(path="end.xlsx")) == ["a"]
    assert [(str(one.place), one.problem) for one in refused(tmp_path, excel())] == [
        ("ids.xlsx Sheet1!A3", "external_id is empty"),
        ("ids.xlsx Sheet1!A5", "external_id is empty"),
    ]


def test_sets_unfit_ids_aside_where_it_may(tmp_path):
    """An erasure goes on without empty and unfit ids, and has them counted and placed."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], [""], ["_x0000_b"], ["c"])

    found, rows = staged(tmp_path, excel(), set_aside=True)

    assert (found.rows, found.rejected, [row[0] for row in rows]) == (4, 2, ["a", "c"])
    assert [str(one.place) for one in found.set_aside] == [
        "ids.xlsx Sheet1!A3",
        "ids.xlsx Sheet1!A4",
    ]


def test_takes_the_text_that_a_formula_gave(tmp_path):
    """The cached value of a formula is the id, where it is text."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], [xlsx.formula("u-1")])

    assert staged_ids(tmp_path, excel()) == ["u-1"]


@pytest.mark.parametrize("cell", [xlsx.failed(), xlsx.formula()])
def test_refuses_formulas_without_a_value(tmp_path, cell):
    """A failed or never computed formula looks empty, in the last rows too, and is refused."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], [cell])

    finding = the_only(refused(tmp_path, excel()))

    assert (finding.code, str(finding.place)) == ("PP225", "ids.xlsx Sheet1!A3")
    assert "formula" in finding.problem


def test_a_formula_that_gives_an_empty_text_is_empty(tmp_path):
    """An empty text at the end is an empty row."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], [xlsx.formula("")])

    assert staged_ids(tmp_path, excel()) == ["a"]


def test_counts_cells_that_are_not_named(tmp_path):
    """Rows and cells without a name follow the one before."""
    cells = "<row><c t='str'><v>n</v></c><c t='str'><v>external_id</v></c></row>"
    failing = "<row><c t='str'><v>x</v></c><c t='e'><v>#N/A</v></c></row>"
    xlsx.write(tmp_path / "ids.xlsx", Sheet1=cells + failing)

    assert str(the_only(refused(tmp_path, excel())).place) == "ids.xlsx Sheet1!B2"


@given(st.integers(1, 16_384))
def test_letters_count_as_a_spreadsheet_does(column):
    """Letters are digits of base 26 without a zero."""
    found = 0
    for letter in letters(column):
        found = found * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1

    assert found == column
