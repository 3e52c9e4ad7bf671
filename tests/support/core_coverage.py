"""Holds the rooms that decide who is deleted to full coverage, line and branch, in the gate.

Runs after pytest-cov has gathered what every worker saw; without ``--cov`` it does nothing.
"""

import json
import tempfile
from pathlib import Path

import coverage
import pytest

ROOMS = ("model", "engine", "guards", "journal")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    """Fail the session where a line or a branch of these rooms was never run."""
    result = yield
    plugin = session.config.pluginmanager.getplugin("_cov")
    measured = plugin is not None and plugin.cov_controller is not None
    if not measured or hasattr(session.config, "workerinput"):
        return result
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        known = coverage.Coverage()
        known.load()
        known.json_report(
            outfile=report.name,
            include=[f"purgeplan/{room}/*" for room in ROOMS],
            ignore_errors=True,
        )
        files = json.loads(Path(report.name).read_text("utf-8"))["files"]
    gaps = dict(filter(None, map(gap, files.items())))
    if gaps:
        show = session.config.pluginmanager.getplugin("terminalreporter").write_line
        show("")
        for path, lines in gaps.items():
            show(f"ERROR: {path}: never run: {lines}", red=True)
        session.testsfailed += 1
    return result


def gap(entry):
    """Give a file with its lines, and branches from line to line, that were never run; or None."""
    path, found = entry
    branches = [f"{start}->{end}" for start, end in found["missing_branches"]]
    missing = [*map(str, found["missing_lines"]), *branches]
    return (path, ", ".join(missing)) if missing else None
