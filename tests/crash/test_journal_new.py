"""A new journal is on the disk, whole, when it gets its name: it is synced once, before that."""

import subprocess
import sys

import pytest
from torture.tools import MissingError, need, strace

MAKE = """
import sys
from pathlib import Path
from purgeplan.journal import open_journal
open_journal(Path(sys.argv[1]), None).close()
"""


DUMP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from purgeplan.journal import dump_outcomes
from purgeplan.model.outcome import Code, Item, Outcome, State
at = datetime(2026, 6, 1, tzinfo=UTC)
dump_outcomes(Path(sys.argv[1]), [Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, at)])
"""


def traced(tmp_path, code, path, names):
    """Give the system calls of these names that a program makes about a path."""
    try:
        need("strace")
    except MissingError as missing:
        pytest.skip(str(missing))
    trace = tmp_path / "trace"
    subprocess.run(strace([sys.executable, "-c", code, path], trace, names), check=True)
    return [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]


def test_all_that_is_written_is_synced_before_it_gets_its_name(tmp_path):
    """Traced: the last write, then the sync of that file, then the name, then the folder's sync."""
    path = tmp_path / "j.db"
    calls = traced(tmp_path, MAKE, path, "pwrite64,fsync,link")

    named = next(n for n, call in enumerate(calls) if call.startswith("link("))
    made = [call.partition("(")[0] for call in calls[:named] if "/.j.db." in call]

    assert "pwrite64" in made
    assert made[-1] == "fsync"
    assert made.count("fsync") == 1
    assert calls[named + 1].startswith(f"fsync({calls[named + 1][6]}<{tmp_path}>)")


def test_a_new_folder_is_durable_before_anything_is_in_it(tmp_path):
    """Else a power cut takes the folder, with a journal in it that was synced."""
    path = tmp_path / "a" / "b" / "j.db"
    calls = traced(tmp_path, MAKE, path, "mkdir,fsync,link")

    named = next(n for n, call in enumerate(calls) if call.startswith("link("))
    made = [n for n, call in enumerate(calls[:named]) if call.startswith(f'mkdir("{tmp_path}/')]
    synced = [calls[n + 1].partition("<")[2].partition(">")[0] for n in made]

    assert synced == [str(tmp_path), str(tmp_path / "a")]


def test_what_a_journal_could_not_take_is_synced(tmp_path):
    """A power cut may be why it could not."""
    path = tmp_path / "errored-1.jsonl"
    calls = [one for one in traced(tmp_path, DUMP, path, "write,fsync") if f"<{path}>" in one]

    assert [one.partition("(")[0] for one in calls] == ["write", "fsync"]
