"""The published schemas are the ones that plans are checked against."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from sqlite_utils import Database
from support.new_journal import words

from purgeplan.journal.form import form_of
from purgeplan.journal.schema import MIGRATIONS
from purgeplan.journal.version import FORMS, READ_AS, VERSION
from purgeplan.planfile import plan_schema, policy_schema, schema_text
from purgeplan.planfile.load import load
from purgeplan.sources import FRAGMENTS

ROOT = Path(__file__).parents[2]


def test_the_form_of_the_journal_is_the_one_that_files_are_held_against():
    """After every migration `FORMS` has what `form_of` gives for a journal made anew, and before.

    Every older one can be read.
    """
    names = [one.name for one in MIGRATIONS.pending(Database(memory=True))]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        base, forms = Database(connection), {}
        for version, after in enumerate([*names[1:], None], 1):
            MIGRATIONS.apply(base, stop_before=after)
            forms[version] = form_of(connection)

    assert forms == FORMS
    assert max(FORMS) == VERSION
    assert set(FORMS) == set(READ_AS) | {VERSION}


def test_a_new_journal_is_what_the_migrations_make():
    """`PYTHONPATH=tests python -m support.new_journal > purgeplan/journal/new.sql` after each."""
    made = (ROOT / "purgeplan" / "journal" / "new.sql").read_text("utf-8")

    assert made == words()


@pytest.mark.parametrize("name", ["plan", "policy"])
def test_the_published_schema_is_the_generated_one(name):
    """`purgeplan schema NAME > schemas/NAME.schema.json` after every change of a field."""
    made = {"plan": plan_schema, "policy": policy_schema}[name](FRAGMENTS)

    published = (ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8")

    assert published == schema_text(made)
    Draft7Validator.check_schema(made)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "plans").glob("*.yaml")), ids=lambda path: path.name
)
def test_every_example_plan_fits_the_published_schema(path):
    """As an editor sees it: plain JSON Schema, without our forms."""
    published = json.loads((ROOT / "schemas" / "plan.schema.json").read_text("utf-8"))
    document, found = load(path.read_text("utf-8"), path.name)

    assert found == []
    assert list(Draft7Validator(published).iter_errors(document.content)) == []
