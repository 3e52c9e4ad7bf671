"""What the loader makes of YAML, and what it refuses before anyone looks at settings."""

from decimal import Decimal

import pytest
from support.planfile import codes, content, flaws, only, plan_text, refusals

from purgeplan.errors import Place
from purgeplan.planfile.load import load


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("15000", 15000),
        ("-3", -3),
        ("0", 0),
        ("2.5", Decimal("2.5")),
        ("1e3", Decimal(1000)),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("22:00", "22:00"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("2026-11-20", "2026-11-20"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'15000'", "15000"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_only_plain_numbers_true_false_and_null_are_anything_but_text(written, value):
    """The resolvers of YAML 1.1 have no say: times, dates, on and off stay text."""
    found = content(f"a: {written}\n")["a"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("number", ["00123", "-07", "01.5", "1" * 21])
def test_numbers_that_readers_differ_about_are_refused(number):
    """Leading zeros make 83 of 00123 elsewhere, so such a number must be quoted or rewritten."""
    assert flaws(f"a: {number}\n") == [("PP011", 1, 4)]
    assert content(f"a: '{number}'\n") == {"a": number}


def test_a_number_that_is_too_long_is_not_told_to_be_quoted_first():
    """`max_delete: 999...` in quotes would be refused as a text."""
    long, padded = (
        refusals(plan_text(limits=f"{{max_delete: {one}}}")) for one in ("9" * 40, "07")
    )

    assert long[0].problem == "a number of 40 characters, which readers of YAML round or refuse"
    assert long[0].mend == "write 20 at most; quote it where it is an id or other text"
    assert padded[0].mend == "write it without them; quote it where it is an id or other text"


def test_every_key_and_value_has_its_place():
    """Lines and columns count from 1, columns in characters and not in bytes."""
    document, _ = load("a: é 😀 b\nlimits: {max_delete: 5}\nlist:\n  - x: 1\n", "f.yaml")

    assert document.place(("limits", "max_delete")) == Place("f.yaml", 2, 22)
    assert document.keys["limits", "max_delete"].column == 10
    assert document.place(("list", 0, "x")) == Place("f.yaml", 4, 8)


def test_a_duplicate_key_is_refused_with_both_lines():
    """Of two limits the last would win silently."""
    finding = only(plan_text(limits="\n  max_delete: 5\n  max_delete: 50000"))

    assert finding.code == "PP009"
    assert finding.problem == "the key `max_delete` is here twice, first in line 8"
    assert finding.place == Place("plans/a.yaml", 9, 3)
    assert finding.source_line == "  max_delete: 50000"


def test_what_is_below_a_duplicate_key_is_not_called_duplicate():
    """Only the second `limits` is one, not all that it holds."""
    assert flaws("limits: {a: 1}\nlimits: {a: 1}\n") == [("PP009", 2, 1)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: &x 1\n", (1, 4)),
        ("a: *x\n", (1, 4)),
        ("&a b: 1\n", (1, 1)),
        ("*a : 1\n", (1, 1)),
        ("a: !!str 1\n", (1, 4)),
        ("a: !env KEY\n", (1, 4)),
        ("a: !!python/object:os.system x\n", (1, 4)),
        ("<<: {a: 1}\n", (1, 1)),
        ("a: {<<: {b: 1}}\n", (1, 5)),
        ("%YAML 1.1\n---\na: 1\n", (1, 1)),
        ("%TAG ! b\n---\na: 1\n", (1, 1)),
    ],
)
def test_yaml_that_says_more_than_it_shows_is_refused(text, place):
    """No anchors, aliases, tags, merge keys and directives, wherever they stand."""
    assert ("PP008", *place) in flaws(text)


def test_a_quoted_merge_key_is_a_plain_one():
    """Only the unquoted one merges; the other is an unknown key like any."""
    assert content("'<<': 1\n") == {"<<": 1}


def test_a_merge_key_brings_nothing_in():
    """What it would merge is not taken for settings."""
    assert load("<<: {a: 1}\nb: 2\n", "f")[0].content == {"b": 2}


def test_billion_laughs_are_refused_unexpanded():
    """Nested aliases end at the first levels, with findings and not with memory."""
    laughs = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert {code for code, _, _ in flaws(laughs)} == {"PP008"}


def test_a_second_document_is_refused():
    """What follows `---` could be overlooked."""
    assert ("PP006", 2, 1) in flaws("a: 1\n---\nb: 2\n")


def test_the_first_of_several_documents_is_checked_all_the_same():
    """All problems of a file come at once."""
    assert sorted(codes(plan_text(canary="lots") + "---\na: 1\n")) == ["PP006", "PP022"]


def test_a_leading_document_mark_is_fine():
    """`---` at the top is a habit of many."""
    assert content("---\na: 1\n") == {"a": 1}


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000])
def test_deep_nesting_ends_before_the_stack_does(text):
    """Five thousand brackets are one finding."""
    assert [code for code, _, _ in flaws(text)] == ["PP007"]


def test_twenty_levels_are_read():
    """The bound is no tighter than it says."""
    assert flaws("a: " + "[" * 19 + "]" * 19 + "\n") == []
    assert [code for code, _, _ in flaws("a: " + "[" * 20 + "]" * 20)] == ["PP007"]


@pytest.mark.parametrize("key", ["[a]", "{a: 1}", "? [a]\n"])
def test_a_key_that_is_no_text_is_refused(key):
    """Settings have names."""
    assert "PP010" in [code for code, _, _ in flaws(f"{key}: 1\n")]


def test_a_key_is_text_whatever_it_looks_like():
    """`NO`, `1` and `true` as keys stay what is written."""
    assert content("NO: 1\n1: 2\ntrue: 3\n") == {"NO": 1, "1": 2, "true": 3}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file_is_refused(text):
    """Nothing is not a plan."""
    (finding,) = load(text, "a.yaml")[1]

    assert (finding.code, finding.problem) == ("PP005", "the file is empty")


@pytest.mark.parametrize("text", ["- a\n", "a\n", "5\n", "[version, 1]\n"])
def test_a_file_that_is_no_mapping_is_refused(text):
    """A plan is settings with names."""
    assert flaws(text) == [("PP005", 1, 1)]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\n\tb: 2\n", (2, 1), "tab"),
        ("a: b: c\n", (1, 5), "colon"),
        ("a: [1, 2\nb: 3\n", (1, 4), "`[`"),
        ("a: {b: 1\nc: 3\n", (1, 4), "`{`"),
        ('a: 1\nb: "b\nc: 2\n', (2, 4), "quote"),
        ("a: 1\n b: 2\n", (2, 3), "colon"),
        ("a: @b\n", (1, 4), "quotes"),
        ("a:\n - b\n c: d\n", (3, 2), "list above"),
        ("a:\n  b: 1\n c: d\n", (3, 2), "mapping above"),
        ("a: 1\nb\n", (3, 1), "key: value"),
        ("a: !<> b\n", (1, 6), "not YAML"),
    ],
)
def test_broken_yaml_is_told_with_its_place(text, place, words):
    """The parser's problem comes in words that say what to do."""
    (finding,) = load(text, "a.yaml")[1]

    assert (finding.code, finding.place.line, finding.place.column) == ("PP004", *place)
    assert words in f"{finding.problem} {finding.mend}"


def test_what_was_refused_before_broken_yaml_is_told_too():
    """The way to the broken line is not for nothing."""
    assert [code for code, _, _ in flaws("a: 1\na: 2\nb: [\n")] == ["PP009", "PP004"]
