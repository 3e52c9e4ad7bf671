"""Excel: a workbook is refused where it is cut, damaged, locked or not what it seems."""

import struct
import sys
import zipfile
import zlib

import pytest
from support import xlsx
from support.sources import excel, refused, staged_ids, the_only

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
