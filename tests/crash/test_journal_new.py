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


def test_all_that_is_written_is_synced_before_it_gets_its_name(tmp_path):
    """Traced: the last write, then the sync of that file, then the name, then the folder's sync."""
    try:
        need("strace")
    except MissingError as missing:
        pytest.skip(str(missing))
    path, trace = tmp_path / "j.db", tmp_path / "trace"
    argv = [sys.executable, "-c", MAKE, path]
    subprocess.run(strace(argv, trace, "pwrite64,fsync,link"), check=True)

    calls = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]
    named = next(n for n, call in enumerate(calls) if call.startswith("link("))
    made = [call.partition("(")[0] for call in calls[:named] if "/.j.db." in call]

    assert "pwrite64" in made
    assert made[-1] == "fsync"
    assert made.count("fsync") == 1
    assert calls[named + 1].startswith(f"fsync({calls[named + 1][6]}<{tmp_path}>)")
