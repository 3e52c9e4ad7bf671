"""The sandbox's ledger, read as it grows: how often each id was sent, and what became of it."""

import json
import signal
from collections import Counter


class Tail:
    """What the ledger of a sandbox says from ``since`` on, by default from now; reads once."""

    def __init__(self, path, app_id, since=None):
        self._path, self._app_id = path, app_id
        self.offset = path.stat().st_size if since is None else since
        self.sent = Counter()
        self.carried_out = set()
        self.absent = set()
        self.strange = []

    def read(self):
        """Take in what has come since; give the number of DELETEs so far."""
        with self._path.open("rb") as file:
            file.seek(self.offset)
            whole, newline, _ = file.read().rpartition(b"\n")
        self.offset += len(whole) + len(newline)
        for line in whole.splitlines():
            self._take(json.loads(line))
        return self.sent.total()

    def _take(self, entry):
        if entry["resource"] in ("trap", "unreadable"):
            self.strange.append(entry["path"])
        if entry["method"] != "DELETE" or entry["app_id"] not in (self._app_id, None):
            return
        self.sent[entry["id"]] += 1
        if entry["carried_out"]:
            self.carried_out.add(entry["id"])
        elif entry["status"] in (404, 410) and entry["fault"] is None:
            self.absent.add(entry["id"])

    def until(self, count, process):
        """Wait until so many DELETEs have come in, or the process has ended."""
        while self.read() < count and process.poll() is None:
            signal.sigtimedwait((), 0.005)
