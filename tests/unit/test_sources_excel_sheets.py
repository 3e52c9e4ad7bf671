"""Excel: which sheet and columns are read, nothing hidden, and what an export tells."""

import pytest
from support import xlsx
from support.sources import excel, refused, staged, staged_ids, the_only, uuid

from purgeplan.model.ids import SUBSCRIPTION_ID


def test_refuses_hidden_rows(tmp_path):
    """Whoever filtered the sheet saw fewer people than it holds."""
    table = xlsx.rows(["external_id"], ["a"], ["b"], hidden={3})
    xlsx.write(tmp_path / "ids.xlsx", Sheet1=table)

    finding = the_only(refused(tmp_path, excel()))

    assert finding.code == "PP226"
    assert "row 3 of Sheet1 is hidden" in finding.problem


def test_takes_hidden_rows_without_cells(tmp_path):
    """A hidden row that holds nothing hides nobody."""
    table = xlsx.rows(["external_id"], ["a"], [None], hidden={3})
    xlsx.write(tmp_path / "ids.xlsx", Sheet1=table)

    assert staged_ids(tmp_path, excel()) == ["a"]


def test_reads_the_sheet_that_is_named_or_the_first_visible(tmp_path):
    """A hidden sheet is read by its name only."""
    sheets = {name: xlsx.rows(["external_id"], [name]) for name in ("old_", "now", "more")}
    xlsx.write(tmp_path / "ids.xlsx", **sheets)

    assert staged_ids(tmp_path, excel()) == ["now"]
    assert staged_ids(tmp_path, excel(sheet="more")) == ["more"]
    assert staged_ids(tmp_path, excel(sheet="old")) == ["old_"]


@pytest.mark.parametrize(("wanted", "mend"), [("Nwo", "did you mean Now?"), ("x", "`sheet`")])
def test_says_which_sheets_are_there(tmp_path, wanted, mend):
    """An unknown sheet is told with those that are there."""
    xlsx.write(tmp_path / "ids.xlsx", Now=xlsx.rows(["external_id"]), More="")

    finding = the_only(refused(tmp_path, excel(sheet=wanted)))

    assert finding.code == "PP226"
    assert "there are: Now, More" in finding.problem
    assert mend in finding.mend


def test_says_which_columns_are_there(tmp_path):
    """A missing column is told with the place of the header."""
    xlsx.write(tmp_path / "ids.xlsx", ["customer", "mail"], ["a", "b"])

    finding = the_only(refused(tmp_path, excel()))

    assert (finding.code, str(finding.place)) == ("PP212", "ids.xlsx Sheet1!A1")


def test_refuses_a_sheet_without_header_or_cells(tmp_path):
    """A first row of ids is no header, and an empty sheet has none."""
    xlsx.write(tmp_path / "ids.xlsx", [xlsx.number(12345678)], [xlsx.number(5)])
    xlsx.write(tmp_path / "none.xlsx", Sheet1="")

    assert the_only(refused(tmp_path, excel())).code == "PP209"
    assert the_only(refused(tmp_path, excel(path="none.xlsx"))).code == "PP209"


def test_recognizes_an_export_saved_by_excel(tmp_path):
    """Excel makes numbers and truth values of two columns; they say the same."""
    header = ["id", "onesignal_id", "external_user_id", "invalid_identifier", "device_type"]
    row = [uuid(1), uuid(2), "u-1", xlsx.truth(value=True), xlsx.number(11), "2026-06-01 00:00:01"]
    xlsx.write(tmp_path / "ids.xlsx", [*header, "last_active"], row)

    found, rows = staged(tmp_path, excel(SUBSCRIPTION_ID))

    assert rows == [(uuid(1), None, uuid(2), "u-1", "t", "email", "1780272001000")]
    assert found.known == {"onesignal_id", "external_id", "opted_out", "channel", "last_active"}


@pytest.mark.parametrize("cell", [xlsx.number("1.23E+15"), xlsx.failed(), xlsx.formula()])
def test_knows_nothing_by_a_column_with_cells_that_are_no_text(tmp_path, cell):
    """One rounded external_user_id, and a protect list can't be compared with any of them."""
    rows = [["player_id", "external_user_id"], [uuid(1), "u-1"], [uuid(2), cell]]
    xlsx.write(tmp_path / "ids.xlsx", *rows)

    found, _ = staged(tmp_path, excel(SUBSCRIPTION_ID))

    assert found.known == frozenset()


def test_opt_outs_are_known_with_their_channel_only(tmp_path):
    """A device_type that is no whole number leaves the opt-outs unchecked."""
    header = ["id", "invalid_identifier", "device_type"]
    xlsx.write(tmp_path / "ids.xlsx", header, [uuid(1), xlsx.truth(value=True), xlsx.number(1.5)])

    found, rows = staged(tmp_path, excel(SUBSCRIPTION_ID))

    assert found.known == frozenset()
    assert rows == [(uuid(1), *[None] * 6)]


def test_reads_files_of_a_pattern_in_one(tmp_path):
    """A pattern names several workbooks, each with its digest."""
    for name in ("a", "b"):
        xlsx.write(tmp_path / f"{name}.xlsx", ["external_id"], [name])

    found, rows = staged(tmp_path, excel(path="*.xlsx"))

    assert ([row[0] for row in rows], set(found.files)) == (["a", "b"], {"a.xlsx", "b.xlsx"})
