"""Places of broken rows: found from where nothing was broken yet, and not all of them."""

import pytest
from support.sources import refused, source, uuid

from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.sources.reading.layout import Layout
from purgeplan.sources.reading.places import _LOOKED_THROUGH, Begin, Spooled
from purgeplan.sources.reading.scan import Scan

LAYOUT = Layout(("external_id", "n"), 0)


def spooled(path, text, dropped=()):
    """Give a text as it lies in a workspace."""
    path.write_bytes(text)
    return Spooled(path, "ids.csv", LAYOUT, dropped)


def lines(found):
    """Give the lines of findings."""
    return [one.place.line for one in found]


def test_a_scan_knows_how_far_nothing_is_broken():
    """It ends before the unit in which something is, or a quote is left open."""
    scan = Scan(LAYOUT)
    for unit in (b"external_id,n\n", b"\na,1\n", b'b,"2\n', b'3"\nc,4\n', b"d\n", b"e,5\n"):
        scan.feed(unit)

    assert scan.broken
    assert scan.sound == Begin(len(b'external_id,n\na,1\nb,"2\n3"\nc,4\n'), 6)


def test_places_are_looked_for_from_there(tmp_path):
    """A line has the number that it has in the file, blank ones counted in on both sides."""
    text = spooled(tmp_path / "spool", b"external_id,n\nx\na,1\nb\n", dropped=[1, 4])

    assert lines(text.broken_rows()) == [3, 6]
    assert lines(text.broken_rows(Begin(len(b"external_id,n\nx\n"), 3))) == [6]


def test_after_the_first_so_many_rows_are_looked_through(tmp_path):
    """Whoever waits is told of one row, not after millions of others; near ones are told too."""
    good = b"a,1\n" * (_LOOKED_THROUGH - 3)
    text = spooled(tmp_path / "spool", b"x\n" + good + b"y\n" + b"a,1\n" * 2 + b"z\n")

    assert lines(text.broken_rows()) == [1, _LOOKED_THROUGH - 1]


@pytest.mark.parametrize("at", [1, 20_000, 39_999])
def test_one_broken_row_of_many_is_placed(tmp_path, at):
    """Wherever it is, in a file of several units."""
    rows = [f'"{uuid(number)}",{number}' for number in range(40_000)]
    rows[at] += ",1"
    (tmp_path / "ids.csv").write_text("external_id,n\n\n" + "\n".join(rows) + "\n")

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert (found.code, found.place.line) == ("PP210", at + 3)
