"""The workspace: private, bounded, closed off, and gone afterwards."""

import errno
import hashlib
import os
import tempfile
from pathlib import Path

import duckdb
import pytest

from purgeplan.errors import UnreachableError
from purgeplan.sources.working.texts import MisreadError, Shape
from purgeplan.sources.workspace import FETCH, Workspace


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Point TMPDIR to a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folder_and_spools_are_private_and_gone_afterwards(room):
    """Ids on the disk are nobody else's to read, and do not stay."""
    with Workspace() as work, work.spool() as (path, file):
        file.write(b"x")
        modes = path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777
        assert path.parent.parent == room

    assert modes == (0o700, 0o600)
    assert list(room.iterdir()) == []


def test_an_error_leaves_nothing_on_the_disk(room):
    """The folder goes with the context, however it ends."""
    with pytest.raises(KeyError), Workspace() as work, work.spool():
        raise KeyError

    with pytest.raises(duckdb.Error), Workspace(memory="nonsense"):
        pass

    assert list(room.iterdir()) == []


def test_the_database_reaches_no_file_outside(room):
    """Even a statement that should not be could not read the disk or reopen the door."""
    (room / "other.csv").write_text("a\n1\n")
    with Workspace() as work:
        for sql in (
            f"SELECT * FROM read_csv('{room / 'other.csv'}')",
            f"COPY (SELECT 1) TO '{room / 'out.csv'}'",
            f"ATTACH '{room / 'out.db'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                work.run(sql)


def test_names_that_are_not_ours_are_no_sql():
    """Only plain names go into a statement."""
    with Workspace() as work, pytest.raises(ValueError, match="drop"):
        work.run("SELECT * FROM $table", table="x; drop table y")


def test_a_full_memory_says_what_to_do():
    """What does not fit is an error to try again, with the folder's name and TMPDIR."""
    with Workspace(memory="20MB", threads=1) as work, pytest.raises(UnreachableError) as error:
        work.number("SELECT length(string_agg(repeat('x', 100000), ',')) FROM range(100000)")

    assert error.value.findings[0].code == "PP219"
    assert "TMPDIR" in error.value.findings[0].mend


def test_a_full_or_broken_disk_says_what_to_do():
    """It is an error to try again; another error of the system passes."""
    with Workspace() as work:
        for number in (errno.ENOSPC, errno.EIO):
            with pytest.raises(UnreachableError, match=os.strerror(number)), work.spool():
                raise OSError(number, os.strerror(number))
        with pytest.raises(PermissionError), work.spool():
            raise PermissionError(errno.EACCES, "no")


@pytest.mark.parametrize("rows", [[], [("a", None)], [('q"\n\r\n,\\ é', "x")] * 3])
def test_rows_made_in_python_come_back_as_they_were(rows):
    """Quotes, line ends and blanks survive the way through a spool; None stays None."""
    with Workspace() as work:
        assert work.load("given", ("one", "two"), rows) == len(rows)
        assert list(work.rows("SELECT * FROM given")) == rows


def test_rows_that_got_lost_are_noticed():
    """A load that comes back with another count is an error."""

    class Losing(Workspace):
        def read(self, path: Path, shape: Shape, select: str, into: str) -> int:
            return super().read(path, shape, select, into) - 1

    with Losing() as work, pytest.raises(MisreadError):
        work.load("given", ("one",), [("a",)])


def test_a_text_that_is_not_as_said_is_not_read_and_not_repeated():
    """The database's own words would show the row."""
    with Workspace() as work, work.spool() as (path, file):
        file.write(b"secret-id,b,c\n")
        file.flush()
        work.run("CREATE TABLE t (a VARCHAR)")
        with pytest.raises(MisreadError) as error:
            work.read(path, Shape(2, header=False), "c0", "t")

    assert "secret" not in repr(error.value)
    assert error.value.__suppress_context__


def test_only_doubtful_cells_are_asked_of_python():
    """A column is filled where it is empty, and only there."""
    asked = []

    def answer(text):
        asked.append(text)
        return text.upper() if text != "none" else None

    with Workspace() as work:
        work.load("t", ("id", "doubt"), [("a", None), (None, "b"), (None, "none"), (None, None)])
        work.fill("t", "id", "doubt", answer)
        found = sorted(work.column("SELECT coalesce(id, '-') FROM t"))

    assert sorted(asked) == ["b", "none"]
    assert found == ["-", "-", "B", "a"]


def test_a_digest_is_over_distinct_ids_in_order():
    """Order and repeats of rows change nothing."""
    with Workspace() as work:
        work.load("a", ("id",), [("b",), ("a",), ("é",), ("a",)])
        work.load("b", ("id",), [("é",), ("a",), ("b",)])
        work.load("c", ("id",), [("a",), ("b",)])

        assert work.digest("a").hex == work.digest("b").hex != work.digest("c").hex
        assert [work.digest(one).unique for one in "abc"] == [False, True, True]


def test_a_digest_counts_repeats_once_wherever_a_block_of_rows_ends():
    """Rows come in blocks; one id in several of them, or in all, is hashed once."""
    ids = ["a"] * (FETCH - 1) + ["b"] * 2 + ["c"] * (2 * FETCH) + ["d"]
    with Workspace() as work:
        work.load("many", ("id",), [(one,) for one in reversed(ids)])
        work.load("none", ("id",), [])

        assert work.digest("many") == (hashlib.sha256(b"a\nb\nc\nd\n").hexdigest(), False)
        assert work.digest("none") == (hashlib.sha256(b"").hexdigest(), True)


def test_it_is_told_how_far_a_statement_is():
    """A watcher asks while the database works; its share of the total never goes back."""
    told = []
    with Workspace(threads=1) as work:
        work.run("CREATE TABLE numbers AS SELECT range AS n FROM range(3000000)")
        with work.telling("sorting", 200, lambda *phase: told.append(phase), 4):
            for _ in range(1_000):
                work.run("CREATE OR REPLACE TABLE sorted AS SELECT md5(n::VARCHAR) FROM numbers")
                if any(done > 50 for _, done, _ in told):
                    break

    assert told[0] == ("sorting", 0, 200)
    assert any(0 < done <= 200 for _, done, _ in told)
    assert {(phase, total) for phase, _, total in told} == {("sorting", 200)}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
