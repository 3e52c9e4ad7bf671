"""Laws of reading: any text is judged as the model judges it, and read as Python's csv reads it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.sources import source, uuid

from purgeplan.errors import InvalidError
from purgeplan.model import ids
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.reading.fit import canonical_or_none, quick, sure_key_sql, sure_sql
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.places import SHOWN, Spooled
from purgeplan.sources.reading.scan import Scan
from purgeplan.sources.workspace import Workspace

ODD = (
    "",
    " ",
    "\u3000",
    "\u00a0a\u00a0",
    ".",
    "..",
    " .. ",
    "...",
    "a/..",
    "\0",
    "a\0b",
    "\x1f",
    "a\r",
    "\n",
    "\x85",
    "\u2028",
    "\ufeff",
    "1e5",
    "-1.5E+20",
    "1,5e3",
    "1e-5",
    "١e٥",
    "1.2.3e4",
    "K" * 36,
    uuid(1),
    uuid(10).upper(),
    f" {uuid(1)}\t",
    f"\u3000{uuid(1)}",
    uuid(1).replace("0", "٠"),
    uuid(1).replace("-", "–"),
    "ſ" * 8 + uuid(1)[8:],
    uuid(1) + "\n",
    "x" * 1024,
    "x" * 1025,
    "é" * 512,
    "é" * 512 + "x",
    "İ",
    "ß",
    "Ⅷ",
    "ﬁ",
    "a\u0300\u0316",
    "'; DROP TABLE staged_1; --",
)
KINDS_OF_IDS = (SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID, "crm_id")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHAPED = st.from_regex(r"\s?[0-9a-fA-F]{8}-([0-9a-fK]{4}-){3}[0-9A-F]{12}\s?", fullmatch=True)
NUMBERS = st.from_regex(r"[+-]?\d{1,3}([.,]\d+)?[eE]?[+-]?\d{1,3}", fullmatch=True)
ANY = st.sampled_from(ODD) | TEXT | SHAPED | NUMBERS


@pytest.fixture(scope="module")
def work():
    """Give one database for all examples."""
    with Workspace(threads=1) as base:
        yield base


def in_sql(work, expression, texts):
    """Evaluate an SQL expression over texts; NUL goes by a value, as no spool takes it."""
    sql = f"SELECT {expression} FROM (SELECT unnest(string_split(?, '|')) AS raw)"
    return [next(work.rows(sql, text.replace("|", "/")))[0] for text in texts]


@pytest.mark.parametrize("kind", KINDS_OF_IDS)
@given(texts=st.lists(ANY, max_size=20))
@example(texts=list(ODD))
def test_what_sql_is_sure_of_is_what_the_model_says(work, kind, texts):
    """Where SQL gives an id it is the canonical, fit one; the rest is left to Python."""
    texts = [text.replace("|", "/") for text in texts]

    for text, found in zip(texts, in_sql(work, sure_sql(kind, "raw"), texts), strict=True):
        assert found in (None, canonical_or_none(kind, text))


@pytest.mark.parametrize("kind", KINDS_OF_IDS)
@given(text=ANY | st.text(max_size=5))
@example(text="\ud800")
@example(text="x" * 1025)
def test_the_quick_judgement_is_the_models(kind, text):
    """Ids from Python are judged alike, half characters included."""
    canonical = ids.canonical(kind, text)
    expected = None if ids.unfit(kind, canonical) else canonical

    assert quick(kind)(text) == expected == canonical_or_none(kind, text)


@given(texts=st.lists(ANY, max_size=20))
@example(texts=list(ODD))
def test_the_form_that_sql_compares_is_the_models(work, texts):
    """Protect lists match by NFKC and case folding, in SQL as in Python."""
    texts = [text.replace("|", "/") for text in texts]

    for text, found in zip(texts, in_sql(work, sure_key_sql("x", "raw"), texts), strict=True):
        assert found in (None, ids.comparable("x", text))


def staged(root, kind, spec_kind="csv", **options):
    """Stage a file; give (rows, rejected, sorted ids), or the findings that refuse it."""
    with Workspace(threads=1) as work:
        try:
            found = KINDS[spec_kind](source(spec_kind, kind, **options)).stage(
                Context(str(root), set_aside=True), work
            )
        except InvalidError as error:
            return error.findings
        ids_found = sorted(work.column("SELECT id FROM $t", t=found.table))
        return found.rows, found.rejected, ids_found


def expected(kind, cells):
    """Say by the model what staging must give."""
    fit = [canonical_or_none(kind, cell) for cell in cells]
    return len(cells), fit.count(None), sorted(one for one in fit if one is not None)


CELL = ANY.map(lambda text: text.replace("\0", "").replace("\r\n", "\n"))


@pytest.mark.parametrize("kind", [SUBSCRIPTION_ID, EXTERNAL_ID])
@settings(max_examples=25)
@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
@example(
    rows=[
        (one.replace("\0", ""), two.replace("\0", ""))
        for one, two in zip(ODD, ODD[::-1], strict=True)
    ],
    delimiter=",",
    newline="\n",
    quoting=csv.QUOTE_ALL,
)
def test_whatever_a_writer_writes_is_read_back(tmp_path, kind, rows, delimiter, newline, quoting):
    """Any cells, quoted as csv quotes them: every row is an id of the model's or set aside."""
    if quoting == csv.QUOTE_MINIMAL:  # which leaves a carriage return as it is: no cell to us
        rows = [(one.replace("\r", ""), two.replace("\r", "")) for one, two in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([("n", kind), *rows])
    (tmp_path / "ids.csv").write_bytes(text.getvalue().encode())

    found = staged(tmp_path, kind, path="ids.csv", column=kind)

    written = [cell for _, cell in rows]
    assert found == expected(kind, written)


@settings(max_examples=25)
@given(
    lines=st.lists(CELL.filter(lambda text: text and not set(text) & set("\r\n\x1f")), max_size=8)
)
def test_a_txt_is_its_lines(tmp_path, lines):
    """Every line of a .txt is one cell, whatever it holds."""
    (tmp_path / "ids.txt").write_bytes("\n".join(lines).encode())

    assert staged(tmp_path, EXTERNAL_ID, path="ids.txt") == expected(EXTERNAL_ID, lines)


PIECES = st.lists(
    st.sampled_from(["a", "b", ",", ";", '"', '""', "\n", "\n\n", "\r\n", "\r", " ", "é"])
)


@given(pieces=PIECES)
@example(pieces=['"', "\n"])
@example(pieces=["a", ",", '"', "\n", "b", '"', "\n"])
@example(pieces=["a", ",", '""', '"', "\n", "\n", '"', ",", "b"])
def test_any_text_is_read_as_strict_csv_reads_it_or_refused(tmp_path, pieces):
    """Quotes, line ends and delimiters in any order: the rows of the strict reader, or none."""
    body = "".join(pieces)
    (tmp_path / "ids.csv").write_bytes(f"external_id,n\n{body}".encode())

    found = staged(tmp_path, EXTERNAL_ID, path="ids.csv")

    if isinstance(found[0], int):
        rows = csv.reader(io.StringIO(body.replace("\r\n", "\n"), newline=""), strict=True)
        read = [row for row in rows if row]
        assert all(len(row) == 2 for row in read)
        assert found == expected(EXTERNAL_ID, [row[0] for row in read])
    else:
        assert {one.code for one in found} <= {"PP210", "PP211"}


def scanned(spool, *units):
    """Scan units of lines of two cells; give the scan."""
    scan = Scan(Layout(("external_id", "n"), 0, header=False))
    for unit in units:
        spool.write(scan.feed(b"".join(unit)))
    return scan


def lines_of(pieces):
    """Give the lines of a text, each with its end, as they are given to the scan."""
    text = "".join(pieces).replace("\r\n", "\n").encode()
    return [line + b"\n" for line in text.split(b"\n")]


@given(pieces=PIECES, cut=st.integers(0, 30))
@example(pieces=['"', "\n", '"', "\n"], cut=1)
def test_where_a_text_is_cut_into_units_changes_nothing(pieces, cut):
    """The scan carries its state over units of whole lines; what is odd stays so."""
    lines = lines_of(pieces)

    def told(*units):
        spool = io.BytesIO()
        scan = scanned(spool, *units)
        text = spool.getvalue()
        return ("broken",) if scan.broken else (scan.records, list(scan.dropped), text)

    assert told(lines) == told(lines[:cut], lines[cut:]) == told(*[[one] for one in lines])


@settings(max_examples=300)
@given(pieces=PIECES, cut=st.integers(0, 30))
@example(pieces=["a", ",", '"', "b", "\n"], cut=0)
@example(pieces=["a", ",", '""', "b", "\n"], cut=0)
@example(pieces=["a", '""', ",", "b", "\n"], cut=0)
@example(pieces=["\n", "a", "\n", "\n", "b", ",", "a", ",", "a", "\n"], cut=2)
def test_the_quick_reader_doubts_nothing_but_what_the_slow_one_refuses(tmp_path, pieces, cut):
    """What the scan calls broken has a place, and what has none is counted alike by both."""
    lines, path = lines_of(pieces), tmp_path / "spool"
    with path.open("wb") as spool:
        scan = scanned(spool, lines[:cut], lines[cut:])
    text = Spooled(path, "ids.csv", Layout(("external_id", "n"), 0, header=False), scan.dropped)

    wrong = text.broken_rows()

    if scan.broken:
        since = text.broken_rows(scan.sound)
        assert since
        assert set(since) <= set(wrong)
    if not wrong:
        assert scan.records == len(list(text._records()))


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5),
    chosen=st.integers(0, 2),
)
def test_the_slow_reader_cuts_as_the_quick_one(tmp_path, rows, chosen):
    """What places name is what was read: each row well cut, its cells those of csv."""
    path = Path(tmp_path / "spool")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    path.write_bytes(text.getvalue().encode())
    layout = Layout(("external_id", "n", "m"), chosen, header=False)
    spooled = Spooled(path, "ids.csv", layout, ())

    unfit = [row for row in rows if canonical_or_none(EXTERNAL_ID, row[chosen]) is None]
    assert spooled.broken_rows() == ()
    assert len(spooled.unfit_ids(EXTERNAL_ID)) == len(unfit)


FIT = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda one: f" {str(one).upper()} "),
    st.sampled_from(["a", "1.2E5", "1.2E5x", "#N/A", ".", "..", "...", "a b", " a", "é", "\x7f"]),
    CELL,
)


@settings(max_examples=200)
@given(
    rows=st.lists(st.tuples(CELL, FIT, CELL, st.booleans()), min_size=1, max_size=12),
    kind=st.sampled_from([SUBSCRIPTION_ID, EXTERNAL_ID]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    block=st.sampled_from([1, 60, 200, 1 << 20]),
)
def test_unfit_ids_are_told_of_their_lines(tmp_path, rows, kind, quoting, block):
    """Whatever is skipped in long runs, each unfit id is told of, with its line in the file."""
    path, text, wanted, dropped, line = tmp_path / "spool", io.StringIO(), [], [], 0
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    for first, one, last, after_blank in rows:
        if after_blank:
            dropped.append(line)
        line += after_blank
        if canonical_or_none(kind, one) is None:
            wanted.append(line + 1)
        before = text.tell()
        writer.writerow([first, one, last])
        line += text.getvalue()[before:].count("\n")
    path.write_bytes(text.getvalue().encode())
    layout = Layout(("n", "id", "m"), 1, header=False)

    found = Spooled(path, "ids.csv", layout, dropped, block).unfit_ids(kind)

    assert [one.place.line for one in found] == wanted[:SHOWN]
