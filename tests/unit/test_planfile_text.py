"""The text of a plan file: nothing hidden, no key in it, no more than anyone reviews."""

import os

import pytest
from support.planfile import KEY, LEGACY_KEY, content, flaws, only, plan_text, refusals

from purgeplan.errors import InvalidError, Place
from purgeplan.planfile.text import MAX_BYTES, read_text


def test_crlf_and_tabs_between_words_are_fine():
    """Files from Windows are read like others; the shown line has no carriage return."""
    text = plan_text(canary="lots").replace("\n", "\r\n").replace("canary: ", "canary:\t")

    finding = only(text)

    assert finding.place == Place("plans/a.yaml", 8, 9)
    assert finding.source_line == "canary:\tlots"


@pytest.mark.parametrize(
    "character",
    ["\0", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\ud800"],
)
def test_characters_that_hide_something_are_refused(character):
    """A line that only YAML sees as two could hide a limit in a comment."""
    assert flaws(f"a: 1\n# seen{character}b: 2\n") == [("PP003", 2, 7)]


def test_a_lone_carriage_return_is_refused():
    """It is a line break to YAML and to few others."""
    assert flaws("a: 1 # x\rb: 2\n") == [("PP003", 1, 9)]


def test_the_same_characters_may_be_escaped():
    """An escape is seen by whoever reads the file."""
    assert content('a: "\\u2028"\n') == {"a": "\u2028"}


@pytest.mark.parametrize("key", [KEY, KEY.replace("_app_", "_org_"), LEGACY_KEY, KEY.upper()])
@pytest.mark.parametrize(
    "line", ["# was {}", "owner: {}", "x: [a, {}]", "api_key: '{}'", "{}: 1", "a: b {}"]
)
def test_a_literal_key_is_refused_anywhere_and_never_echoed(key, line):
    """Comments, keys and values alike; neither message nor source line holds any of it."""
    found = refusals(plan_text(line.format(key)))

    assert "PP012" in [one.code for one in found]
    assert key[:14] not in repr(found)
    assert key[-14:] not in repr(found)


@pytest.mark.parametrize("name", ["api_key", "API-KEY", "rest_api_key", "Authorization"])
def test_any_text_under_a_key_s_name_is_refused(name):
    """A plan says where a key is; what it holds there is never shown."""
    (finding,) = (one for one in refusals(plan_text(f"{name}: hunter2")) if one.code == "PP012")

    assert "env" in finding.mend
    assert finding.source_line is None


def test_a_sha256_is_no_key():
    """64 hex digits pin a file."""
    text = plan_text(source=f"{{from: csv, path: a.csv, sha256: {'4be0f6aB' * 8}}}")

    assert refusals(text) == ()


def test_a_file_of_many_flaws_is_told_in_part():
    """A hundred problems are enough to start with, and it is said that there are more."""
    found = refusals("".join(f"k{at}: &a 1\n" for at in range(5000)))

    assert len(found) == 100
    assert {one.code for one in found} == {"PP008"}


def test_more_values_than_anyone_reviews_are_refused():
    """Ten thousand are no plan; lists of ids belong into files."""
    assert [code for code, _, _ in flaws("a: [" + "b," * 10_000 + "]")] == ["PP002"]
    assert flaws("a: [" + "b," * 9_990 + "]") == []


def test_a_text_over_a_mebibyte_is_refused():
    """One byte more is too much."""
    assert flaws("a: " + "b" * (MAX_BYTES - 3)) == []
    assert [code for code, _, _ in flaws("a: " + "b" * (MAX_BYTES - 2))] == ["PP002"]


def test_a_file_is_read_without_its_byte_order_mark(tmp_path):
    """Editors on Windows write one."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")

    assert read_text(path, "a.yaml") == "a: 1\r\n"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [(b"a: 1\nb: \xe9\n", "PP003", 2), ("a: 1\n".encode("utf-16"), "PP003", 1)],
)
def test_a_file_of_another_encoding_is_refused(tmp_path, content, code, line):
    """UTF-8 it is; the line says where not."""
    path = tmp_path / "a.yaml"
    path.write_bytes(content)

    with pytest.raises(InvalidError) as caught:
        read_text(path, "a.yaml")

    assert [(one.code, one.place.line) for one in caught.value.findings] == [(code, line)]


def test_a_file_over_a_mebibyte_is_refused(tmp_path):
    """It is not even read whole."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(InvalidError, match="1 MiB"):
        read_text(path, "a.yaml")


def test_what_is_no_file_is_refused(tmp_path):
    """A missing file, a folder and a pipe are told apart and none of them hangs."""
    os.mkfifo(tmp_path / "pipe")

    for name, words in [("gone", "No such file"), ("pipe", "not a regular file"), ("", "director")]:
        with pytest.raises(InvalidError, match=words):
            read_text(tmp_path / name, name or "folder")
