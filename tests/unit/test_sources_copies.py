"""Copies of exports: every cell is there, types where there are types, no half file."""

import csv
import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import AS_OF, Exports, row

from purgeplan.errors import InvalidError, UnreachableError
from purgeplan.model.ports import ExportAsk
from purgeplan.sandbox.rows import DEFAULT_COLUMNS, EXTRA_COLUMNS
from purgeplan.sources.audience.copies import Wish, copied, form_of
from purgeplan.sources.reading.reach import quiet
from purgeplan.sources.workspace import Workspace

ALL = (*DEFAULT_COLUMNS, *EXTRA_COLUMNS)
WHOLE = ExportAsk(EXTRA_COLUMNS)


def export(folder, *rows, names=ALL):
    """Give an export with these rows."""
    return Exports(folder, rows, names=names)(WHOLE, 0, quiet)


def copy(folder, made, name="copy.parquet", columns=None):
    """Copy an export; give what is said of the file, and the file."""
    into = folder / name
    into.touch()
    with Workspace(threads=1) as work:
        return copied(work, made, Wish(form_of(name), columns), into, quiet), into


def rows_of(file):
    """Give the rows of a CSV by name."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def parquet(file, query="SELECT * FROM file"):
    """Give what a query finds in a Parquet file called ``file``."""
    with duckdb.connect() as base:
        base.read_parquet(str(file)).create_view("file")
        return base.execute(query).fetchall()


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_a_csv_has_every_text_as_it_came(tmp_path_factory, texts):
    """Whatever cells hold, the copy reads as the export does."""
    folder = tmp_path_factory.mktemp("law")
    rows = [row(n, identifier=one, tags=two) for n, (one, two) in enumerate(texts)]
    rows = [{**dict.fromkeys(ALL, ""), **one} for one in rows]

    said, file = copy(folder, export(folder, *rows), "copy.csv.gz")

    assert sorted(rows_of(file), key=lambda one: one["id"]) == rows
    assert (said.columns, said.rows, said.unread) == (ALL, len(rows), {})
    assert said.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert said.size == file.stat().st_size


def test_parquet_has_types(tmp_path):
    """Times are times, tags are JSON, flags are flags, numbers are exact; unknown ones are text."""
    made = export(
        tmp_path,
        row(1, tags='{"plan": "pro"}', amount_spent="12.5", session_count="3", fresh="new"),
        names=(*ALL, "fresh"),
    )
    _, file = copy(tmp_path, made)

    query = (
        "SELECT last_active, tags->>'plan', invalid_identifier, amount_spent, session_count, fresh,"
        " country, ip FROM file"
    )
    ((seen, plan, silent, spent, sessions, fresh, country, ip),) = parquet(file, query)
    assert (seen.year, plan, silent, sessions) == (2024, "pro", False, 3)
    assert (str(spent), fresh, country, ip) == ("12.5000", "new", "DE", None)


def test_what_is_no_value_of_its_type_is_empty_and_counted(tmp_path):
    """A date that can't be read is no date; the CSV still has the text."""
    made = export(tmp_path, row(1, last_active="soon"), row(2, playtime="many"), row(3))

    said, file = copy(tmp_path, made)
    _, text = copy(tmp_path, made, "copy.csv.gz")

    assert said.unread == {"last_active": 1, "playtime": 1}
    assert parquet(file, "SELECT count(*) FROM file WHERE last_active IS NULL") == [(1,)]
    assert [one["last_active"] for one in rows_of(text)].count("soon") == 1


def test_only_the_columns_that_are_named(tmp_path):
    """In the order in which they are named; one that is not there is an error."""
    made = export(tmp_path, row(1), names=DEFAULT_COLUMNS)

    _, file = copy(tmp_path, made, "copy.csv.gz", ("tags", "id"))
    assert list(rows_of(file)[0]) == ["tags", "id"]
    with pytest.raises(InvalidError, match="no column ip"):
        copy(tmp_path, made, columns=("id", "ip"))


def test_an_export_that_is_not_whole_is_no_copy(tmp_path):
    """A row that is cut short, a changed file and a name that is there twice are errors."""
    made = export(tmp_path, row(1), row(2))
    with pytest.raises(InvalidError, match="changed while it was read"):
        copy(tmp_path, replace(made, sha256="0" * 64))
    (tmp_path / "other").mkdir()
    twice = export(tmp_path / "other", row(1), names=(*ALL, "TAGS"))
    with pytest.raises(InvalidError, match="same name"):
        copy(tmp_path, twice)
    with gzip.open(made.path, "at", encoding="utf-8") as text:
        text.write("3,4\n")
    digest = hashlib.sha256((tmp_path / "export-1.csv.gz").read_bytes()).hexdigest()
    with pytest.raises(InvalidError, match="cells") as caught:
        copy(tmp_path, replace(made, sha256=digest, asked_at=AS_OF))
    assert caught.value.findings[0].place.line == 4


def test_a_folder_that_takes_no_file_is_said(tmp_path):
    """A full disk is exit 12, with the folder in the message."""
    made = export(tmp_path, row(1))
    with Workspace(threads=1) as work, pytest.raises(UnreachableError, match="No space left"):
        copied(work, made, Wish(".parquet"), Path("/dev/full"), quiet)
