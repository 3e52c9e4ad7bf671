"""Files that a command makes: refused before its work is done, or made whole."""

import resource
from contextlib import contextmanager

import pytest

from purgeplan.cli.files import write_ids
from purgeplan.errors import AttentionError


@pytest.mark.parametrize("option", ["--ids-out", "--out"])
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("none/of/it", "none/of is no folder"),
        ("ids.csv/it", "ids.csv is no folder"),
        ("ids.csv", "ids.csv exists"),
        ("link", "link exists"),
        (".", "is a directory"),
        ("/proc/it", "/proc takes no file"),
    ],
    ids=["missing", "no_folder", "there", "link", "folder", "unwritable"],
)
def test_a_file_that_can_not_be_made_is_refused_before_planning(at, option, file, said):
    """Nothing is frozen, nobody is asked, and no bug is reported: a path is what is wrong."""
    at.ids_file(at.subscriptions(2))
    at.plan_file()
    (at.folder / "link").symlink_to("nowhere")

    done = at.run("plan", "plan.yaml", option, file)

    assert (done.code, said in done.err) == (2, True), done.err
    assert not at.journal.exists()
    assert at.box.ledger() == []


@contextmanager
def room(size):
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_ids_that_find_no_room_leave_no_file(tmp_path):
    """Half a list is no list: it is exit 11, and says so."""
    with room(4096), pytest.raises(AttentionError, match=r"ids.txt can't be written: File too la"):
        write_ids(tmp_path / "ids.txt", ["an-id"] * 4096)

    assert list(tmp_path.iterdir()) == []


def test_plan_says_which_files_it_made_and_how_a_saved_plan_goes_on(at):
    """The command names the saved plan; -q says nothing of it, and a refused plan makes none."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    files = ("--ids-out", "who.txt", "--out", "saved.plan")

    made = at.run("plan", "plan.yaml", *files)
    at.plan_file(limits="{max_delete: 0}")
    refused = at.run("plan", "plan.yaml", "--ids-out", "none.txt")

    assert made.err.splitlines()[:2] == ["Made who.txt", "Made saved.plan"]
    assert f"apply saved.plan {' '.join(at.consent('')[:1])}" in made.err
    assert (refused.code, "No file was made" in refused.err) == (3, True)
    assert not (at.folder / "none.txt").exists()
