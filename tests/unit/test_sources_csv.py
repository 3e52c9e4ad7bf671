"""The kind csv: how a table is cut, which column is taken, and what is wrong where."""

import pytest
from support.sources import refused, source, staged_ids, uuid

from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.reading import columns
from purgeplan.sources.working.texts import MisreadError
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


def ids_of(tmp_path, text, by=EXTERNAL_ID, name="ids.csv", **options):
    """Give the ids of a text as a file."""
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return staged_ids(tmp_path, source(by=by, path=name, **options))


def wrong(tmp_path, text, by=EXTERNAL_ID, name="ids.csv", **options):
    """Give code and place of what is wrong with a text as a file."""
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    found = refused(tmp_path, source(by=by, path=name, **options))
    return [(one.code, str(one.place)) for one in found]


def staged(tmp_path, text, by, name="ids.csv"):
    """Stage a text; give what is known of it, and its rows."""
    (tmp_path / name).write_text(text)
    with Workspace(threads=1) as work:
        found = KINDS["csv"](source(by=by, path=name)).stage(Context(str(tmp_path)), work)
        return found, sorted(work.rows("SELECT * EXCLUDE doubt FROM $t", t=found.table))


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


def test_a_txt_with_more_than_an_id_a_line_is_refused_with_the_line(tmp_path):
    """Control characters and stray carriage returns are no part of an id."""
    assert wrong(tmp_path, "a\nb\x1fc\n", name="ids.txt") == [("PP210", "ids.txt:2")]
    assert wrong(tmp_path, "a\n\nb\rc\n", name="ids.txt") == [("PP211", "ids.txt:3")]
    assert wrong(tmp_path, "a\n\nb\tc\n", name="ids.txt") == [("PP214", "ids.txt:3")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("external_id,n\na,1\nb\n", [("PP210", "ids.csv:3")]),
        ("external_id,n\na,1\n\nb,1,2\n", [("PP210", "ids.csv:4")]),
        ("external_id,n\na\nb,1,2\n", [("PP210", "ids.csv:2"), ("PP210", "ids.csv:3")]),
        ("external_id\na,b\n", [("PP210", "ids.csv:2")]),
        ("external_id,n\r\na,1\r\nb,1,2\r\n", [("PP210", "ids.csv:3")]),
        ('external_id,n\na,"1\nb,2\nc,3\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,1\nb,x"2"\n', [("PP211", "ids.csv:3")]),
        ('external_id,n\na,1\nb,"2"x\n', [("PP211", "ids.csv:3")]),
        ('external_id,n\na, "1"\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,"1" "2"\n', [("PP211", "ids.csv:2")]),
        ('external_id,n\na,"x\n\n\ny"\n\n\nb\n', [("PP210", "ids.csv:8")]),
        ("external_id,n\na,1\rb,2\n", [("PP211", "ids.csv:2")]),
        ("external_id\ra\rb\r", [("PP211", "ids.csv:1")]),
        ("", [("PP209", "ids.csv")]),
        ("\n\n", [("PP209", "ids.csv")]),
    ],
)
def test_a_row_that_is_cut_wrong_is_told_by_its_line(tmp_path, text, expected):
    """Short and long rows, open and stray quotes, stray carriage returns: no id is taken."""
    assert wrong(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("by", "cell", "why"),
    [
        (EXTERNAL_ID, "4.71E+16", "spreadsheet"),
        (SUBSCRIPTION_ID, "1.23457E+15", "spreadsheet"),
        (EXTERNAL_ID, "1,23e15", "spreadsheet"),
        (EXTERNAL_ID, "#REF!", "formula"),
        (EXTERNAL_ID, "#DIV/0!", "formula"),
        (EXTERNAL_ID, "#N/A", "formula"),
        (SUBSCRIPTION_ID, "not-a-uuid-at-all", "not a UUID"),
        (SUBSCRIPTION_ID, uuid(1) + "0", "not a UUID"),
        (SUBSCRIPTION_ID, "..", "path"),
        (EXTERNAL_ID, "..", "path"),
        (EXTERNAL_ID, ".", "path"),
        (EXTERNAL_ID, "", "empty"),
        (EXTERNAL_ID, "   ", "empty"),
        (EXTERNAL_ID, "\u3000", "empty"),
        (EXTERNAL_ID, "a\tb", "control"),
        (EXTERNAL_ID, "a\nb", "control"),
        (EXTERNAL_ID, "a\x7f", "control"),
        (EXTERNAL_ID, "é\x85", "control"),
        (EXTERNAL_ID, "x" * 1025, "longer"),
        (EXTERNAL_ID, "é" * 513, "longer"),
    ],
)
def test_an_unfit_id_is_told_by_its_line_and_not_repeated(tmp_path, by, cell, why):
    """The message says what is wrong with which column and shows nothing of the id."""
    good = "u-1" if by == EXTERNAL_ID else uuid(1)
    (tmp_path / "ids.csv").write_text(f'{by},n\n{good},1\n\n"{cell}",2\n', newline="")

    (found,) = refused(tmp_path, source(by=by, path="ids.csv"))

    assert (found.code, str(found.place)) == ("PP214", "ids.csv:4")
    assert why in found.problem
    assert by in found.problem
    assert len(cell.strip()) < 4 or cell not in str(found)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{one}\n{one}\n", "PP209", "an id, and no header"),
        ("{one},x\n{one},x\n", "PP209", "name the file .txt"),
        ("player_id|n\n{one}|x\n", "PP209", "holds '|' and no comma"),
        ("sep=;\nplayer_id;n\n", "PP209", "`sep=`"),
        ("\ufeff\ufeffplayer_id\n", "PP209", "invisible character"),
        ("<!DOCTYPE html>\n<p>Sign in</p>\n", "PP208", "HTML"),
        ('[{"id": "{one}"}]\n', "PP208", "JSON"),
        ("p\0l\0a\0y\0", "PP208", "UTF-16 without its mark"),
        ("player_id\n\0\0\0\0", "PP208", "holds a NUL byte"),
    ],
)
def test_a_text_without_a_header_is_told_what_it_begins_with(tmp_path, text, code, words):
    """The mistake is named, not only its effect, and the id is not repeated."""
    (tmp_path / "ids.csv").write_text(text.replace("{one}", uuid(1)), "utf-8")

    (found,) = refused(tmp_path, source(path="ids.csv"))

    assert found.code == code
    assert words in str(found)
    assert uuid(1)[:8] not in str(found)


def test_a_delimiter_that_is_not_there_is_told_with_the_one_that_is(tmp_path):
    """Where `delimiter` is wrong, the header shows the right one."""
    (tmp_path / "ids.csv").write_text(f"player_id;n\n{uuid(1)};x\n")

    (found,) = refused(tmp_path, source(path="ids.csv", delimiter=","))

    assert (found.code, found.mend) == ("PP209", "correct `delimiter`")
    assert "a semicolon and no comma" in found.problem


def test_a_table_called_a_list_is_told_so(tmp_path):
    """A .txt of UUIDs with other cells is refused once, not at each line; other ids take commas."""
    (tmp_path / "ids.txt").write_text(f"{uuid(1)},x\n{uuid(2)},y\n")
    (tmp_path / "names.txt").write_text("Doe, Ann\nRoe, Bob\n")

    (found,) = refused(tmp_path, source(path="ids.txt"))

    assert (found.code, found.mend) == ("PP213", "name the file .csv")
    assert len(staged_ids(tmp_path, source(by=EXTERNAL_ID, path="names.txt"))) == 2


def test_the_first_places_are_told_and_reading_ends(tmp_path):
    """Twenty places are enough to see what is wrong with a list."""
    text = "external_id\n" + "..\n" * 100

    assert len(wrong(tmp_path, text)) == 20


def test_bad_ids_are_set_aside_for_an_erasure_and_listed(tmp_path):
    """The others are erased; who could not be is counted and placed."""
    (tmp_path / "ids.csv").write_text("external_id\na\n..\n1.23E+15\n\nb\n")
    with Workspace(threads=1) as work:
        found = KINDS["csv"](source(by=EXTERNAL_ID, path="ids.csv")).stage(
            Context(str(tmp_path), set_aside=True), work
        )
        ids = sorted(work.column("SELECT id FROM $t", t=found.table))

    assert (found.rows, found.rejected, ids) == (4, 2, ["a", "b"])
    assert [str(one.place) for one in found.set_aside] == ["ids.csv:3", "ids.csv:4"]


def test_a_broken_row_stops_an_erasure_too(tmp_path):
    """A file that is cut off is not a bad id."""
    (tmp_path / "ids.csv").write_text("external_id,n\na,1\nb\n")

    found = refused(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"), set_aside=True)

    assert [one.code for one in found] == ["PP210"]


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


def test_a_difference_between_the_two_readers_is_an_error(tmp_path):
    """What the database reads is held against our own count, whichever of them is wrong."""
    (tmp_path / "ids.csv").write_text("external_id\na\nb\n")

    class Short(Workspace):
        def read(self, path, shape, select, into):
            return super().read(path, shape, select, into) - 1

    class Blind(Workspace):
        def read(self, path, shape, select, into):
            raise MisreadError

    for kind in (Short, Blind):
        with kind(threads=1) as work, pytest.raises(Exception, match="two readers") as error:
            KINDS["csv"](source(by=EXTERNAL_ID, path="ids.csv")).stage(Context(str(tmp_path)), work)
        assert error.value.findings[0].code == "PP216"


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
