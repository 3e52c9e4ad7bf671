"""Compressed files and encodings: read to the last byte, or refused with the place."""

import gzip
import io

import pytest
import zstandard
from support.sources import refused, source, staged_ids, uuid

from purgeplan.errors import Place
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.sources.reading.decode import lines
from purgeplan.sources.reading.files import opened
from purgeplan.sources.reading.reach import Reach
from purgeplan.sources.reading.unpack import unpacked

IDS = [uuid(number) for number in range(50_000)]
TEXT = ("player_id\n" + "\n".join(IDS) + "\n").encode()


def zst(data, **options):
    """Compress with the frame's checksum on."""
    return zstandard.ZstdCompressor(write_checksum=True, **options).compress(data)


def flipped(data, at):
    """Flip one bit."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


PACKED = {"ids.csv.gz": gzip.compress(TEXT), "ids.csv.zst": zst(TEXT)}


@pytest.mark.parametrize("name", PACKED)
def test_compressed_files_are_read_whole(tmp_path, name):
    """Gzip and Zstandard are unpacked."""
    (tmp_path / name).write_bytes(PACKED[name])

    assert staged_ids(tmp_path, source(path=name)) == IDS


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_may_have_several_parts(tmp_path, name):
    """Concatenated members are one file, as gzip and zstd see it."""
    pack = gzip.compress if name.endswith("gz") else zst
    (tmp_path / name).write_bytes(pack(TEXT[:1000]) + pack(TEXT[1000:]))

    assert staged_ids(tmp_path, source(path=name)) == IDS


@pytest.mark.parametrize("pack", [gzip.compress, zst])
def test_a_bomb_is_given_on_in_pieces(tmp_path, pack):
    """A few bytes that are a hundred million blank lines take no memory for each of them."""
    (tmp_path / "ids.csv").write_bytes(pack(b"\n" * (64 << 20)))

    with opened(Reach(str(tmp_path)), "ids.csv", Place("plan.yaml")) as file:
        sizes = [len(piece) for piece in unpacked(file)]

    assert sum(sizes) == 64 << 20
    assert max(sizes) <= 2 << 20


def test_a_million_blank_lines_are_no_list(tmp_path):
    """The number of each is kept; of more the memory would not be enough."""
    (tmp_path / "ids.csv.zst").write_bytes(zst(b"player_id\n" + b"\n" * (8 << 20)))

    (finding,) = refused(tmp_path, source(path="ids.csv.zst"))

    assert (finding.code, "blank lines" in finding.problem) == ("PP208", True)


@pytest.mark.parametrize(("more", "codes"), [(16_383, []), (16_384, ["PP208"])])
def test_a_text_has_no_more_columns_than_a_sheet(tmp_path, more, codes):
    """Each takes the database memory, and a line of two megabytes can name a million."""
    (tmp_path / "ids.csv").write_bytes(b"player_id" + b",a" * more + b"\n" + b"," * more + b"\n")

    found = refused(tmp_path, source(path="ids.csv"))

    assert [one.code for one in found if one.code != "PP214"] == codes


def test_a_missing_column_is_told_with_the_first_of_those_that_are_there(tmp_path):
    """A message stays one that somebody reads."""
    (tmp_path / "ids.csv").write_bytes(b"a" + b",b" * 999 + b"\n")

    (finding,) = refused(tmp_path, source(path="ids.csv"))

    assert finding.problem.endswith("there are: a" + ", b" * 19 + " and 980 more")


def test_a_compressed_file_is_known_by_its_first_bytes(tmp_path):
    """Standard input and downloads without a suffix are unpacked too."""
    (tmp_path / "ids.csv").write_bytes(PACKED["ids.csv.gz"])

    assert staged_ids(tmp_path, source(path="ids.csv")) == IDS
    piped = io.BytesIO(PACKED["ids.csv.zst"])
    assert staged_ids(tmp_path, source(path="-"), stdin=piped) == IDS


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:9],
        lambda data: data + b"x" * 20,
        lambda data: flipped(data, -5),
        lambda data: flipped(data, -1),
        lambda data: flipped(data, len(data) // 2),
        lambda data: TEXT,
        lambda data: b"",
    ],
    ids=["half", "last-byte", "head", "garbage", "checksum", "end", "middle", "plain", "empty"],
)
def test_a_damaged_compressed_file_is_refused(tmp_path, name, damage):
    """A cut or bit-flipped file gives no ids at all, whatever part of it could be read."""
    (tmp_path / name).write_bytes(damage(PACKED[name]))

    found = refused(tmp_path, source(path=name))

    assert [(one.code, str(one.place)) for one in found] == [("PP206", name)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_marked_encodings_and_line_ends_give_the_same_ids(tmp_path, newline, last, encoding):
    """UTF-8 with and without a mark, UTF-16 of both kinds, LF and CRLF, a last line left open."""
    text = newline.join(["external_id,n", "é,1", "", "ß,2"]) + (newline if last else "")
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (tmp_path / "ids.csv").write_bytes(mark + text.encode(encoding))

    assert staged_ids(tmp_path, source(by=EXTERNAL_ID, path="ids.csv")) == ["ß", "é"]


def test_latin_1_is_read_where_it_is_said(tmp_path):
    """An encoding without a mark must be said."""
    (tmp_path / "ids.csv").write_bytes("external_id\né\n".encode("latin-1"))
    spec = source(by=EXTERNAL_ID, path="ids.csv", encoding="latin-1")

    assert staged_ids(tmp_path, spec) == ["é"]


def test_wrong_encoding_is_told_by_byte_and_line(tmp_path):
    """Nothing is guessed: the line and the way out are named."""
    (tmp_path / "ids.csv").write_bytes("external_id\r\na\r\n\r\né\r\n".encode("latin-1"))

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP207", "ids.csv:4")
    assert "0xe9" in found.problem
    assert "encoding: latin-1" in found.mend


def test_the_line_of_a_wrong_byte_is_counted_over_the_whole_file(tmp_path):
    """The count goes on from chunk to chunk."""
    lines = b"external_id\n" + b"user\n" * 600_000 + b"\xff\n"
    (tmp_path / "ids.csv").write_bytes(lines)

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert str(found.place) == "ids.csv:600002"


def test_broken_utf_16_is_told_by_its_line(tmp_path):
    """A half surrogate and half a character are no text."""
    text = "external_id\na\n".encode("utf-16")
    for broken in (b"\x00\xd8\x61\x00", b"\x61"):
        (tmp_path / "ids.csv").write_bytes(text + broken)

        (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

        assert (found.code, str(found.place)) == ("PP207", "ids.csv:3")


@pytest.mark.parametrize(
    ("said", "written"), [("utf-16", "utf-8"), ("utf-8", "utf-16"), ("utf-16", "utf-8-sig")]
)
def test_an_encoding_that_is_said_must_hold(tmp_path, said, written):
    """A mark that contradicts the plan is an error, and so is one that is missing."""
    (tmp_path / "ids.csv").write_bytes("external_id\na\n".encode(written))

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv", encoding=said))

    assert (found.code, str(found.place)) == ("PP207", "ids.csv:1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_encoding_that_is_said_may_hold(tmp_path, encoding):
    """Saying what is so is no error."""
    (tmp_path / "ids.csv").write_bytes("external_id\na\n".encode(encoding))

    spec = source(by=EXTERNAL_ID, path="ids.csv", encoding=encoding)

    assert staged_ids(tmp_path, spec) == ["a"]


def test_nul_bytes_are_refused_with_their_line(tmp_path):
    """A binary file, or UTF-16 without its mark, is no list."""
    (tmp_path / "ids.csv").write_bytes(b"external_id\na\nb\0c\n")

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP208", "ids.csv:3")


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"%PDF"])
def test_files_of_other_programs_are_known_by_their_start(tmp_path, head):
    """A spreadsheet that was only renamed is called by its name."""
    (tmp_path / "ids.csv").write_bytes(head + b"more")

    (found,) = refused(tmp_path, source(path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP208", "ids.csv")


def test_a_line_of_megabytes_is_no_row(tmp_path):
    """Memory stays bounded whatever a file holds."""
    (tmp_path / "ids.csv").write_bytes(b"external_id\n" + b"x" * 4_000_000)

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP208", "ids.csv:2")
    assert (found.problem, found.mend) == (
        "the line has more than 2,000,000 bytes",
        "write one row a line, each ended by LF or CRLF",
    )


def test_a_head_that_comes_in_drops_is_put_together():
    """A pipe may give one byte at a time; the mark of UTF-16 is seen all the same."""
    data = "external_id\na\n".encode("utf-16")
    drops = (data[at : at + 1] for at in range(len(data)))

    assert b"".join(lines("ids.csv", drops, None)) == b"external_id\na\n"
