"""Parquet: columns with types, exact ones only, whole files only."""

import tempfile

import duckdb
import pytest
from support.sources import refused, source, staged, staged_ids, the_only, uuid

from purgeplan.engine.inputs import Inputs
from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID


def write(path, select, options="FORMAT parquet"):
    """Write what a SELECT finds to a Parquet file."""
    with duckdb.connect() as base:
        base.execute(f"COPY ({select}) TO '{path}' ({options})")
    return path


def parquet(by=EXTERNAL_ID, **options):
    """Give a source of the kind, of ids.parquet."""
    return source("parquet", by, **{"path": "ids.parquet", **options})


def outcome(root):
    """Give the ids of ids.parquet, or that it is refused."""
    try:
        return staged_ids(root, parquet())
    except InvalidError:
        return "refused"


def test_reads_text_byte_for_byte(tmp_path):
    """Texts are ids as they are, leading zeros, blanks and letters of any kind included."""
    write(tmp_path / "ids.parquet", "SELECT unnest(['00123', 'Ünal', ' a b ']) AS external_id")

    assert sorted(["00123", "Ünal", " a b "]) == staged_ids(tmp_path, parquet())


@pytest.mark.parametrize("written", [uuid(1), f"' {uuid(1).upper()} '", f"'{uuid(1)}'::UUID"])
def test_reads_uuids_of_either_type(tmp_path, written):
    """Ids of subscriptions may be UUIDs by type or by text, and come out in lower case."""
    cell = written if "'" in written else f"'{written}'"
    write(tmp_path / "ids.parquet", f"SELECT {cell} AS player_id")

    assert [uuid(1)] == staged_ids(tmp_path, parquet(SUBSCRIPTION_ID))


@pytest.mark.parametrize("kind", ["BIGINT", "UTINYINT", "DECIMAL(18,0)", "HUGEINT"])
def test_takes_whole_numbers_as_they_are_written(tmp_path, kind):
    """A whole number is exact, so it is an id."""
    number = 9007199254740993 if kind != "UTINYINT" else 93
    kind = "DECIMAL(38,0)" if kind == "HUGEINT" else kind
    write(tmp_path / "ids.parquet", f"SELECT {number}::{kind} AS external_id")

    assert [str(number)] == staged_ids(tmp_path, parquet())


@pytest.mark.parametrize(
    "kind", ["DOUBLE", "FLOAT", "DECIMAL(18,2)", "DATE", "TIMESTAMP", "BLOB", "BOOLEAN", "INT[]"]
)
def test_refuses_what_may_have_lost_digits_or_has_many_spellings(tmp_path, kind):
    """A column of ids that is neither text nor whole numbers is refused by its type."""
    write(tmp_path / "ids.parquet", f"SELECT NULL::{kind} AS external_id, 'x' AS other")

    finding = the_only(refused(tmp_path, parquet()))

    assert finding.code == "PP225"
    assert "external_id is" in finding.problem
    assert "write ids as text" in finding.mend
    assert finding.place.file == "ids.parquet"


def test_refuses_numbers_where_ids_are_uuids(tmp_path):
    """A number is no UUID, however exact."""
    write(tmp_path / "ids.parquet", "SELECT 42 AS player_id")

    assert the_only(refused(tmp_path, parquet(SUBSCRIPTION_ID))).code == "PP225"


def test_places_empty_and_unfit_ids_by_their_rows(tmp_path):
    """Rows are counted from 1, over row groups; nothing of an id is shown."""
    ids = "SELECT unnest(['fît', NULL, '', '..', '1.23E+15']) AS external_id"
    write(tmp_path / "ids.parquet", ids)

    findings = refused(tmp_path, parquet())

    assert [f"ids.parquet row {row}" for row in (2, 3, 4, 5)] == [str(f.place) for f in findings]
    assert {"PP214"} == {finding.code for finding in findings}
    assert "1.23E+15 " not in "".join(f.problem for f in findings).replace("(like 1.23E+15)", "")


def test_sets_unfit_ids_aside_where_it_may(tmp_path):
    """An erasure goes on without them, and has them counted and placed."""
    write(tmp_path / "ids.parquet", "SELECT unnest(['a', NULL, 'b']) AS external_id")

    found, rows = staged(tmp_path, parquet(), set_aside=True)

    assert (found.rows, found.rejected, [row[0] for row in rows]) == (3, 1, ["a", "b"])
    assert str(found.set_aside[0].place) == "ids.parquet row 2"


def test_recognizes_an_export_by_its_columns(tmp_path):
    """Rows are subscriptions; user, opt-out, channel and last session stand beside them."""
    write(
        tmp_path / "ids.parquet",
        f"SELECT '{uuid(1)}' AS id, upper('{uuid(2)}')::UUID AS onesignal_id,"
        " 'u-1' AS external_user_id, true AS invalid_identifier, 11::BIGINT AS device_type,"
        " TIMESTAMP '2026-06-01 00:00:01' AS last_active",
    )

    found, rows = staged(tmp_path, parquet(SUBSCRIPTION_ID))

    assert [(uuid(1), None, uuid(2), "u-1", "t", "email", "1780272001000")] == rows
    assert {"onesignal_id", "external_id", "opted_out", "channel", "last_active"} == found.known


def test_knows_nothing_by_columns_that_lost_their_digits(tmp_path):
    """An external_user_id or device_type that became a fraction is not known; opt-outs neither."""
    write(
        tmp_path / "ids.parquet",
        f"SELECT '{uuid(1)}' AS id, 1.0::DOUBLE AS external_user_id, 5 AS onesignal_id,"
        " 'true' AS invalid_identifier, 11.0::DOUBLE AS device_type,"
        " TIMESTAMPTZ '2026-06-01 00:00:01+00' AS last_active",
    )

    found, rows = staged(tmp_path, parquet(SUBSCRIPTION_ID))

    assert frozenset() == found.known
    assert [(uuid(1), *[None] * 6)] == rows


def test_says_which_columns_are_there(tmp_path):
    """A missing column is told with those that are there, a misspelt one with the one meant."""
    write(tmp_path / "ids.parquet", "SELECT 'a' AS customer, 'b' AS mail")

    finding = the_only(refused(tmp_path, parquet(column="custmer")))

    assert (finding.code, finding.mend) == ("PP212", "did you mean `column: customer`?")
    assert "customer, mail" in finding.problem


@pytest.mark.parametrize("second", [b"external_id", b"EXTERNAL_ID"])
def test_refuses_columns_of_the_same_name(tmp_path, second):
    """The database renames one of them, so which is which can't be told."""
    path = write(tmp_path / "ids.parquet", "SELECT 'x' AS external_id, 'y' AS external_ix")
    path.write_bytes(path.read_bytes().replace(b"external_ix", second))

    assert the_only(refused(tmp_path, parquet())).code == "PP213"


def test_takes_column_names_that_sql_would_not(tmp_path):
    """Names are only names: quotes, dollars and key words in them do nothing."""
    write(tmp_path / "ids.parquet", 'SELECT 0 AS "$$", \'u-1\' AS "se""lect $raw; --", 1 AS "c0"')

    assert staged_ids(tmp_path, parquet(column='se"lect $raw; --')) == ["u-1"]


def test_reads_files_of_a_pattern_in_one(tmp_path):
    """A pattern names several files; each has its own digest and its own columns."""
    (tmp_path / "day=1").mkdir()
    write(tmp_path / "day=1" / "b.parquet", "SELECT 'b' AS external_id, 1 AS n")
    write(tmp_path / "a.parquet", "SELECT 'a' AS external_id")

    found, rows = staged(tmp_path, parquet(path="**/*.parquet"))

    assert ([row[0] for row in rows], found.rows) == (["a", "b"], 2)
    assert {"a.parquet", "day=1/b.parquet"} == set(found.files)


def test_a_folder_named_like_a_partition_gives_no_column(tmp_path):
    """What is not in the file is not read from its path."""
    (tmp_path / "external_id=5").mkdir()
    write(tmp_path / "external_id=5" / "a.parquet", "SELECT 'a' AS other")

    finding = the_only(refused(tmp_path, parquet(path="external_id=5/a.parquet")))

    assert finding.code == "PP212"


def test_keeps_rows_apart_over_row_groups(tmp_path):
    """Row numbers are those of the file, whichever row group they lie in."""
    ids = (
        "SELECT CASE WHEN i = 9000 THEN '' ELSE 'u-' || i END AS external_id FROM range(9999) t(i)"
    )
    write(tmp_path / "ids.parquet", ids, "ROW_GROUP_SIZE 2048")

    assert str(the_only(refused(tmp_path, parquet())).place) == "ids.parquet row 9001"


@pytest.mark.parametrize("size", [0, 3, 10, 0.5, -1, -9])
def test_refuses_a_cut_file(tmp_path, size):
    """A file that ends early is refused with its name and what to do."""
    whole = write(tmp_path / "all.parquet", "SELECT 'u' || range AS external_id FROM range(999)")
    content = whole.read_bytes()
    cut = int(len(content) * size) if isinstance(size, float) else size
    (tmp_path / "ids.parquet").write_bytes(content[:cut])

    finding = the_only(refused(tmp_path, parquet()))

    assert (finding.code, str(finding.place)) == ("PP224", "ids.parquet")
    assert "again" in finding.mend


def test_refuses_what_is_no_parquet(tmp_path):
    """Another format under this name is refused, and nothing of it is shown."""
    (tmp_path / "ids.parquet").write_text("external_id\nsecret-id-1\n")

    finding = the_only(refused(tmp_path, parquet()))

    assert finding.code == "PP224"
    assert "secret" not in str(finding)


def test_a_flipped_bit_in_the_footer_is_told_or_changes_no_id(tmp_path):
    """Whatever bit of the footer flips: the ids are those written, or the file is refused."""
    whole = write(tmp_path / "all.parquet", "SELECT 'u' || range AS external_id FROM range(50)")
    content = whole.read_bytes()
    wanted, told = staged_ids(tmp_path, parquet(path="all.parquet")), 0

    footer = int.from_bytes(content[-8:-4], "little") + 8
    for at in range(len(content) - footer, len(content), 7):
        damaged = bytearray(content)
        damaged[at] ^= 0x10
        (tmp_path / "ids.parquet").write_bytes(damaged)
        found = outcome(tmp_path)
        assert found in (wanted, "refused")
        told += found == "refused"
    assert told > 5


def test_holds_to_the_rules_of_paths(tmp_path):
    """Links, paths that lead out and missing files are refused as for any file."""
    write(tmp_path / "all.parquet", "SELECT 'a' AS external_id")
    (tmp_path / "ids.parquet").symlink_to("all.parquet")

    assert the_only(refused(tmp_path, parquet())).code == "PP202"
    assert the_only(refused(tmp_path, parquet(path="../ids.parquet"))).code == "PP202"
    assert the_only(refused(tmp_path, parquet(path="none.parquet"))).code == "PP201"


def test_holds_to_the_pin(tmp_path):
    """Content with another sha256 than the plan pins is refused; its own is given."""
    write(tmp_path / "ids.parquet", "SELECT 'a' AS external_id")
    spec = source("parquet", EXTERNAL_ID, sha256="0" * 64, path="ids.parquet")

    assert the_only(refused(tmp_path, spec)).code == "PP205"
    found, _ = staged(tmp_path, parquet())
    assert found.sha256 == found.files["ids.parquet"]


def test_an_empty_file_has_no_rows(tmp_path):
    """A file without rows is whole; that it is empty, the engine says."""
    write(tmp_path / "ids.parquet", "SELECT 'a' AS external_id WHERE false")

    found, rows = staged(tmp_path, parquet())

    assert (found.rows, rows) == (0, [])


def test_is_a_kind_that_plans_know():
    """The table of kinds has it, which the engine reads from."""
    assert "parquet" in Inputs().kinds


def test_holds_the_rows_against_the_number_that_the_file_states(tmp_path):
    """A footer that states more or fewer rows than there are is damaged."""
    path = write(tmp_path / "ids.parquet", "SELECT 'u' || range AS external_id FROM range(777)")
    content = path.read_bytes()
    footer = len(content) - int.from_bytes(content[-8:-4], "little") - 8
    stated = content.index(b"\x92\x0c", footer)
    path.write_bytes(content[:stated] + b"\x90\x0c" + content[stated + 2 :])

    finding = the_only(refused(tmp_path, parquet()))

    assert finding.code == "PP224"
    assert "another number of rows" in finding.problem


def test_folders_on_the_way_are_no_columns(tmp_path, monkeypatch):
    """A path of `name=value`, as TMPDIR may be, says nothing of the rows of a file below it."""
    below = tmp_path / "id=other"
    below.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(below))
    write(tmp_path / "ids.parquet", "SELECT 'a' AS id UNION ALL SELECT 'b'")

    assert staged_ids(tmp_path, parquet(column="id")) == ["a", "b"]
