"""The kinds jsonl and inline: text stays text, and every bad place is told."""

import gzip

import pytest
from support.sources import inline, refused, source, staged_ids, uuid

from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.workspace import Workspace


def jsonl(by=EXTERNAL_ID, path="ids.jsonl", **options):
    """Give a source of JSON lines."""
    return source("jsonl", by, path=path, **options)


def staged(tmp_path, text, spec, **context):
    """Stage a text; give what is known of it, and its rows."""
    (tmp_path / "ids.jsonl").write_text(text)
    with Workspace(threads=1) as work:
        found = KINDS["jsonl"](spec).stage(Context(str(tmp_path), **context), work)
        return found, sorted(work.rows("SELECT * FROM $t", t=found.table))


@pytest.mark.parametrize(
    "text",
    [
        '{"external_id": "00123"}\n{"external_id": "\\u00e9"}\n',
        '\n"00123"\r\n\n"é"',
        '{"n": 1, "external_id": "00123"}\n"é"\n   \n',
    ],
)
def test_lines_are_objects_or_strings(tmp_path, text):
    """The id stands under its key, or is the line itself; blank lines are nothing."""
    (tmp_path / "ids.jsonl").write_bytes(text.encode())

    assert staged_ids(tmp_path, jsonl()) == ["00123", "é"]


def test_the_key_can_be_said_and_files_can_be_packed(tmp_path):
    """Options are those of csv, as far as they make sense."""
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"who": "a", "external_id": "z"}\n'))
    (tmp_path / "b.jsonl").write_bytes(b'{"external_id": "z", "who": "b"}\n')

    assert staged_ids(tmp_path, jsonl(path="*.jsonl*", column="who")) == ["a", "b"]


def test_what_stands_beside_the_id_is_known_as_in_a_table(tmp_path):
    """Other ids of the same row let protect lists of other kinds be compared."""
    text = (
        f'{{"player_id": "{uuid(1).upper()}", "external_id": "a", "onesignal_id": "{uuid(9)}"}}\n'
        f'{{"player_id": "{uuid(2)}", "external_id": null, "onesignal_id": "{uuid(8).upper()}"}}\n'
    )

    found, rows = staged(tmp_path, text, jsonl(SUBSCRIPTION_ID))

    assert (found.rows, found.known) == (2, {"onesignal_id", "external_id"})
    assert rows == [
        (uuid(1), None, uuid(9), "a", None, None, None),
        (uuid(2), None, uuid(8), None, None, None, None),
    ]


@pytest.mark.parametrize(
    "second",
    [
        '{"player_id": "%s"}',
        '{"player_id": "%s", "external_id": 7}',
        '{"player_id": "%s", "external_id": "a\\u0000"}',
        '{"player_id": "%s", "external_id": "\\ud800"}',
        '"%s"',
    ],
)
def test_a_gap_beside_the_id_makes_the_column_unknown(tmp_path, second):
    """A row that does not tell, or tells no text, could be somebody who is protected."""
    text = f'{{"player_id": "{uuid(1)}", "external_id": "a"}}\n{second % uuid(2)}\n'

    found, _ = staged(tmp_path, text, jsonl(SUBSCRIPTION_ID))

    assert (found.rows, found.known) == (2, frozenset())


@pytest.mark.parametrize("column", ["onesignal_id", "invalid_identifier"])
def test_a_null_beside_the_id_is_a_gap_unless_it_is_an_external_id(tmp_path, column):
    """Many have no external_id; each has a onesignal_id, and has opted out or not."""
    first = f'{{"player_id": "{uuid(1)}", "{column}": "{uuid(9)}"}}\n'
    second = f'{{"player_id": "{uuid(2)}", "{column}": null}}\n'

    found, _ = staged(tmp_path, first + second, jsonl(SUBSCRIPTION_ID))

    assert found.known == frozenset()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ('{"external_id": "a", "external_id": "b"}', "twice"),
        ("[" * 100_000, "not JSON"),
        ('{"external_id": ' + "9" * 5_000 + "}", "not JSON"),
        ('{"external_id": 123}', "number"),
        ('{"external_id": 1.23E+15}', "number"),
        ('{"external_id": true}', "truth value"),
        ('{"external_id": ["a"]}', "list"),
        ('{"external_id": {}}', "object"),
        ('{"external_id": null}', "not there"),
        ('{"other": "a"}', "not there"),
        ("123", "neither"),
    ],
    ids=lambda text: text[:20],
)
def test_a_line_that_is_no_id_is_told_by_its_number(tmp_path, line, words):
    """Numbers are not taken for ids: they lose digits and leading zeros."""
    (tmp_path / "ids.jsonl").write_text(f'{{"external_id": "a"}}\n\n{line}\n')

    (found,) = refused(tmp_path, jsonl())

    assert (found.code, str(found.place)) == ("PP217", "ids.jsonl:3")
    assert words in found.problem


def test_a_key_that_is_missing_is_told_with_those_that_are_there(tmp_path):
    """The first object says which keys there are."""
    (tmp_path / "ids.jsonl").write_text('"a"\n{"externalid": "a"}\n')

    (found,) = refused(tmp_path, jsonl())

    assert (found.code, str(found.place)) == ("PP212", "ids.jsonl:2")
    assert "did you mean `column: externalid`?" in str(found)


@pytest.mark.parametrize("bad", ["..", "", "\\u0000", "\\ud800", "a\\nb", "1.23E+15", "x" * 1025])
def test_unfit_ids_are_placed_or_set_aside(tmp_path, bad):
    """As in a table; escapes that are no text are told, not written."""
    text = f'{{"external_id": "a"}}\n{{"external_id": "{bad}"}}\n'
    (tmp_path / "ids.jsonl").write_text(text)

    (found,) = refused(tmp_path, jsonl())
    aside, rows = staged(tmp_path, text, jsonl(), set_aside=True)

    assert (found.code, str(found.place)) == ("PP214", "ids.jsonl:2")
    assert (aside.rows, aside.rejected, len(aside.set_aside), len(rows)) == (2, 1, 1, 1)


def test_the_first_places_are_told_and_all_are_counted(tmp_path):
    """A list of bad ids does not fill the memory."""
    found, _ = staged(tmp_path, '".."\n' * 50, jsonl(), set_aside=True)

    assert (found.rejected, len(found.set_aside)) == (50, 20)


def test_ids_in_the_plan_are_taken_as_written(tmp_path):
    """Inline ids are text in the plan; UUIDs are lower-cased as everywhere."""
    assert staged_ids(tmp_path, inline("00123", "é")) == ["00123", "é"]
    assert staged_ids(tmp_path, inline(uuid(10).upper(), by=SUBSCRIPTION_ID)) == [uuid(10)]


def test_a_bad_id_in_the_plan_is_told_by_its_number(tmp_path):
    """The place is the source's, the number tells which."""
    found = refused(tmp_path, inline("a", "..", "b", ""))

    assert [(one.problem, str(one.place)) for one in found] == [
        ("ids[1] is a path, not an id", "plan.yaml:3"),
        ("ids[3] is empty", "plan.yaml:3"),
    ]
