"""Surroundings that are not as they should be: each is a finding, and nothing was sent."""

import os
import sys

import pytest
from support.cli import run_argv
from support.desk import desk

from purgeplan.errors import UnreachableError
from purgeplan.sources.workspace import Workspace

REMOVED = (
    "import os, sys; os.rmdir(os.getcwd());"
    " from purgeplan.cli.main import run; raise SystemExit(run())"
)
"""A command whose folder is removed before it begins."""

NOBODY = """
import os
from purgeplan.cli.state import state_folder
from purgeplan.errors import InvalidError
state_folder()
os.environ.pop("HOME"), os.environ.pop("XDG_STATE_HOME", None), os.setuid(54321)
try:
    print(state_folder())
except InvalidError as error:
    print(error.findings[0].code)
"""
"""A process of a user who has neither a home nor a name."""


@pytest.fixture
def at(tmp_path):
    """Give a desk with a plan for three."""
    with desk(tmp_path) as one:
        one.ids_file(one.subscriptions(3))
        one.plan_file()
        yield one


def told(done, code, finding):
    """Tell whether a command ended as it should, without a crash report."""
    return (done.code, f"[{finding}]" in done.err, "Traceback" in done.err) == (code, True, False)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("SSL_CERT_FILE", "none.pem"),
        ("SSL_CERT_FILE", "plan.yaml"),
        ("SSL_CERT_FILE", "."),
        ("SSLKEYLOGFILE", "none/none.log"),
        ("SSLKEYLOGFILE", "."),
    ],
)
def test_a_variable_of_tls_that_names_no_such_file_is_told(at, name, file):
    """Certificates are always checked, so there is no going on without."""
    done = at.run_process("plan", "plan.yaml", **{name: str(at.folder / file)})

    assert told(done, 2, "PP617"), done.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_a_user_without_a_home_is_told():
    """A container may give a number that nobody has a name for."""
    done = run_argv([sys.executable, "-c", NOBODY])

    assert done.out == "PP088\n", done.err


def test_a_folder_that_was_removed_is_told(tmp_path):
    """Every path is told from it."""
    gone = tmp_path / "gone"
    gone.mkdir()

    done = run_argv([sys.executable, "-c", REMOVED, "validate", "plan.yaml"], cwd=gone)

    assert told(done, 2, "PP087"), done.err


def test_a_journal_without_a_name_is_refused(at):
    """An empty word in a script is no default."""
    done = at.run("plan", "plan.yaml", "--journal", "")

    assert told(done, 2, "PP090"), done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_temporary_folder_that_cannot_be_listed_is_worked_in(tmp_path, monkeypatch):
    """What others left there can't be seen, and is not needed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o300)

    with Workspace():
        pass


def test_a_temporary_folder_that_is_not_there_is_told(tmp_path, monkeypatch):
    """It may have been removed meanwhile."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))

    with pytest.raises(UnreachableError) as full, Workspace():
        pass

    assert full.value.findings[0].code == "PP219"
