"""What ``init`` finds out about a list of ids."""

import gzip
import uuid

import pytest

from purgeplan.cli.sniff import looks, sniff
from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID

UUIDS = [str(uuid.UUID(int=number)) for number in range(1, 6)]


def table(header, *rows):
    """Give a table as text."""
    return "\n".join([header, *rows, ""])


def kinds(listing):
    """Give names and kinds of the columns found."""
    return [(column.name, column.kind) for column in listing.columns]


def test_the_guides_own_form_is_one_column_player_id():
    """The CSV of OneSignal's guide is a list of subscriptions."""
    listing = looks("ids.csv", table("player_id", *UUIDS), 6)

    assert (listing.lines, kinds(listing)) == (5, [("player_id", SUBSCRIPTION_ID)])


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_an_export_has_subscriptions_and_users(mark):
    """In a full export `id` is the subscription; user ids are found behind it."""
    header = mark.join(["id", "device_type", "onesignal_id", "external_user_id", "country"])
    row = mark.join([UUIDS[0], "1", UUIDS[1], "u-1", "DE"])

    listing = looks("export.csv", table(header, row), 2)

    assert listing.is_export
    assert kinds(listing) == [
        ("id", SUBSCRIPTION_ID),
        ("onesignal_id", ONESIGNAL_ID),
        ("external_user_id", EXTERNAL_ID),
    ]


def test_any_column_full_of_uuids_may_be_ids():
    """A column of another name is found by what it holds, and has to be named in the plan."""
    listing = looks("x.csv", table("device,when", *(f"{one},2024" for one in UUIDS)), 6)

    assert kinds(listing) == [("device", SUBSCRIPTION_ID)]
    assert not listing.columns[0].by_default


def test_a_column_called_id_with_other_things_is_no_subscription():
    """An `id` of a shop's own database is not taken for OneSignal's."""
    assert looks("x.csv", table("id,external_id", "1,u-1", "2,u-2"), 3).columns[0].kind == (
        EXTERNAL_ID
    )


def test_a_text_file_needs_no_header():
    """One id a line in a .txt is a list of subscriptions."""
    listing = looks("ids.txt", table(*UUIDS), 5)

    assert (listing.lines, kinds(listing)) == (5, [("id", SUBSCRIPTION_ID)])


def test_a_csv_without_a_header_is_told_to_have_one():
    """A first line that is an id itself is an error, which does not repeat the id."""
    with pytest.raises(InvalidError, match="no header line") as caught:
        looks("ids.csv", table(*UUIDS), 5)

    assert UUIDS[0] not in str(caught.value)


def test_packed_and_wide_files_are_read(tmp_path):
    """A .gz in UTF-16 with CRLF is read to its end."""
    path = tmp_path / "ids.csv.gz"
    path.write_bytes(gzip.compress("\r\n".join(["player_id", *UUIDS, ""]).encode("utf-16")))

    listing = sniff(path)

    assert (listing.lines, kinds(listing)) == (5, [("player_id", SUBSCRIPTION_ID)])


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("none.csv", None, "can't read the list"),
        ("empty.csv", b"", "no column looks like ids"),
        ("people.csv", b"name,mail\nAda,ada@x.example\n", "there are: name, mail"),
        ("cut.csv.gz", gzip.compress(b"player_id\n" * 99)[:-9], "ends in the middle"),
    ],
    ids=["missing", "empty", "no ids", "cut"],
)
def test_what_is_no_list_is_an_error(tmp_path, name, content, problem):
    """A missing, empty, cut or unfit file is named with what is wrong."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidError, match=problem):
        sniff(tmp_path / name)


def test_cells_of_a_file_without_names_are_masked(tmp_path):
    """Where the first line holds data, the message does not repeat it."""
    path = tmp_path / "x.csv"
    path.write_text("u-000181,ada@x.example\n")

    with pytest.raises(InvalidError) as caught:
        sniff(path)

    assert "ada@" not in str(caught.value)
    assert "000181" not in str(caught.value)
