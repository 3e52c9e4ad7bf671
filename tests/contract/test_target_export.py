"""The exporter and the segments against the sandbox: the file is the audience."""

import asyncio
import csv
import gzip
import io
from pathlib import Path

import pytest
from support.sandbox import sandbox
from support.wire import QuickClock, app_at

from purgeplan.model.ports import ExportAsk
from purgeplan.model.secret import Secret
from purgeplan.model.spec import Resource
from purgeplan.onesignal.api import Api
from purgeplan.onesignal.export import Exporter, Memory
from purgeplan.onesignal.segments import find_segment

EXTRA = ("external_user_id", "onesignal_id", "unsubscribed_at", "notification_types")


@pytest.fixture(scope="module")
def box():
    """Give a sandbox whose exports are ready at once."""
    with sandbox("--subscriptions", "200", "--no-limits", "--export-speed", "1e9") as running:
        yield running


def api_of(box):
    """Give the API of the sandbox's app."""
    app = app_at(box.url, box.app_id)
    return Api(app, Resource.SUBSCRIPTION, Secret(box.api_key), QuickClock())


def export(box, ask, folder):
    """Get one export; give its rows."""

    async def main():
        memory = Memory(folder, lambda _: None, lambda *_: None)
        exporter = Exporter(api_of(box), QuickClock(), memory, 60.0)
        try:
            return await exporter.fetch(ask, 0.0, lambda *_: None)
        finally:
            await exporter.close()

    made = asyncio.run(main())
    return list(csv.DictReader(io.StringIO(gzip.decompress(Path(made.path).read_bytes()).decode())))


def test_an_export_holds_the_whole_audience(box, tmp_path):
    """Every row comes, unsubscribed ones too, with the fields asked for and no others extra."""
    rows = export(box, ExportAsk(EXTRA), tmp_path)

    assert [row["id"] for row in rows] == [row["id"] for row in box.audience()]
    assert set(EXTRA) <= set(rows[0])
    assert "ip" not in rows[0]


def test_a_segment_export_holds_its_unsubscribed_rows(box, tmp_path):
    """The rows of a segment are those of the audience, whether subscribed or not."""
    rows = export(box, ExportAsk((), "Total Subscriptions"), tmp_path)

    assert len(rows) == len(box.audience())


def test_a_segment_is_found_by_name(box):
    """A built-in segment that is not everyone can be taken."""

    async def main():
        api = api_of(box)
        try:
            return await find_segment(api, "Inactive Subscriptions")
        finally:
            await api.close()

    assert asyncio.run(main()).name == "Inactive Subscriptions"
