"""What every kind of source promises: the port's suite, over the whole table of kinds."""

from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from support.sources import WRITERS, uuid, written

import purgeplan.sources
from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import FRAGMENTS, KINDS
from purgeplan.sources.audience.demand import EXPORTED
from purgeplan.sources.port import COLUMNS, Context
from purgeplan.sources.workspace import Workspace

LISTS = [kind for kind in KINDS if kind not in EXPORTED]
"""Kinds whose ids somebody wrote down; the others are tried against an audience."""


def stage(kind, root, ids, by=SUBSCRIPTION_ID, **context):
    """Stage ids by a kind; give what it says and the rows it left."""
    with Workspace(threads=1) as work:
        staged = KINDS[kind](written(kind, root, ids, by)).stage(
            Context(str(root), **context), work
        )
        rows = list(work.rows(f"SELECT {', '.join(COLUMNS)} FROM $t", t=staged.table))
    return staged, sorted(row[0] for row in rows), rows


def test_the_table_lists_every_file_of_the_folder():
    """A new kind is one file and one line, named alike."""
    folder = Path(purgeplan.sources.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "port", "workspace"}

    assert files == set(KINDS) == set(FRAGMENTS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_describes_its_options(kind):
    """Every option has a description and an example that its own schema takes."""
    fragment = FRAGMENTS[kind]
    options = dict(fragment["properties"])
    schema = {"type": "object", "properties": options, "required": fragment["required"]}
    Draft7Validator.check_schema(schema)

    assert {"oneOf", "anyOf"}.isdisjoint(str(fragment).replace("'", " ").split())
    assert {"from", "by", "as_of", "sha256"}.isdisjoint(options)
    assert fragment["description"]
    for option in options.values():
        assert option["description"].endswith(".")
        assert all(Draft7Validator(option).is_valid(one) for one in option["examples"])
    for example in fragment["examples"]:
        assert example["from"] == kind
        assert {*example} - {"from"} <= set(options)
        assert Draft7Validator(schema).is_valid(example)


@pytest.mark.parametrize("kind", LISTS)
def test_ids_come_out_canonical_with_their_repeats(kind, tmp_path):
    """Upper case and blanks are gone from UUIDs, rows are as many as were read."""
    ids = [uuid(10).upper(), uuid(2), f" {uuid(2)} "]

    staged, found, _ = stage(kind, tmp_path, ids)

    assert found == [uuid(2), uuid(2), uuid(10)]
    assert (staged.rows, staged.rejected, staged.set_aside) == (3, 0, ())


@pytest.mark.parametrize("kind", LISTS)
def test_other_ids_come_out_byte_for_byte(kind, tmp_path):
    """Nothing is trimmed, folded or counted."""
    ids = [" a ", "A", "00123", "é", "e\u0301", "ﬁ"]

    assert stage(kind, tmp_path, ids, EXTERNAL_ID)[1] == sorted(ids)


@pytest.mark.parametrize("kind", LISTS)
def test_what_is_not_known_is_null_and_not_said_to_be_known(kind, tmp_path):
    """Guards ask what is known; a guess would let a protect list miss somebody."""
    staged, _, rows = stage(kind, tmp_path, [uuid(1)])

    assert staged.known == frozenset()
    assert rows == [(uuid(1), *[None] * 6)]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("bad", ["..", "not a uuid"])
def test_an_unfit_id_is_an_error_unless_it_is_set_aside(kind, bad, tmp_path):
    """A kind lets no id through that can't be sent, and says which it left out."""
    with pytest.raises(InvalidError) as error:
        stage(kind, tmp_path, [uuid(1), bad])
    staged, found, _ = stage(kind, tmp_path, [uuid(1), bad], set_aside=True)

    assert [one.code for one in error.value.findings] == ["PP214"]
    assert (staged.rows, staged.rejected, found) == (2, 1, [uuid(1)])
    assert [one.code for one in staged.set_aside] == ["PP214"]


@pytest.mark.parametrize("kind", LISTS)
def test_files_are_told_with_their_digest(kind, tmp_path):
    """Whoever reads files says which, relative to the root."""
    staged, _, _ = stage(kind, tmp_path, [uuid(1)])

    assert set(staged.files) == ({"ids"} if kind in WRITERS else set())
    assert list(staged.files.values()) == ([staged.sha256] if staged.sha256 else [])


@pytest.mark.parametrize("kind", LISTS)
def test_the_column_of_the_ids_is_told(kind, tmp_path):
    """A reviewer sees which one was taken; ids in the plan file have none."""
    staged, _, _ = stage(kind, tmp_path, [uuid(2)])

    assert staged.columns == (() if kind == "inline" else ("subscription_id",))
