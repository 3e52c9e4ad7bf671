"""The mutants fit the product: a list that is out of date proves nothing."""

import ast
import sqlite3
import subprocess
from pathlib import Path

from mutants.catalog import MUTANTS
from mutants.page import PAGE, recorded, written
from mutants.past import Past

ROOT = Path(__file__).parents[2]


def test_every_mutant_fits_the_text_of_the_product_once():
    """What a mutant changes is there, in one place, and so are the tests that it names."""
    assert [f"{one.name}: {flaw}" for one in MUTANTS for flaw in one.flaws(ROOT)] == []


def test_every_mutant_is_a_program_and_another_one():
    """A sabotage that can't even be compiled would be caught by anything."""
    for one in MUTANTS:
        texts = {
            edit.file: (ROOT / "purgeplan" / edit.file).read_text("utf-8") for edit in one.edits
        }
        before = dict(texts)
        for edit in one.edits:
            texts[edit.file] = texts[edit.file].replace(edit.old, edit.new)
        assert texts != before, one.name
        for file, text in texts.items():
            assert ast.parse(text) if file.endswith(".py") else sqlite3.complete_statement(text)


def test_mutants_are_told_apart_by_their_names():
    """A table with two rows of one name hides one."""
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= 150


def test_what_caught_a_mutant_is_kept_until_something_else_does():
    """The page is read to begin with the right test; rows of mutants that are no more go."""
    page, names = PAGE.read_text("utf-8"), [one.name for one in MUTANTS]
    first, second, *others = names
    again = written(page, [first, *others], {first: "tests/unit/test_a.py::Test::b"}, "By hand.")

    assert recorded(again)[first] == "tests/unit/test_a.py::Test::b"
    assert second not in recorded(again)
    kept = {one: test for one, test in recorded(page).items() if one in others}
    assert {one: test for one, test in recorded(again).items() if one != first} == kept
    assert again.count("By hand.") == 1


def test_what_was_caught_counts_until_product_or_tests_change(tmp_path):
    """A run that was killed goes on where it was; one on other files begins anew."""
    root, folder = tmp_path / "checkout", tmp_path / "kept"
    (root / "purgeplan").mkdir(parents=True)
    (root / "purgeplan" / "a.py").write_text("A = 1\n")
    subprocess.run(["git", "init", "-q", root], check=True)
    first = Past(root, folder)
    first.add("one", "tests/unit/test_a.py::test_a")
    first.add("two", "tests/unit/test_a.py::test_b")
    (kept,) = folder.iterdir()
    kept.write_text(kept.read_text()[:-5])  # killed while it wrote

    again = Past(root, folder).caught()
    (root / "purgeplan" / "a.py").write_text("A = 2\n")

    assert again == {"one": "tests/unit/test_a.py::test_a"}
    assert Past(root, folder).caught() == {}
