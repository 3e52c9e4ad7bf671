"""Kills and broken disks, in real processes: what was promised is there, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest
from support.journal import ANN, T0, HandClock, draft, planned

from purgeplan.journal import open_journal, open_reader
from purgeplan.model.outcome import State
from purgeplan.model.records import PlanState

TESTS = str(Path(__file__).parent.parent)

PROLOGUE = """
    import os, resource, signal, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from support.journal import ANN, T0, HandClock, draft, planned
    from purgeplan.errors import JournalError
    from purgeplan.journal import open_journal
    from purgeplan.model.outcome import Code, Outcome, State
    from purgeplan.model.records import PlannedItem

    path = Path({path!r})
    journal = open_journal(path, HandClock())
"""

KILLED_WHILE_SAVING = """
    def items():
        for number in range(60_000):
            yield PlannedItem(f"id-{number:08}")
            if number == 50_000:
                os.kill(os.getpid(), signal.SIGKILL)
    journal.save(draft(), items(), T0)
"""

KILLED_AFTER_A_TURN = """
    run_id = journal.start_run(1, "apply", ANN, T0)
    one, two, three = journal.turn(run_id, [], [], 3)
    journal.turn(run_id, [Outcome(one, State.ACCEPTED, Code.ACCEPTED, T0, 202)], [], 2)
    os.kill(os.getpid(), signal.SIGKILL)
"""

FAILING = """
    def fingerprints():
        return [file.read_bytes() for file in (path, path.with_name(path.name + "-wal"))]

    run_id = journal.start_run(1, "apply", ANN, T0)
    items = journal.turn(run_id, [], [], 5)
    {trouble}
    first = None
    for number in range(50):
        try:
            items = journal.turn(run_id, [Outcome(one, State.ACCEPTED, Code.ACCEPTED, T0, 202)
                                          for one in items], [], 5)
        except JournalError as error:
            first = error
            break
    assert first is not None, "the disk did not fail"
    print(number, flush=True)
    before = fingerprints()
    for call in (
        lambda: journal.turn(run_id, [], [], 1),
        lambda: journal.note("x", None, None, T0, {}),
        lambda: journal.tally(1),
        lambda: journal.end_run(run_id, "done", 0, T0),
    ):
        try:
            call()
        except JournalError as again:
            assert again is first
        else:
            raise AssertionError
    journal.close()
    assert fingerprints() == before
    Path({seen}).write_bytes(b"".join(before))
"""

FULL_DISK = """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = path.with_name(path.name + "-wal").stat().st_size + 40_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
"""

FREED = """
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def script(path, body, **values):
    """Give a command that runs some lines on the journal at a path."""
    text = textwrap.dedent(PROLOGUE).format(tests=TESTS, path=str(path))
    body = textwrap.dedent(body)
    for name, value in values.items():
        body = body.replace(f"{{{name}}}", repr(value))
    return [sys.executable, "-c", text + body]


@pytest.fixture
def path(tmp_path):
    """Give the path of a journal with an open plan of 500 ids."""
    path = tmp_path / "app.db"
    with closing(open_journal(path, HandClock())) as journal:
        journal.save(draft(), planned(*(f"id-{number:03}" for number in range(500))), T0)
    return path


def test_keeps_no_half_of_a_plan(path):
    """Killed in the middle of writing a plan, the journal has the plans it had before."""
    killed = subprocess.run(script(path, KILLED_WHILE_SAVING), check=False)

    assert killed.returncode == -9
    with closing(open_journal(path, HandClock())) as journal:
        assert [(row.total, row.state) for row in journal.plans()] == [(500, PlanState.OPEN)]
        assert journal.check() == []


def test_makes_no_journal_when_killed_before_it_is_whole(tmp_path):
    """A kill before the first file has its name leaves no journal under that name."""
    path = tmp_path / "app.db"
    body = textwrap.dedent(PROLOGUE).format(tests=TESTS, path=str(path))
    body = body.replace(
        "journal = open_journal(path, HandClock())",
        "os.link = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "open_journal(path, HandClock())",
    )

    assert subprocess.run([sys.executable, "-c", body], check=False).returncode == -9
    assert not path.exists()
    with closing(open_journal(path, HandClock())) as journal:
        assert journal.plans() == []


def test_is_readable_from_its_first_moment(tmp_path):
    """Killed as soon as the first file has its name, it is in WAL mode: no reader needs to mend."""
    path = tmp_path / "app.db"
    body = textwrap.dedent(PROLOGUE).format(tests=TESTS, path=str(path))
    body = body.replace(
        "journal = open_journal(path, HandClock())",
        "link = os.link\n"
        "os.link = lambda *names: (link(*names), os.kill(os.getpid(), signal.SIGKILL))\n"
        "open_journal(path, HandClock())",
    )

    assert subprocess.run([sys.executable, "-c", body], check=False).returncode == -9
    assert path.read_bytes()[18:20] == b"\2\2", "SQLite's versions for WAL"
    with closing(open_reader(path)) as reader:
        assert reader.plans() == []


def test_remembers_every_turn_that_returned(path):
    """Killed right after a turn, what it claimed is sent and what it settled is settled."""
    killed = subprocess.run(script(path, KILLED_AFTER_A_TURN), check=False)

    assert killed.returncode == -9
    with closing(open_reader(path)) as reader:
        states = [row.state for row in reader.items(1)][:6]
        assert reader.check() == []
    assert states == [State.ACCEPTED, *[State.SENT] * 4, State.PENDING]


def test_falls_silent_at_the_first_error_of_the_disk(path, tmp_path):
    """On a full disk the first error is the last word, also when there is room again (I15)."""
    seen = tmp_path / "seen"
    body = FAILING.replace("{trouble}", textwrap.dedent(FULL_DISK).replace("\n", "\n    ").strip())
    body = body.replace("    before = fing", FREED.strip("\n") + "\n    before = fing", 1)
    done = subprocess.run(
        script(path, body, seen=str(seen)), check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
    log = path.with_name("app.db-wal")
    assert seen.read_bytes() == path.read_bytes() + log.read_bytes(), "closed by the interpreter"
    _resumes(path, turns=int(done.stdout))


def _resumes(path, turns):
    """Assert that every turn that returned is there, the failed one whole or not at all."""
    with closing(open_journal(path, HandClock())) as journal:
        tally = journal.tally(1)
        assert journal.check() == []
        assert tally.total == 500
        assert tally[State.SENT] == 5
        assert tally[State.ACCEPTED] in (5 * turns, 5 * turns + 5)
        run_id = journal.start_run(1, "apply", ANN, T0)
        again = [one.item for one in journal.unresolved(1)]
        assert len(journal.turn(run_id, [], again, 500)) == tally[State.PENDING]


def traced(command, trace, inject):
    """Run a command under strace with an injected error; skip loudly where that can't be."""
    strace = shutil.which("strace")
    if strace is None or sys.platform != "linux":
        pytest.skip("needs strace")
    calls = "trace=fsync,fdatasync,pwrite64,ftruncate,write"
    done = subprocess.run(
        [strace, "-f", "-qq", "-y", "-e", calls, "-e", inject, "-o", trace, *command],
        check=False,
        capture_output=True,
        text=True,
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("needs ptrace")
    return done


@pytest.mark.parametrize("nth", [5, 6, 9])
def test_syncs_nothing_a_second_time(path, tmp_path, nth):
    """After an EIO at a sync of the log nothing more is written to the journal, nor synced."""
    seen, trace = tmp_path / "seen", tmp_path / "trace"
    body = FAILING.replace("{trouble}", "")
    done = traced(
        script(path, body, seen=str(seen)), trace, f"inject=fdatasync:error=EIO:when={nth}"
    )

    assert (done.returncode, done.stderr) == (0, "")
    lines = trace.read_text().splitlines()
    failed = next(at for at, line in enumerate(lines) if "EIO" in line)
    after = [line for line in lines[failed + 1 :] if re.search(r"app\.db", line)]
    assert after == []
    _resumes(path, turns=int(done.stdout))


def test_syncs_before_a_turn_returns(path, tmp_path):
    """Every turn ends with a sync of the log after its last write: the intent is durable (I3)."""
    trace = tmp_path / "trace"
    body = """
        run_id = journal.start_run(1, "apply", ANN, T0)
        for _ in range(5):
            journal.turn(run_id, [], [], 5)
            os.write(1, b"sent")
        os._exit(0)
    """
    done = traced(script(path, body), trace, "inject=fdatasync:delay_exit=1")

    assert done.stdout == "sent" * 5
    dirty, sends = set(), 0
    for line in trace.read_text().splitlines():
        file = next(iter(re.findall(r"<([^>]*app\.db(?:-wal)?)>", line)), None)
        if '"sent"' in line:
            sends += 1
            assert dirty == set()
        elif file and "sync(" in line:
            dirty.discard(file)
        elif file:
            dirty.add(file)
    assert sends == 5
    assert os.path.exists(f"{path}-wal")  # noqa: PTH110 - a name made of a path and a suffix
