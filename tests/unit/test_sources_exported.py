"""An export as a file: columns that moved or are gone, rows that are broken, damage."""

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from support.audience import Exports, audience, codes_of, export, ids_of, kept_none, row, rules
from support.sources import source

from purgeplan.errors import InvalidError, UnreachableError
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.ports import ExportAsk
from purgeplan.sources.audience.load import spooled
from purgeplan.sources.reading.reach import quiet
from purgeplan.sources.workspace import Workspace


def test_a_column_that_has_gone_is_told(tmp_path):
    """Columns are read by name; one that is not there can't decide."""
    names = ["id", "device_type", "last_active", "invalid_identifier", "external_user_id"]
    exports = Exports(tmp_path, [row(1)], names=[*names, "onesignal_id", "country"])

    assert codes_of(kept_none(tmp_path, export(where="badge_count > 1")), exports) == ["PP231"]
    assert len(ids_of(kept_none(tmp_path, export(inactive_for="1d")), exports)) == 1


@pytest.mark.parametrize("twice", ["last_active", "invalid_identifier"])
def test_a_column_that_is_there_twice_is_told(tmp_path, twice):
    """Which of the two is meant nobody knows: the first may be the older one."""
    names = ["id", "device_type", "last_active", "invalid_identifier", "external_user_id"]
    exports = Exports(tmp_path, [row(1)], names=[*names, "onesignal_id", "country", twice])

    assert codes_of(kept_none(tmp_path, export(inactive_for="1d")), exports) == ["PP231"]


def test_columns_in_another_order_are_the_same(tmp_path):
    """What an export holds is found by the header, not by its order."""
    names = ["country", "last_active", "onesignal_id", "invalid_identifier", "tags", "id"]
    names += ["external_user_id", "device_type"]
    rows = [row(1), row(2, last_active="2026-11-20 10:00:00")]
    exports = Exports(tmp_path, rows, names=names)

    assert ids_of(kept_none(tmp_path, export(inactive_for="90d")), exports) == {rows[0]["id"]}


def test_a_broken_row_is_told_with_its_line(tmp_path):
    """An unclosed quote or a short row refuses the whole export, at the line."""

    class Broken(Exports):
        def __call__(self, *given):
            """Cut the last row within a quoted cell."""
            file = super().__call__(*given)
            path = Path(file.path)
            text = gzip.decompress(path.read_bytes()).rstrip() + b'\nabc,"def'
            path.write_bytes(gzip.compress(text))
            return replace(file, sha256=hashlib.sha256(path.read_bytes()).hexdigest())

    given_rules = kept_none(tmp_path, export(inactive_for="1d"))
    with pytest.raises(InvalidError) as caught:
        ids_of(given_rules, Broken(tmp_path, [row(1), row(2)]))
    (finding,) = caught.value.findings
    assert (finding.code, finding.place.line) == ("PP211", 4)


def test_settings_of_files_do_not_fit_an_export(tmp_path):
    """An export can't be pinned, and holds no aliases of one's own."""
    exports = Exports(tmp_path, [row(1)])
    pinned = source("export", SUBSCRIPTION_ID, sha256="0" * 64, inactive_for="1d")

    assert codes_of(kept_none(tmp_path, pinned), exports) == ["PP232"]
    assert codes_of(rules(tmp_path, export(inactive_for="1d"), by="crm_id"), exports) == ["PP232"]
    assert codes_of(kept_none(tmp_path, export(inactive_for="1d")), None) == ["PP232"]
    assert not exports.asked


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "without its end": lambda content: content[:-8],
    "another checksum": lambda content: content[:-8] + bytes(8),
    "junk after it": lambda content: content + b"junk",
    "no gzip": lambda _: b"<html>",
    **{
        f"bit {at}": lambda content, at=at: (
            content[: len(content) // at]
            + bytes([content[len(content) // at] ^ 0x10])
            + content[len(content) // at + 1 :]
        )
        for at in (2, 3, 5, 9)
    },
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_export_is_taken_away(tmp_path, damage):
    """Whatever of it shows first, nothing is read of it, and the next command fetches it again."""
    rows = audience(3, 300)
    file = Exports(tmp_path, rows)(ExportAsk(), 0, quiet)
    path = Path(file.path)
    path.write_bytes(damage(path.read_bytes()))

    with (
        pytest.raises(UnreachableError) as refused,
        Workspace() as work,
        spooled(work, file, quiet),
    ):
        pass

    assert refused.value.findings[0].code == "PP611"
    assert not path.exists()


def test_an_export_that_is_whole_and_wrong_stays(tmp_path):
    """What OneSignal has written itself would be no other the next time."""
    file = Exports(tmp_path, [])(ExportAsk(), 0, quiet)
    path = Path(file.path)
    path.write_bytes(gzip.compress(b"id,device_type\n\xff,1\n"))

    with pytest.raises(InvalidError) as refused, Workspace() as work, spooled(work, file, quiet):
        pass

    assert refused.value.findings[0].code == "PP207"
    assert path.exists()
