"""The kind csv: which column is taken, and what the others tell."""

import pytest
from support.sources import refused, source, uuid
from support.tables import ids_of, staged

from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.reading import columns
from purgeplan.sources.workspace import Workspace

HEADER = "id,device_type,invalid_identifier,external_user_id,onesignal_id"
EXPORT = (
    "id,identifier,language,device_type,device_model,tags,invalid_identifier,external_user_id,"
    "onesignal_id,last_active\n"
    f'{uuid(1)},tok,en,0,"iPhone15,2","{{""plan"":""pro""}}",f,user_42,{uuid(91)},'
    "2026-06-01 00:00:01\n"
    f'{uuid(2)},m@acme.example,en,11,,"",t,user_42,{uuid(91)},\n'
    f'{uuid(3)},+49,en,14,,"",t,,{uuid(93)},yesterday\n'
)


@pytest.mark.parametrize(
    ("header", "by", "options", "code", "words"),
    [
        ("a,b", EXTERNAL_ID, {}, "PP212", "are: a, b; say which one with `column`, or correct"),
        ("Player ID,b", SUBSCRIPTION_ID, {}, "PP212", "did you mean `column: Player ID`?"),
        (
            "external_id,b",
            EXTERNAL_ID,
            {"column": "externalid"},
            "PP212",
            "mean `column: external_id`?",
        ),
        ("id,player_id", SUBSCRIPTION_ID, {}, "PP213", "id, player_id"),
        ("external_id,external_user_id", EXTERNAL_ID, {}, "PP213", "external_user_id"),
        ("who,who", EXTERNAL_ID, {"column": "who"}, "PP213", "2 columns are called who; give each"),
        ("player_id,player_id", SUBSCRIPTION_ID, {}, "PP213", "give each column a name of its own"),
        ("external_id,b;external_id", EXTERNAL_ID, {}, "PP213", "delimiter"),
        ("a,b;c", EXTERNAL_ID, {}, "PP213", "delimiter"),
        ("id,device_type,invalid_identifier", EXTERNAL_ID, {"column": "id"}, "PP221", "export"),
        (HEADER, EXTERNAL_ID, {"column": "onesignal_id"}, "PP221", "holds the onesignal_id"),
        (HEADER, SUBSCRIPTION_ID, {"column": "onesignal_id"}, "PP221", "subscription_id is wanted"),
        (HEADER, "crm_id", {"column": "external_user_id"}, "PP221", "and crm_id is wanted"),
        ("user-4711-99", EXTERNAL_ID, {}, "PP209", "names no columns"),
        ("mia@acme.example", EXTERNAL_ID, {}, "PP209", "names no columns"),
    ],
)
def test_a_column_that_is_not_clear_is_told_with_those_that_are_there(
    tmp_path, header, by, options, code, words
):
    """Nothing is guessed; the message names candidates, and nothing that could be an id."""
    (tmp_path / "ids.csv").write_text(f"\n{header}\n")

    (found,) = refused(tmp_path, source(by=by, path="ids.csv", **options))

    assert (found.code, str(found.place)) == (code, "ids.csv:2")
    assert words in str(found)
    assert "4711" not in str(found)
    assert "mia" not in str(found)


def test_a_header_among_ids_is_masked(tmp_path):
    """A file without a header, one cell of which could be a name: the other is not shown."""
    assert columns.shown(uuid(1)) == "0000…01"
    (tmp_path / "ids.csv").write_text("user-4711-99,silver\nuser-4712-99,gold\n")

    (found,) = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))

    assert found.code == "PP212"
    assert "4711" not in str(found)


def test_an_alias_is_found_by_its_label(tmp_path):
    """A kind of the customer's own is a column of that name."""
    assert ids_of(tmp_path, "crm_id,external_id\n7,a\n", by="crm_id") == ["7"]


def test_an_export_tells_users_channels_and_opt_outs(tmp_path):
    """Its `id` is the subscription; the other columns are known, each session where it is told."""
    found, rows = staged(tmp_path, EXPORT, SUBSCRIPTION_ID)

    assert found.known == {"onesignal_id", "external_id", "opted_out", "channel"}
    assert rows == [
        (uuid(1), None, uuid(91), "user_42", "f", "push", "1780272001000"),
        (uuid(2), None, uuid(91), "user_42", "t", "email", None),
        (uuid(3), None, uuid(93), None, "t", "sms", None),
    ]


def test_an_export_by_user_keeps_the_subscription_beside_it(tmp_path):
    """A plan for users may be built from the rows of an export."""
    found, rows = staged(tmp_path, EXPORT, ONESIGNAL_ID)

    assert found.known == {"subscription_id", "external_id", "opted_out", "channel"}
    assert [row[:2] for row in rows] == [
        (uuid(91), uuid(1)),
        (uuid(91), uuid(2)),
        (uuid(93), uuid(3)),
    ]


@pytest.mark.parametrize(
    ("column", "value", "known"),
    [
        ("onesignal_id", "", set()),
        ("onesignal_id", "u-1", set()),
        ("onesignal_id", uuid(7).upper(), {"onesignal_id"}),
        ("external_user_id", "", {"external_id"}),
        ("external_user_id,external_id", "a,b", set()),
    ],
)
def test_a_column_beside_the_ids_is_known_only_if_it_holds(tmp_path, column, value, known):
    """A gap would be a person whom a protect list misses; an anonymous user has no external_id."""
    found, _ = staged(tmp_path, f"player_id,{column}\n{uuid(1)},{value}\n", SUBSCRIPTION_ID)

    assert found.known == known


def test_an_id_outside_an_export_is_nobody_knows_what(tmp_path):
    """A column `id` may be the key of somebody's table; only in an export is it a subscription."""
    found, _ = staged(tmp_path, f"external_id,id\na,{uuid(1)}\n", EXTERNAL_ID)

    assert found.known == frozenset()


def test_opt_outs_that_are_not_said_of_each_row_are_not_known(tmp_path):
    """An export whose column was emptied checks nothing."""
    found, _ = staged(tmp_path, EXPORT.replace(",f,user_42", ",,user_42"), SUBSCRIPTION_ID)

    assert "opted_out" not in found.known


@pytest.mark.parametrize(
    ("twice", "lost"), [("invalid_identifier", 4), ("device_type", 4), ("last_active", 6)]
)
def test_a_column_of_an_export_that_is_there_twice_is_not_known(tmp_path, twice, lost):
    """Nobody can tell which of the two says who opted out, or who was active when."""
    first, *others = EXPORT.splitlines()
    text = "\n".join([f"{first},{twice}", *(f"{one}," for one in others), ""])

    found, rows = staged(tmp_path, text, SUBSCRIPTION_ID)

    assert {row[lost] for row in rows} == {None}
    assert ({"opted_out", "channel"} <= found.known) == (twice == "last_active")


def test_files_of_a_pattern_share_only_what_all_know(tmp_path):
    """What one file does not tell is not known of the source."""
    (tmp_path / "a.csv").write_text(f"player_id,onesignal_id\n{uuid(1)},{uuid(9)}\n")
    (tmp_path / "b.csv").write_text(f"player_id\n{uuid(2)}\n")
    with Workspace(threads=1) as work:
        found = KINDS["csv"](source(path="*.csv")).stage(Context(str(tmp_path)), work)

    assert (found.rows, found.known, sorted(found.files)) == (2, frozenset(), ["a.csv", "b.csv"])


def test_every_column_that_the_files_of_a_source_call_their_ids_is_told(tmp_path):
    """Each file has a header of its own; a .txt with an id a line has none."""
    for name, text in {
        "a.csv": f"id\n{uuid(1)}\n",
        "b.csv": f"player_id,b\n{uuid(2)},x\n",
        "c.txt": f"{uuid(3)}\n",
    }.items():
        (tmp_path / name).write_text(text)
    with Workspace(threads=1) as work:
        told = [
            KINDS["csv"](source(path=path)).stage(Context(str(tmp_path)), work).columns
            for path in ("*.csv", "c.txt")
        ]

    assert told == [("id", "player_id"), ()]
