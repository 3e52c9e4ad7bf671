"""Hostile files: bombs of YAML, limits to the byte, JSON lines and tables of any bytes."""

import json

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.planfile import plan_text, refusals
from support.sources import source

from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.planfile.build import MAX_DEPTH, MAX_VALUES
from purgeplan.planfile.load import load
from purgeplan.planfile.text import read_text
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.reading.fit import canonical_or_none
from purgeplan.sources.workspace import Workspace

LAUGHS = [f"&a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 10)]
HOSTILE = st.sampled_from(
    ["<<: *a", "<<: {a: 1}", "<<: [*a, *a]", "&a 1", "*a", "!!python/object:os.system x",
     "!!binary AAAA", "!x y", "!!set {a, b}", "? [a]\n: b", "- - - - -", "%YAML 1.1", "%TAG ! x",
     "--- a", "...", "{[", "}]", "'", '"', "|2", ">-", "\0", "\x85", "&a [*a]", *LAUGHS]
)  # fmt: skip


def loaded(text):
    """Load a text: its document, or None, and the codes of its findings."""
    document, found = load(text, "plan.yaml")
    assert document is not None or found
    if document is not None:
        assert len(document.values) <= MAX_VALUES
    return document, {one.code for one in found}


def by_itself(text):
    """Tell whether anything in a text is no plain value; in a block scalar marks are letters."""
    special, before = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken), None
    try:
        for token in yaml.scan(text):
            merges = isinstance(before, yaml.KeyToken) and getattr(token, "value", "") == "<<"
            if isinstance(token, special) or merges:
                return True
            before = token
    except yaml.YAMLError:
        return True
    return False


@given(st.sampled_from("[{-?"), st.integers(1, 3_000))
@example("[", 100_000)
@example("{", 100_000)
@example("-", 100_000)
def test_no_depth_ends_in_anything_but_findings(opener, depth):
    """Thousands of levels are refused before any stack ends; twenty are read."""
    piece = {"[": "[", "{": "{a: ", "-": "- ", "?": "? "}[opener]

    document, codes = loaded(f"a: 1\nb:\n  {piece * depth}")

    assert document is None or depth <= MAX_DEPTH
    assert codes or depth <= MAX_DEPTH


@given(st.lists(HOSTILE, min_size=1, max_size=6), st.sampled_from(["\n", "\n  ", "\n- ", ", "]))
@example(["|2", "<<: *a"], "\n  ")
@example(["<<: {a: 1}"], "\n  ")
@example(["<<: *a"], ", ")
def test_nothing_that_yaml_can_do_by_itself_gets_through(pieces, glue):
    """Anchors, aliases, merges, tags, directives, documents: refused wherever they stand."""
    text = plan_text() + "extra:" + glue + glue.join(pieces)

    document, codes = loaded(text)

    if by_itself(text):
        assert codes
    assert refusals(text)
    if document is not None:
        others = set(document.content) - set(yaml.safe_load(plan_text()))
        assert all(one.startswith("extra") for one in others)


@given(st.integers(-3, 3), st.sampled_from(["x", "é", "💥"]), st.booleans())
@settings(max_examples=15)
def test_a_mebibyte_is_the_limit_to_the_byte(tmp_path, over, letter, newline):
    """Counted in bytes, on the disk and in memory, whatever they are bytes of."""
    size = (1 << 20) + over
    end = "\n" if newline else ""
    room = size - len(f"a: {end}".encode())
    wide = len(letter.encode())
    text = f"a: {letter * (room // wide)}{'x' * (room % wide)}{end}"
    path = tmp_path / "plan.yaml"
    path.write_bytes(text.encode())

    document, codes = loaded(text)

    assert (codes == {"PP002"}) is (over > 0)
    assert (document is None) is (over > 0)
    if over > 0:
        with pytest.raises(InvalidError, match="1 MiB"):
            read_text(path, "plan.yaml")
    else:
        assert read_text(path, "plan.yaml") == text


@given(st.integers(MAX_VALUES - 3, MAX_VALUES + 3))
@settings(max_examples=7)
def test_so_many_values_are_the_limit(count):
    """A list in a plan file ends somewhere: files of ids are for that."""
    text = "ids: [" + ", ".join("a" for _ in range(count)) + "]"

    document, codes = loaded(text)

    fits = count + 2 <= MAX_VALUES
    assert (document is not None, "PP002" in codes) == (fits, not fits)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["external_id", "id", "x", ""]), below, max_size=3)
    ),
    max_leaves=6,
)
NAMED = st.fixed_dictionaries({"external_id": st.text(max_size=8)}, optional={"x": JUNK})
ROWS = st.lists(NAMED | st.text(max_size=8) | JUNK, min_size=1, max_size=6)


def staged(folder, kind, **options):
    """Stage a file; give rows, rejected and sorted ids, or REFUSED, or codes that are no file's."""
    with Workspace(threads=1) as work:
        try:
            read = KINDS[kind](source(kind, EXTERNAL_ID, **options))
            found = read.stage(Context(str(folder), set_aside=True), work)
        except InvalidError as error:
            return {one.code for one in error.findings} - CODES or REFUSED
        ids = sorted(work.column("SELECT id FROM $table", table=found.table))
        return found.rows, found.rejected, ids


CODES = {"PP206", "PP207", "PP208", "PP209", "PP210", "PP211", "PP212", "PP213", "PP217"}
REFUSED = "refused by the codes of files"


@given(ROWS)
@settings(max_examples=25)
def test_json_lines_are_ids_or_a_refusal(tmp_path, rows):
    """Any JSON at all: strings and objects with a string are rows, anything else stops it all."""
    text = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "ids.jsonl").write_text(text, "utf-8")

    found = staged(tmp_path, "jsonl", path="ids.jsonl")

    raw = [one.get("external_id") if isinstance(one, dict) else one for one in rows]
    if found == REFUSED:
        assert not all(isinstance(one, str) for one in raw)
    else:
        fit = [canonical_or_none(EXTERNAL_ID, one) for one in raw]
        expected = sorted(one for one in fit if one is not None)
        assert found == (len(rows), fit.count(None), expected)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(data=b"\x1f\x8b\x08\x00")
@example(data=b"\x28\xb5\x2f\xfd\x00")
@example(data=b"\xff\xfea\x00")
@example(data=b"external_id\n" + b"x" * 10_240 + b"\n")
@example(data=b"[" * 100_000)
@settings(max_examples=25)
def test_any_bytes_are_ids_or_findings(tmp_path, kind, data):
    """A file of anything: no id that can't be sent, no exception that is not ours."""
    (tmp_path / "any").write_bytes(b"external_id\n" * (kind == "csv") + data)

    found = staged(tmp_path, kind, path="any")

    if found != REFUSED:
        rows, rejected, ids = found
        assert rows == rejected + len(ids)
        assert all(canonical_or_none(EXTERNAL_ID, one) == one for one in ids)
