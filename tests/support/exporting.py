"""A scene for exports: an API that takes requests, the files' host, an exporter and its memory."""

import asyncio
import gzip
import hashlib
from datetime import timedelta

from support.wire import START, QuickClock, app_at, key, play, raw_server

from purgeplan.model.ports import ExportAsk
from purgeplan.model.spec import Resource
from purgeplan.onesignal.api import Api
from purgeplan.onesignal.export import Exporter, Memory

ROWS = b"id,identifier\n" + b"e4e87830-b954-4363-b7bc-1f01dbaee5c8,\n" * 200
FILE = gzip.compress(ROWS)
READY = play(200, FILE, "application/gzip")
DAY_S = 86_400.0


class Notes:
    """A memory of one export that a test can look into."""

    def __init__(self, url=None, asked_at=None):
        self.known = (url, asked_at) if url else None
        self.asked = []

    def recall(self, ask):
        """Give what is known."""
        return self.known

    def remember(self, ask, url, asked_at):
        """Keep what was asked for."""
        self.known = (url, asked_at)
        self.asked.append(url)


class Scene:
    """An API that takes export requests, the files' host, and what an exporter does with them."""

    def __init__(self, tmp_path, asks, files):
        self.folder, self.asks, self.files = tmp_path, asks, files
        self.clock, self.notes, self.said = QuickClock(), Notes(), []
        self.resource, self.left = Resource.SUBSCRIPTION, b""

    def obtain(self, ask=None, max_age_s=DAY_S, patience=60.0, known_for_s=None):
        """Run an exporter to its end; the servers stay to be looked at."""

        async def main():
            async with raw_server(*self.files) as host:
                url = f"{host.url}/csv_exports/a/users_x.csv.gz"
                if self.left:
                    name = hashlib.sha256(url.encode()).hexdigest()[:16]
                    (self.folder / f"export-{name}.csv.gz").write_bytes(self.left)
                if known_for_s is not None:
                    self.notes.known = (url, START - timedelta(seconds=known_for_s))
                asks = [play(200, {"csv_file_url": url}) if ask is None else ask
                        for ask in self.asks]  # fmt: skip
                async with raw_server(*asks) as api:
                    self.api, self.host, self.url = api, host, url
                    exporter = self.exporter(api.url, patience)
                    try:
                        return await exporter.fetch(ask or ExportAsk(), max_age_s, self.tell)
                    finally:
                        await exporter.close()

        return asyncio.run(main())

    def exporter(self, url, patience):
        """Give the exporter."""
        api = Api(app_at(url), self.resource, key(), self.clock)
        memory = Memory(self.folder, self.notes.recall, self.notes.remember)
        return Exporter(api, self.clock, memory, patience)

    def tell(self, phase, done, total):
        """Keep what is told."""
        self.said.append(phase)
        self.bytes = (done, total)
