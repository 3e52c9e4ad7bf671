"""The kind csv: how a table or a list is cut, and that an id stays what it is."""

import pytest
from support.sources import uuid
from support.tables import ids_of, wrong

from purgeplan.model.ids import SUBSCRIPTION_ID


@pytest.mark.parametrize(
    "text",
    [
        "external_id\na\nb\n",
        "external_id\r\na\r\nb",
        "\n\nexternal_id\n\na\n\n\nb\n\n",
        '"external_id"\n"a"\n"b"\n',
        "n,external_id\n1,a\n2,b\n",
        "n;external_id\n1;a\n2;b\n",
        "n\texternal_id\n1\ta\n2\tb\n",
        "n,m;external_id\n1,2;a\n1,2;b\n",
        ' external_id ,n\na,"x\n\ny,\r\n"\nb,"q""q"\n',
        '"external_id","two\nlines"\na,1\nb,2\n',
        "external_user_id\na\nb\n",
    ],
)
def test_a_table_is_cut_as_its_header_shows(tmp_path, text):
    """Comma, semicolon and tab, quotes, blank lines and every line end give the same ids."""
    assert ids_of(tmp_path, text) == ["a", "b"]


def test_the_seed_form_needs_no_column(tmp_path):
    """The guide's CSV with one column player_id works as it is; UUIDs are lower-cased."""
    text = f"player_id\n{uuid(10).upper()}\n {uuid(2)} \n"

    assert ids_of(tmp_path, text, SUBSCRIPTION_ID) == [uuid(2), uuid(10)]


def test_ids_are_never_numbers(tmp_path):
    """Leading zeros, long numbers and words that look like values stay as they are."""
    ids = ["00123", "1e", "1.0", "12345678901234567890", "NULL", "false", "nan", " x "]

    assert ids_of(tmp_path, "external_id,n\n" + "".join(f"{i},1\n" for i in ids)) == sorted(ids)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"delimiter": ";"}, "external_id;n,m\na;1\n"),
        ({"delimiter": "tab"}, "external_id\tn\na\t1\n"),
        ({"delimiter": ",", "column": "who"}, "who,external_id;x\na,1\n"),
        ({"column": "the id"}, "external_id,the id\nz,a\n"),
    ],
)
def test_delimiter_and_column_can_be_said(tmp_path, options, text):
    """What is said is not asked of the file."""
    assert ids_of(tmp_path, text, **options) == ["a"]


def test_a_tsv_is_cut_at_tabs(tmp_path):
    """The suffix says the delimiter, whatever else the header holds."""
    text = "external_id\ta;b,c\nx\t1\n"

    assert ids_of(tmp_path, text, name="ids.tsv") == ["x"]


@pytest.mark.parametrize("text", ['a,b\nc"d\n\n', 'a,b\r\nc"d', 'external_id\na,b\nc"d\n'])
def test_a_txt_has_one_id_a_line(tmp_path, text):
    """Commas and quotes are the id's own there; a header is known by its name and not needed."""
    assert ids_of(tmp_path, text, name="ids.txt") == ["a,b", 'c"d']
    assert ids_of(tmp_path, "", name="none.txt") == []


def test_a_txt_takes_the_column_that_is_said_as_its_header(tmp_path):
    """A header that is said and not there is an error, not an id."""
    assert ids_of(tmp_path, "who\na\n", name="ids.txt", column="who") == ["a"]
    assert wrong(tmp_path, "a\nb\n", name="ids.txt", column="who") == [("PP212", "ids.txt:1")]
