"""Order: what would be on the disk at the moment when each DELETE leaves, had only syncs counted.

The run is traced with all that it writes. From the trace a disk is built that keeps of each file
what was there before and what was synced since, and nothing else: the worst that a power cut may
leave. At each DELETE that disk's journal must have its id as sent (I3). Of a new journal its name
and those of its folders must be synced by the end of the plan.
"""

import re
from contextlib import closing
from pathlib import Path

from torture.judge import Verdict
from torture.parts.power import sabotaged
from torture.scene import scene
from torture.tools import need, strace
from torture.work import Task

from purgeplan.journal import open_reader

CALLS = "pwrite64,fdatasync,fsync,ftruncate,sendto"
LINE = re.compile(r"^(\d+) +(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$")
FILE = re.compile(r"^\d+<([^>]*)>")
WRITTEN = re.compile(r'^\d+<[^>]*>, "((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, \d+, (\d+)')
DELETED = re.compile(rb"^DELETE /apps/[^/]+/subscriptions/([^ /]+) HTTP")
NAMED = re.compile(r'^(?:mkdir\("|link\("[^"]*", ")((?:\\x[0-9a-f]{2})*)"')
SENT = re.compile(r'^\d+<[^>]*>, "((?:\\x[0-9a-f]{2})*)"')


class Disk:
    """Files as they surely are after a power cut."""

    def __init__(self, files):
        self.files = {str(path): bytearray(path.read_bytes()) for path in files if path.exists()}
        self.names = {str(path) for path in files}
        self._dirty = {name: [] for name in self.names}

    def write(self, name, offset, data):
        """Take a write that is not synced yet."""
        self._dirty[name].append((offset, data))

    def truncate(self, name, size):
        """Take a truncation that is not synced yet."""
        self._dirty[name].append((size, None))

    def sync(self, name):
        """Keep all of one file."""
        kept = self.files.setdefault(name, bytearray())
        for offset, data in self._dirty[name]:
            if data is None:
                del kept[offset:]
                continue
            kept.extend(bytes(max(0, offset + len(data) - len(kept))))
            kept[offset : offset + len(data)] = data
        self._dirty[name] = []

    def claimed(self, folder):
        """Give the ids that a reader of that disk finds claimed, and what it finds wrong."""
        folder.mkdir(exist_ok=True)
        for name in self.names:
            path = folder / name.rpartition("/")[2]
            path.unlink(missing_ok=True)
            if name in self.files:
                path.write_bytes(self.files[name])
                path.chmod(0o600)
        (folder / "journal.db-shm").unlink(missing_ok=True)
        with closing(open_reader(folder / "journal.db")) as journal:
            items = journal.items(journal.plans()[0].plan_id)
            return {one.id for one in items if one.attempts}, journal.check()


def events(lines, names):
    """Give what a trace says, in order: (kind, file, ...), writes as begun, syncs as ended."""
    begun = {}
    for line in lines:
        found = LINE.match(line)
        if not found:
            continue
        thread, call, rest, resumed, end = found.groups()
        if resumed:
            call, rest = resumed, begun.pop((thread, resumed), "") + end
        elif rest.endswith("<unfinished ...>"):
            begun[thread, call] = rest
            if call in ("fsync", "fdatasync"):
                continue
        elif call is None:
            continue
        if resumed and call not in ("fsync", "fdatasync"):
            continue
        yield from _event(call, rest, names)


def _event(call, rest, names):
    if call == "sendto":
        request = _text(SENT.match(rest)[1])
        found = DELETED.match(request)
        if found:
            yield "delete", found[1].decode()
        return
    name = _text(FILE.match(rest)[1]).decode()
    if name not in names:
        return
    if call == "pwrite64":
        data, cut, offset = WRITTEN.match(rest).groups()
        assert not cut, "the trace is cut"
        yield "write", name, int(offset), _text(data)
    elif call == "ftruncate":
        yield "truncate", name, int(re.search(r">, (\d+)", rest)[1])
    elif rest.rstrip().endswith("= 0"):
        yield "sync", name


def _text(shown):
    """Give the bytes that strace shows by their hex digits, names of files too."""
    return bytes.fromhex(shown.replace("\\x", ""))


def replay(disk, happened, folder):
    """Replay a run on a disk; give the flaws, the requests seen and the disks looked at."""
    flaws, requests, looks, claimed = [], 0, 0, None
    for kind, *what in happened:
        if kind == "delete":
            requests += 1
            if claimed is None:
                claimed, wrong = disk.claimed(folder)
                flaws += wrong
                looks += 1
            if what[0] not in claimed:
                flaws.append(f"I3: {what[0]} left before its claim was durable")
        else:
            getattr(disk, kind)(*what)
            claimed = None if kind == "sync" else claimed
    return flaws, requests, looks


def traced(one, folder, **env):
    """Trace a whole apply, and give its case, the flaws and what was seen."""
    case = one.case()
    trace = folder / "trace"
    files = [case.journal, case.journal.with_name("journal.db-wal")]
    disk = Disk(files)
    argv = strace(case.argv("apply"), trace, CALLS, strings=9_000)
    argv.insert(1, "-xx")
    done = case.end(case.start(argv, **env))
    assert done.code == 0, done.err
    happened = events(trace.read_text().splitlines(), disk.names)
    return case, replay(disk, happened, folder / "image")


def order(work):
    """Trace runs at several paces."""
    need("strace")
    for rate in (20, 200, 900)[: work.scale.rounds]:
        folder = work.folder / str(rate)
        with scene(folder, 4 * work.scale.ids, pace=f"{{rate: {rate}/s}}") as one:
            case, (flaws, requests, looks) = traced(one, folder)
            found = case.verdict()
            flaws = (*found.flaws, *flaws)
            work.add(f"{rate}/s", Verdict(found.sent, found.resent, found.lost, flaws))
            work.note(f"{rate}/s: {requests} requests over {looks} disks")


def unsynced(lines, root):
    """Give the names of folders and files under a root that a trace does not show synced."""
    open_names = set()
    for line in lines:
        call = line.partition(" ")[2].strip()
        if not call.endswith("= 0"):
            continue
        if found := NAMED.match(call):
            open_names.add(root / _text(found[1]).decode())
        elif call.startswith("fsync("):
            name = Path(_text(FILE.match(call.removeprefix("fsync("))[1]).decode())
            open_names = {one for one in open_names if one.parent != name}
    return {one for one in open_names if one.is_relative_to(root)}


def new(work):
    """Trace a plan whose journal is new, in folders that are."""
    need("strace")
    with scene(work.folder, work.scale.ids, frozen=False) as one:
        case = one.case()
        trace = work.folder / "trace"
        argv = strace(case.argv("plan"), trace, "mkdir,link,fsync", strings=9_000)
        argv.insert(1, "-xx")
        done = case.end(case.start(argv, PURGEPLAN_JOURNAL="new/folder/journal.db"))
        assert done.code == 0, done.err
        left = unsynced(trace.read_text().splitlines(), case.folder)
        flaws = [f"I3: the name of {one.relative_to(case.folder)} is not durable" for one in left]
        work.add("a new journal", Verdict(0, flaws=tuple(sorted(flaws))))


def teeth(work):
    """Trace a copy of the product that does not sync: it must be caught."""
    need("strace")
    work.folder.mkdir(parents=True)
    env = sabotaged(work.folder / "mutant")
    with scene(work.folder / "scene", work.scale.ids) as one:
        _, (flaws, requests, _) = traced(one, work.folder, **env)
        work.add("mutant", Verdict(requests, flaws=() if flaws else ("it was not caught",)))
    work.note(f"{len(flaws)} of {requests} requests left too early")


TASKS = [
    Task("order", "plan: the names of a new journal and its folders", new),
    Task("order", "apply: only what was synced counts", order),
    Task("order", "the same on a copy with synchronous=NORMAL: must be caught", teeth),
]
