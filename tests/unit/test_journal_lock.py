"""The lock: one holder, named; nobody's once its process is gone; a glance takes nothing."""

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
import textwrap

import pytest
from support.journal import ANN, APP, HandClock

from purgeplan.errors import InvalidError, LockedError
from purgeplan.journal import AppLock

WHO = "ann@build-7 pid 4711 (apply, since 2026-06-01 00:00Z)"

HOLDING = """
    import pathlib, subprocess, sys
    sys.path.insert(0, {tests!r})
    from support.journal import ANN, APP, HandClock
    from purgeplan.journal import AppLock

    lock = AppLock(pathlib.Path({folder!r}), pathlib.Path({journal!r}), HandClock())
    with lock.hold(APP, ANN, "apply"):
        child = subprocess.Popen(["sleep", "600"], close_fds=False)
        print(child.pid, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path):
    """Give the lock of a machine and a journal."""
    return AppLock(tmp_path / "locks", tmp_path / "app.db", HandClock())


def other(tmp_path, *, folder="locks", journal="app.db"):
    """Give the lock as another process, machine or clone of the repository has it."""
    return AppLock(tmp_path / folder, tmp_path / journal, HandClock())


def test_names_the_holder(lock, tmp_path):
    """Who holds the lock, with which command and since when, is said to whoever wants it too."""
    with lock.hold(APP, ANN, "apply"):
        assert other(tmp_path).holder(APP) == WHO
        with pytest.raises(LockedError) as raised, other(tmp_path).hold(APP, ANN, "plan"):
            pass

    assert WHO in str(raised.value)
    assert (raised.value.findings[0].code, raised.value.exit_code) == ("PP401", 9)


def test_keeps_its_files_for_the_next(lock, tmp_path):
    """Were they removed, two could hold different files of one name."""
    with lock.hold(APP, ANN, "apply"):
        held = {path: path.stat().st_ino for path in tmp_path.rglob("*.lock")}

    assert len(held) == 2
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*.lock")} == held


def test_where_nothing_can_be_locked_nothing_is_held(lock, monkeypatch):
    """A file that is merely there is no lock: a dead process could hold it, or two live ones."""

    def unable(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", unable)

    with pytest.raises(InvalidError) as raised, lock.hold(APP, ANN, "apply"):
        pytest.fail("it was held")

    assert raised.value.findings[0].code == "PP402"


def test_lets_go_at_the_end(lock, tmp_path):
    """After the block nobody holds it, however the block ended, and the next one may."""

    class Stop(Exception):  # noqa: N818 - it is no error
        pass

    assert lock.holder(APP) is None
    with pytest.raises(Stop), lock.hold(APP, ANN, "apply"):
        raise Stop
    assert lock.holder(APP) is None
    with other(tmp_path).hold(APP, ANN, "retry"):
        assert "retry" in lock.holder(APP)


def test_keeps_clones_of_one_app_apart(lock, tmp_path):
    """Two journals of one app on a machine are still one app."""
    clone = other(tmp_path, journal="clone.db")
    with lock.hold(APP, ANN, "apply"):
        assert clone.holder(APP) == WHO
        with pytest.raises(LockedError), clone.hold(APP, ANN, "apply"):
            pass


def test_keeps_machines_that_share_a_journal_apart(lock, tmp_path):
    """Two state folders with one journal, as two accounts or machines have, exclude one another."""
    elsewhere = other(tmp_path, folder="elsewhere")
    with lock.hold(APP, ANN, "apply"):
        assert elsewhere.holder(APP) == WHO
        with pytest.raises(LockedError), elsewhere.hold(APP, ANN, "apply"):
            pass


def test_lets_apps_run_side_by_side(lock, tmp_path):
    """Another app with another journal has a lock of its own."""
    with lock.hold(APP, ANN, "apply"), other(tmp_path, journal="b.db").hold("b", ANN, "apply"):
        pass


def test_is_for_its_owner_only(lock, tmp_path):
    """Folder and files of the lock are the owner's."""
    with lock.hold(APP, ANN, "apply"):
        files = [tmp_path / "locks" / f"{APP}.lock", tmp_path / "app.db.lock"]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
        assert stat.S_IMODE((tmp_path / "locks").stat().st_mode) == 0o700


def test_dies_with_its_process(lock, tmp_path):
    """A killed holder holds nothing, even while a child of it lives; its name is not repeated."""
    script = textwrap.dedent(HOLDING).format(
        tests=os.path.dirname(os.path.dirname(__file__)),  # noqa: PTH120 - a string for the script
        folder=str(tmp_path / "locks"),
        journal=str(tmp_path / "app.db"),
    )
    holding = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holding:
        child = int(holding.stdout.readline())
        try:
            assert lock.holder(APP) == WHO
            holding.kill()
            holding.wait()

            assert lock.holder(APP) is None
            assert "apply" in (tmp_path / "app.db.lock").read_text()
            with lock.hold(APP, ANN, "apply"):
                pass
        finally:
            os.kill(child, 9)


def test_is_not_disturbed_by_glances(lock, tmp_path):
    """Two who look at a free lock at the same time do not take each other for a holder."""
    with lock.hold(APP, ANN, "apply"):
        pass
    file = (tmp_path / "locks" / f"{APP}.lock").open()
    with file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert lock.holder(APP) is None


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"who": "ann"}), "\udcff"])
def test_holds_also_where_the_signature_is_lost(lock, tmp_path, text):
    """What is written only says who: an unreadable signature is still a lock held."""
    with lock.hold(APP, ANN, "apply"):
        (tmp_path / "locks" / f"{APP}.lock").write_bytes(text.encode(errors="surrogateescape"))

        assert lock.holder(APP) == "somebody who has not signed"


def test_follows_no_link(lock, tmp_path):
    """A link where the lock should be is refused, and what it points at stays as it is."""
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "app.db.lock").symlink_to(target)

    with pytest.raises(InvalidError, match="can't be locked"), lock.hold(APP, ANN, "apply"):
        pass
    with pytest.raises(InvalidError, match="can't be locked"):
        lock.holder(APP)
    assert target.read_text() == "mine"


def test_says_that_a_folder_can_not_be_made(tmp_path):
    """A file where the folder of locks should be is said, with what to do."""
    (tmp_path / "locks").write_text("")
    lock = AppLock(tmp_path / "locks", tmp_path / "app.db", HandClock())

    with pytest.raises(InvalidError, match="can't be locked"), lock.hold(APP, ANN, "apply"):
        pass
