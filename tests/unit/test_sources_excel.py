"""Excel: text cells of a visible sheet, each with its place, and nothing hidden or failed."""

import struct
import sys
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import xlsx
from support.sources import refused, source, staged_ids, uuid

from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.typed.workbook import letters
from purgeplan.sources.workspace import Workspace


def excel(by=EXTERNAL_ID, **options):
    """Give a source of the kind, of ids.xlsx."""
    return source("excel", by, **{"path": "ids.xlsx", **options})


def staged(root, spec, **context):
    """Give what a source stages, with its rows."""
    with Workspace(threads=1) as work:
        found = KINDS[spec.kind](spec).stage(Context(str(root), **context), work)
        rows = work.rows("SELECT * EXCLUDE (doubt) FROM $table ORDER BY id", table=found.table)
        return found, list(rows)


def the_only(findings):
    """Give the one finding."""
    (finding,) = findings
    return finding


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


def test_refuses_hidden_rows(tmp_path):
    """Whoever filtered the sheet saw fewer people than it holds."""
    table = xlsx.rows(["external_id"], ["a"], ["b"], hidden={3})
    xlsx.write(tmp_path / "ids.xlsx", Sheet1=table)

    finding = the_only(refused(tmp_path, excel()))

    assert finding.code == "PP226"
    assert "row 3 of Sheet1 is hidden" in finding.problem


NAMED_ALIKE = {
    "same": ("xl/worksheets/sheet1.xml", b""),
    "other case": ("XL/Worksheets/Sheet1.xml", b""),
    "other slash": ("xl\\worksheets\\sheet1.xml", b""),
    "NUL": ("xl/worksheets/sheet1.xml?nul?", b""),
    "Unicode path": ("harmless.bin", b"xl/worksheets/sheet1.xml"),
}


@pytest.mark.parametrize("alike", NAMED_ALIKE.values(), ids=NAMED_ALIKE.keys())
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_refuses_parts_that_can_be_taken_for_one_another(tmp_path, alike):
    """Else the rows that are read are of another sheet than the one that was looked into."""
    name, path_beside = alike
    path = xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["seen"])
    other = xlsx.write(tmp_path / "other.xlsx", ["external_id"], ["unseen"])
    with zipfile.ZipFile(path, "a") as book, zipfile.ZipFile(other) as of_another:
        part = zipfile.ZipInfo(name)
        if path_beside:
            head = struct.pack("<HHBL", 0x7075, 5 + len(path_beside), 1, zlib.crc32(name.encode()))
            part.extra = head + path_beside
        book.writestr(part, of_another.read("xl/worksheets/sheet1.xml"))
    path.write_bytes(path.read_bytes().replace(b"?nul?", b"\0nul?"))

    finding = the_only(refused(tmp_path, excel()))

    assert (finding.code, str(finding.place)) == ("PP224", "ids.xlsx")
    assert "two names" in finding.problem


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


@pytest.mark.parametrize("size", [0, 4, 0.5, -1, -30])
def test_refuses_a_cut_workbook(tmp_path, size):
    """A workbook that ends early is refused with its name and what to do."""
    content = xlsx.write(tmp_path / "all.xlsx", ["external_id"], ["a"]).read_bytes()
    cut = int(len(content) * size) if isinstance(size, float) else size
    (tmp_path / "ids.xlsx").write_bytes(content[:cut])

    finding = the_only(refused(tmp_path, excel()))

    assert (finding.code, str(finding.place)) == ("PP224", "ids.xlsx")
    assert "again" in finding.mend


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"external_id\nsecret-id-1\n", b""]
)
def test_refuses_other_formats(tmp_path, content):
    """Old, encrypted and foreign files are refused, and nothing of them is shown."""
    (tmp_path / "ids.xlsx").write_bytes(content)

    finding = the_only(refused(tmp_path, excel()))

    assert finding.code == "PP224"
    assert "secret" not in str(finding)


def test_refuses_a_flipped_bit(tmp_path):
    """A part that fails its checksum is refused, whether the reader would need it or not."""
    path = xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"])
    with zipfile.ZipFile(path) as book:
        part = book.getinfo("xl/styles.xml")
    content = bytearray(path.read_bytes())
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 1
    path.write_bytes(content)

    assert the_only(refused(tmp_path, excel())).code == "PP224"


def test_refuses_a_password(tmp_path):
    """A part that is encrypted is told as such a file is."""
    path = xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"])
    content = bytearray(path.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at + 1)) > 0:
        content[at + 8] |= 1
    path.write_bytes(content)

    assert "password" in the_only(refused(tmp_path, excel())).mend


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row"),
        ("xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("xl/workbook.xml", "<workbook><sheets/></workbook>"),
        ("xl/workbook.xml", '<workbook><sheets><sheet name="a"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        ("_rels/.rels", "<Relationships"),
    ],
)
def test_refuses_parts_that_are_not_as_they_must_be(tmp_path, part, text):
    """Broken XML, a document type and missing sheets are refused, never guessed around."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], parts={part: text})

    assert the_only(refused(tmp_path, excel())).code == "PP224"


def test_refuses_a_stray_cell_at_the_end_of_the_sheet(tmp_path):
    """The reader takes memory for every cell up to the last: it is told, not tried."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    xlsx.write(tmp_path / "ids.xlsx", Sheet1=xlsx.rows(["external_id"], ["a"]) + far)

    finding = the_only(refused(tmp_path, excel()))

    assert finding.code == "PP224"
    assert "XFD1048576" in finding.problem


def test_refuses_a_workbook_that_unpacks_to_gigabytes(tmp_path):
    """The sizes that the archive states are enough to refuse it."""
    path = xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"])
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", (2 << 30) + 1)
    path.write_bytes(content)

    assert "too large" in the_only(refused(tmp_path, excel())).problem


def test_says_how_to_get_the_extra(tmp_path, monkeypatch):
    """Without python-calamine one line says what to install."""
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"])
    monkeypatch.setitem(sys.modules, "python_calamine", None)

    finding = the_only(refused(tmp_path, excel()))

    assert (finding.code, finding.mend) == ("PP223", "pip install 'purgeplan[excel]'")


def test_finds_parts_by_absolute_names(tmp_path):
    """Some programs write the names of parts from the root of the archive."""
    links = '<Relationship Id="r1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
    part = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}'
    parts = {"xl/_rels/workbook.xml.rels": f"{part}</Relationships>"}
    xlsx.write(tmp_path / "ids.xlsx", ["external_id"], ["a"], parts=parts)

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
