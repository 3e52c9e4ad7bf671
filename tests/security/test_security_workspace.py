"""Ids that a killed command leaves in TMPDIR do not stay there."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from purgeplan.sources.reading.private import PREFIX, PrivateFolder, sweep
from purgeplan.sources.workspace import Workspace

HOLDER = (
    "import sys\n"
    "from purgeplan.sources.workspace import Workspace\n"
    "with Workspace() as work, work.spool() as (path, file):\n"
    "    file.write(b'someone'); file.flush(); print(path.parent, flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Point TMPDIR to a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def holder(room):
    """Start a process that has a workspace with an id in it, and give it with its folder's path."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(room)},
    )
    return process, Path(process.stdout.readline().decode().strip())


def test_the_next_workspace_sweeps_what_a_kill_left(room):
    """Folders of the dead go at the next start, those of the living stay."""
    killed, left = holder(room)
    living, held = holder(room)
    try:
        killed.kill()
        killed.communicate(timeout=30)
        assert left.exists()

        with Workspace():
            assert not left.exists()
            assert held.exists()
    finally:
        living.communicate(timeout=30)
    assert list(room.iterdir()) == []


def test_what_is_not_surely_ours_is_not_swept(room):
    """Links, files, folders that others may enter, and other names stay as they are."""
    (room / "precious").mkdir(mode=0o700)
    (room / "precious" / "file").touch()
    (room / f"{PREFIX}link").symlink_to("precious")
    (room / f"{PREFIX}file").touch()
    (room / f"{PREFIX}open").mkdir(mode=0o755)
    before = sorted(room.rglob("*"))

    sweep()

    assert sorted(room.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_what_another_user_left_is_not_swept(room):
    """Root can take away anything; it is theirs all the same, and may be in use elsewhere."""
    theirs = room / f"{PREFIX}theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 4711, 4711)

    sweep()

    assert theirs.exists()


def test_a_folder_is_new_and_private(room):
    """Whatever the umask, nobody else may look in."""
    mask = os.umask(0)
    try:
        private = PrivateFolder()
        mode = private.path.stat().st_mode & 0o777
        private.remove()
    finally:
        os.umask(mask)

    assert (mode, list(room.iterdir())) == (0o700, [])


def test_folders_made_at_once_do_not_sweep_each_other_away(room):
    """A sweep between the making of a folder and its lock costs its maker a second try, no more."""

    def make_many(_number):
        for _ in range(100):
            folder = PrivateFolder()
            assert folder.path.exists()
            folder.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make_many, range(4)))

    assert list(room.iterdir()) == []


@pytest.mark.parametrize("setting", ["enable_external_access = true", "memory_limit = '64GB'"])
def test_no_statement_changes_a_setting_of_the_database(setting):
    """What it may reach and take is set before any input is read, and for good."""
    with Workspace() as work, pytest.raises(duckdb.Error, match="locked"):
        work.run(f"SET {setting}")
