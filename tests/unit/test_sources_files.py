"""Which files a source may read, and how it knows that it read them whole."""

import io
import os
import subprocess

import pytest
from support.sources import refused, source, staged_ids, uuid

from purgeplan.errors import InvalidError, Place
from purgeplan.sources.port import Context
from purgeplan.sources.reading.files import Opened
from purgeplan.sources.reading.reach import quiet

ONE = f"player_id\n{uuid(1)}\n".encode()
TWO = f"player_id\n{uuid(2)}\n".encode()


def told(found):
    """Give code and place of each finding."""
    return [(one.code, str(one.place)) for one in found]


@pytest.mark.parametrize(
    "path", ["../out.csv", "a/../../out.csv", "..", ".", "/etc/passwd", "../*.csv"]
)
def test_a_path_that_leads_out_of_the_root_is_refused(tmp_path, path):
    """A plan reads nothing beyond its repository."""
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "out.csv").write_bytes(ONE)

    assert told(refused(root, source(path=path))) == [("PP202", "plan.yaml:3")]


def test_a_path_is_relative_to_the_file_that_names_it(tmp_path):
    """A plan in a folder may name a file beside that folder, inside the root."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "ids.csv").write_bytes(ONE)

    assert staged_ids(tmp_path, source(path="../ids.csv"), folder="plans") == [uuid(1)]


def test_no_link_is_followed_to_the_file_or_on_the_way(tmp_path):
    """What a link points at may change without a review."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "ids.csv").write_bytes(ONE)
    (tmp_path / "folder").symlink_to(real)
    (tmp_path / "link.csv").symlink_to(real / "ids.csv")

    for path in ("link.csv", "folder/ids.csv", "folder/*.csv"):
        assert told(refused(tmp_path, source(path=path))) == [("PP202", "plan.yaml:3")]


def test_a_root_that_is_itself_a_link_is_fine(tmp_path):
    """How the checkout is reached is not the plan's matter."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "ids.csv").write_bytes(ONE)
    (tmp_path / "root").symlink_to(tmp_path / "real")

    assert staged_ids(tmp_path / "root", source(path="ids.csv")) == [uuid(1)]


def test_pipes_and_folders_are_no_files(tmp_path):
    """A FIFO is refused at once and does not hang; a folder is no list."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()

    pipe, folder = (refused(tmp_path, source(path=one))[0] for one in ("pipe.csv", "folder.csv"))

    assert told([pipe, folder]) == [("PP202", "plan.yaml:3")] * 2
    assert "pipe.csv is not a regular file" in pipe.problem
    assert (folder.problem, folder.mend[:19]) == ("folder.csv is a folder", "name a file in it, ")


@pytest.mark.parametrize(
    ("path", "code"),
    [("nix.csv", "PP201"), ("*.csv", "PP201"), ("file/ids.csv", "PP202"), ("x" * 300, "PP203")],
)
def test_a_file_that_is_not_there_is_told_where_it_is_named(tmp_path, path, code):
    """A missing file, a pattern without a match and an impossible path are errors."""
    (tmp_path / "file").write_bytes(ONE)

    assert told(refused(tmp_path, source(path=path))) == [(code, "plan.yaml:3")]


def test_a_pattern_takes_its_files_in_order_and_leaves_hidden_ones(tmp_path):
    """A pattern is the union of its files; an editor's hidden copy is none of them."""
    for name, content in {"b.csv": ONE, "a.csv": TWO, ".c.csv": b"broken"}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "d.csv").write_bytes(ONE)

    assert staged_ids(tmp_path, source(path="*.csv")) == [uuid(1), uuid(2)]
    assert staged_ids(tmp_path, source(path="**/*.csv")) == [uuid(1), uuid(1), uuid(2)]


@pytest.mark.parametrize("pattern", ["**/ids.csv", "**/**/**/**/**/**/**/**/ids.csv"])
def test_a_pattern_finds_its_files_at_any_depth(tmp_path, pattern):
    """Folders in folders end no stack, and none is looked through again and again."""
    folder = tmp_path.joinpath(*["a"] * 400)
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("a", dir_fd=at)
        below = os.open("a", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    (folder / "ids.csv").write_bytes(ONE)

    assert staged_ids(tmp_path, source(path=pattern)) == [uuid(1)]


@pytest.mark.parametrize("name", [b"\xff.csv", b"a.csv\n0123  b.csv", b"\x1b[2J.csv"])
def test_a_name_that_no_line_can_hold_is_refused(tmp_path, name):
    """A pin is of a list of names: two files could be one whose name holds a line end."""
    (tmp_path / os.fsdecode(name)).write_bytes(ONE)

    assert told(refused(tmp_path, source(path="*.csv"))) == [("PP202", "plan.yaml:3")]


def test_a_file_named_like_a_pattern_is_itself(tmp_path):
    """Downloads are called such; the brackets are not read as a pattern then."""
    (tmp_path / "ids[1].csv").write_bytes(ONE)
    (tmp_path / "ids1.csv").write_bytes(TWO)

    assert staged_ids(tmp_path, source(path="ids[1].csv")) == [uuid(1)]


def test_a_pin_holds_the_content_as_it_lies_there(tmp_path):
    """The sha256 in a plan is what sha256sum prints, in either case of letters."""
    (tmp_path / "ids.csv").write_bytes(ONE)
    pin = subprocess.check_output(["sha256sum", "ids.csv"], cwd=tmp_path, text=True)[:64]

    assert staged_ids(tmp_path, source(path="ids.csv", sha256=pin.upper())) == [uuid(1)]
    assert told(refused(tmp_path, source(path="ids.csv", sha256="0" * 64))) == [
        ("PP205", "plan.yaml:3")
    ]


def test_the_pin_of_a_pattern_is_that_of_its_listing(tmp_path):
    """For several files it is what `sha256sum PATTERN | sha256sum` prints."""
    (tmp_path / "plans").mkdir()
    for name, content in {"b.csv": ONE, "a.csv": TWO, "B.csv": ONE}.items():
        (tmp_path / name).write_bytes(content)
    pin = subprocess.check_output(
        ["sh", "-c", "LC_ALL=C; export LC_ALL; sha256sum ../*.csv | sha256sum"],
        cwd=tmp_path / "plans",
        text=True,
    )[:64]
    pinned = source(path="../*.csv", sha256=pin)

    assert staged_ids(tmp_path, pinned, folder="plans") == [uuid(1), uuid(1), uuid(2)]
    (tmp_path / "c.csv").write_bytes(ONE)
    assert told(refused(tmp_path, pinned, folder="plans")) == [("PP205", "plan.yaml:3")]


@pytest.mark.parametrize("late", [b"", f"{uuid(2)}\n".encode()], ids=["touched", "grown"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, late):
    """What was read of a file that is being written may be a mixture."""
    path = tmp_path / "ids.csv"
    path.write_bytes(ONE)

    def write(phase, done, total):
        if phase == "reading ids.csv":
            path.write_bytes(ONE + late)
            os.utime(path, ns=(1, 1))

    assert told(refused(tmp_path, source(path="ids.csv"), progress=write)) == [
        ("PP204", "plan.yaml:3")
    ]


def test_a_read_error_of_the_disk_is_an_error_of_the_file():
    """Half of a file is never a list."""

    class Failing(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    broken = Opened("ids.csv", Failing(), 10, quiet)

    with pytest.raises(InvalidError, match=r"ids\.csv can't be read: Input/output error"):
        list(broken.chunks())


def test_standard_input_is_read_where_there_is_some(tmp_path):
    """The path `-` is what is piped into the command."""
    piped = source(path="-")

    assert staged_ids(tmp_path, piped, stdin=io.BytesIO(ONE)) == [uuid(1)]
    assert told(refused(tmp_path, piped)) == [("PP218", "plan.yaml:3")]
    assert refused(tmp_path, piped, stdin=io.BytesIO(b"player_id\nx\n"))[0].place == Place(
        "standard input", 2
    )


def test_standard_input_can_be_pinned_too(tmp_path):
    """A pin holds whatever the bytes come from."""
    pinned = source(path="-", sha256="0" * 64)

    assert told(refused(tmp_path, pinned, stdin=io.BytesIO(ONE))) == [("PP205", "plan.yaml:3")]


def test_the_progress_of_reading_is_told_in_bytes(tmp_path):
    """Long phases say how far they are."""
    (tmp_path / "ids.csv").write_bytes(ONE)
    told_of = []

    staged_ids(tmp_path, source(path="ids.csv"), progress=lambda *step: told_of.append(step))

    assert told_of[0] == ("reading ids.csv", len(ONE), len(ONE))


def test_a_context_tells_nobody_by_itself():
    """Progress is optional."""
    assert Context("root").progress("reading", 1, None) is None
