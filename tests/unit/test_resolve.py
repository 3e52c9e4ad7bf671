"""Resolving: union, protection, what is kept, what was deleted before, and what is left behind."""

import hashlib
import io
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.sources import NOW, inline, plan, resolved, source, uuid

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.resolve import Evidence, resolve
from purgeplan.errors import InvalidError, Place, UnreachableError
from purgeplan.journal.times import utc
from purgeplan.model.facts import Counts
from purgeplan.model.fingerprint import fingerprint
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.outcome import Skip
from purgeplan.model.spec import Keep, Policy, Purpose, Rules, SourceSpec

EXPORT = (
    "id,device_type,invalid_identifier,external_user_id,onesignal_id\n"
    f"{uuid(1)},0,t,anna,{uuid(91)}\n"
    f"{uuid(2)},11,t,ben,{uuid(92)}\n"
    f"{uuid(3)},14,t,,{uuid(93)}\n"
    f"{uuid(4)},11,f,dora,{uuid(94)}\n"
    f"{uuid(5)},5,f,ben,{uuid(92)}\n"
)


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Point TMPDIR to a folder of the test's own, and give it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def codes(spec, policy=None, **known):
    """Give code and place of each finding with which a plan is refused."""
    with pytest.raises(InvalidError) as error, resolved(spec, policy, **known):
        pass
    return [(one.code, str(one.place)) for one in error.value.findings]


def test_the_union_counts_and_every_row_is_accounted_for(tmp_path):
    """Rows are duplicates, protected, kept, or planned; planned are deleted before or to delete."""
    (tmp_path / "ids.csv").write_text("external_id\na\nb\nc\na\nd\n")
    (tmp_path / "staff.csv").write_text("external_id\nB\nx\n")
    sources = [source(by=EXTERNAL_ID, path="ids.csv"), inline("a", "e")]
    protect = [source(by=EXTERNAL_ID, line=9, path="staff.csv")]
    with resolved(plan(tmp_path, *sources, protect=protect), deleted=[("c", NOW)]) as found:
        items = {one.id: one.skip for one in found.items()}

    assert found.counts == Counts(
        rows=7, duplicates=2, protected=1, planned=4, to_delete=3, deleted_before=1
    )
    assert items == {"a": None, "c": Skip.DELETED_BEFORE, "d": None, "e": None}
    (rule,) = found.protects
    assert (rule.name, rule.by, rule.entries, rule.saved) == ("staff.csv", EXTERNAL_ID, 2, 1)
    assert rule.place == Place("plan.yaml", 9)


def test_facts_of_a_source_say_what_was_read(tmp_path):
    """Content and ids have a digest each; the ids' one is over sorted distinct ids, one a line."""
    (tmp_path / "ids.csv").write_text("external_id,n\nb,1\na,2\nb,3\n")
    with resolved(plan(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))) as found:
        (facts,) = found.sources

    content = (tmp_path / "ids.csv").read_bytes()
    assert facts.sha256 == hashlib.sha256(content).hexdigest()
    assert facts.ids_digest == hashlib.sha256(b"a\nb\n").hexdigest()
    assert (facts.name, facts.kind, facts.rows, facts.as_of) == ("ids.csv", "csv", 3, NOW)
    assert found.files == {"ids.csv": facts.sha256}


def test_the_fingerprint_covers_exactly_the_set_in_order_of_bytes(tmp_path):
    """What is frozen, deleted before or not, is what the fingerprint is over."""
    spec = plan(tmp_path, inline("é", "z", "Z", "ﬁ", "a"), protect=[inline("q")])
    with resolved(spec, deleted=[("z", NOW)]) as found:
        ids = list(found.sorted_ids())

    assert ids == sorted(ids, key=str.encode)
    assert found.fingerprint == fingerprint(spec, ids)


@pytest.mark.parametrize("more", [{}, {"protect": ["b"]}, {"source": ["d", "a"]}])
def test_the_fingerprint_is_over_the_set_whatever_became_of_its_sources(tmp_path, more):
    """One source that goes whole, one that is spared in part, and two: the set alone counts."""
    sources = [inline("c", "b", "a", "b"), *(inline(*ids) for ids in [more.get("source")] if ids)]
    protect = [inline(*more["protect"])] if "protect" in more else []
    with resolved(plan(tmp_path, *sources, protect=protect)) as found:
        ids = list(found.sorted_ids())
        spec = found.spec

    assert ids == sorted({"a", "b", "c", *more.get("source", ())} - {*more.get("protect", ())})
    assert found.fingerprint == fingerprint(spec, ids)


def test_items_that_nobody_takes_to_their_end_leave_no_thread_and_no_file(tmp_path, monkeypatch):
    """A journal that fails in the middle of a set ends what was under way for it."""
    room, before = tmp_path / "tmp", threading.active_count()
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    with resolved(plan(tmp_path, inline(*(f"user-{n}" for n in range(9_000))))) as found:
        assert next(found.items()).id.startswith("user-")

    assert (threading.active_count(), list(room.iterdir())) == (before, [])


def test_items_come_in_the_order_of_their_hash(tmp_path):
    """The order of sending is sha256(fingerprint + id); the sample is its first twenty."""
    ids = [f"user-{number}" for number in range(50)]
    with resolved(plan(tmp_path, inline(*ids)), deleted=[("user-7", NOW)]) as found:
        items = list(found.items())

    def key(one):
        return hashlib.sha256((found.fingerprint + one).encode()).hexdigest()

    assert [one.id for one in items] == sorted(ids, key=key)
    assert found.sample == tuple(one.id for one in items if one.skip is None)[:20]


def test_protection_matches_wider_than_equality(tmp_path):
    """Blanks, case and compatible forms of letters do not let anybody slip through."""
    ids = ["Straße", "ﬁnn", " bo ", "CAFÉ", "cafe\u0301", "bob"]
    protect = [inline("STRASSE", "finn", "BO", " café")]
    with resolved(plan(tmp_path, inline(*ids), protect=protect)) as found:
        assert list(found.sorted_ids()) == ["bob"]
        assert found.protects[0].saved == 5


def test_an_id_saved_by_two_lists_counts_once_in_the_sum(tmp_path):
    """Each list tells its own hits; the policy's lists come first and always hold."""
    policy = Policy("purgeplan.yaml", protect=(inline("a", "b"),))
    spec = plan(tmp_path, inline("a", "b", "c", "d"), protect=[inline("b", "c")])
    with resolved(spec, policy) as found:
        assert [one.saved for one in found.protects] == [2, 2]
        assert found.counts.protected == 3
        assert list(found.sorted_ids()) == ["d"]


def test_protect_lists_have_names_of_their_own(tmp_path):
    """Two lists from one file are told apart, since their digests are recorded by name."""
    (tmp_path / "staff.csv").write_text(f"external_id,onesignal_id\nx,{uuid(1)}\n")
    lists = [source(by=by, path="staff.csv") for by in (EXTERNAL_ID, ONESIGNAL_ID, EXTERNAL_ID)]
    with resolved(plan(tmp_path, inline("a"), protect=[*lists, lists[0]])) as found:
        assert [one.name for one in found.protects] == [
            "staff.csv by external_id",
            "staff.csv by onesignal_id",
            "staff.csv by external_id #2",
            "staff.csv by external_id #3",
        ]


@pytest.mark.parametrize(
    ("by", "protect", "left"),
    [
        (SUBSCRIPTION_ID, inline("BEN"), {uuid(1), uuid(3), uuid(4)}),
        (SUBSCRIPTION_ID, inline(uuid(92), by=ONESIGNAL_ID), {uuid(1), uuid(3), uuid(4)}),
        (ONESIGNAL_ID, inline("ben"), {uuid(91), uuid(93), uuid(94)}),
    ],
)
def test_a_list_of_another_kind_is_compared_by_the_columns_beside(tmp_path, by, protect, left):
    """A subscription or user is saved by the other ids in its row."""
    (tmp_path / "export.csv").write_text(EXPORT)
    spec = plan(
        tmp_path,
        source(by=by, path="export.csv"),
        by=by,
        protect=[protect],
        keep=Keep(opt_outs=False),
    )
    with resolved(spec) as found:
        assert set(found.sorted_ids()) == left
        assert found.protects[0].saved == 5 - (by == ONESIGNAL_ID) - len(left)


@pytest.mark.parametrize(
    ("by", "protect"),
    [
        (EXTERNAL_ID, inline(uuid(1), by=ONESIGNAL_ID)),
        (EXTERNAL_ID, inline(uuid(1), by=SUBSCRIPTION_ID)),
        (EXTERNAL_ID, inline("a", by="crm_id")),
    ],
)
def test_a_list_that_cannot_be_compared_is_unknown_and_not_zero(tmp_path, by, protect):
    """A plain list of ids does not say who else they are."""
    with resolved(plan(tmp_path, inline("a"), by=by, protect=[protect])) as found:
        assert [one.saved for one in found.protects] == [None]


def test_users_are_not_compared_with_a_list_of_subscriptions(tmp_path):
    """A user may have the protected subscription in no row of the source."""
    (tmp_path / "export.csv").write_text(EXPORT)
    spec = plan(
        tmp_path,
        source(by=ONESIGNAL_ID, path="export.csv"),
        by=ONESIGNAL_ID,
        protect=[inline(uuid(1), by=SUBSCRIPTION_ID)],
    )
    with resolved(spec) as found:
        assert found.protects[0].saved is None


def test_one_source_that_does_not_tell_makes_the_comparison_unknown(tmp_path):
    """Ids of a plain list beside an export could be anybody's."""
    (tmp_path / "export.csv").write_text(EXPORT)
    sources = [source(path="export.csv"), inline(uuid(7), by=SUBSCRIPTION_ID)]
    spec = plan(tmp_path, *sources, by=SUBSCRIPTION_ID, protect=[inline("ben")])
    with resolved(spec) as found:
        assert found.protects[0].saved is None
        assert not found.opt_outs_checked


def test_who_opted_out_of_mail_or_sms_is_kept(tmp_path):
    """Their row is the record that they did; push has no such record."""
    (tmp_path / "export.csv").write_text(EXPORT)
    spec = plan(
        tmp_path,
        source(path="export.csv"),
        by=SUBSCRIPTION_ID,
        protect=[inline(uuid(2), by=SUBSCRIPTION_ID)],
    )
    with resolved(spec) as found:
        assert set(found.sorted_ids()) == {uuid(1), uuid(4), uuid(5)}
        assert (found.counts.protected, found.counts.kept_opt_outs) == (1, 1)
        assert found.opt_outs_checked


@pytest.mark.parametrize("device", ["", "11.0", "email"])
def test_who_opted_out_on_an_unreadable_device_is_kept(tmp_path, device):
    """It may be e-mail, and a spreadsheet may have written its number another way."""
    (tmp_path / "export.csv").write_text(f"{EXPORT}{uuid(6)},{device},t,,{uuid(96)}\n")
    with resolved(plan(tmp_path, source(path="export.csv"), by=SUBSCRIPTION_ID)) as found:
        assert uuid(6) not in set(found.sorted_ids())
        assert found.counts.kept_opt_outs == 3


def test_a_user_with_an_opted_out_row_is_kept_whole(tmp_path):
    """Deleting the user would take the record too."""
    (tmp_path / "export.csv").write_text(EXPORT)
    source_of_users = source(by=ONESIGNAL_ID, path="export.csv")
    with resolved(plan(tmp_path, source_of_users, by=ONESIGNAL_ID)) as found:
        assert set(found.sorted_ids()) == {uuid(91), uuid(94)}
        assert found.counts.kept_opt_outs == 2
        assert found.counts.duplicates == 1


def test_opt_outs_go_where_the_plan_says_so(tmp_path):
    """`keep: {opt_outs: false}` is the plan's decision; that they were looked at stays a fact."""
    (tmp_path / "export.csv").write_text(EXPORT)
    spec = plan(tmp_path, source(path="export.csv"), by=SUBSCRIPTION_ID, keep=Keep(opt_outs=False))
    with resolved(spec) as found:
        assert found.counts.planned == 5
        assert found.opt_outs_checked


def test_users_go_with_the_onesignal_id_that_stands_beside(tmp_path):
    """Who is meant by an alias is known from the source, unless its rows differ."""
    rows = [f"a,{uuid(1)}", f"a,{uuid(1)}", f"b,{uuid(2)}", f"b,{uuid(3)}"]
    (tmp_path / "ids.csv").write_text("external_id,onesignal_id\n" + "\n".join(rows))
    with resolved(plan(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))) as found:
        assert {one.id: one.onesignal_id for one in found.items()} == {"a": uuid(1), "b": None}


def test_the_fingerprint_covers_whom_a_delete_will_name(tmp_path):
    """The same external ids beside other onesignal_ids are other people."""
    found = set()
    for beside in (uuid(1), uuid(2), ""):
        (tmp_path / "ids.csv").write_text(f"external_id,onesignal_id\na,{beside}\n")
        with resolved(plan(tmp_path, source(by=EXTERNAL_ID, path="ids.csv"))) as one:
            found.add(one.fingerprint)

    assert len(found) == 3
    assert fingerprint(plan(tmp_path, source(by=EXTERNAL_ID, path="ids.csv")), ["a"]) in found


def test_subscriptions_go_with_the_user_beside(tmp_path):
    """Two of one user are sent a second apart, so whose they are is kept, and decides nothing."""
    (tmp_path / "export.csv").write_text(EXPORT)
    with resolved(plan(tmp_path, source(path="export.csv"), by=SUBSCRIPTION_ID)) as found:
        users = {one.onesignal_id for one in found.items()}
        alone = fingerprint(found.spec, found.sorted_ids())

        assert users == {uuid(n) for n in (91, 92, 94)}
        assert found.fingerprint == alone


@pytest.mark.parametrize(
    ("as_of", "seen", "before"),
    [
        (NOW - timedelta(1), None, True),
        (NOW - timedelta(3), None, True),
        (None, NOW - timedelta(1), True),
        (None, NOW, False),
        (NOW, NOW - timedelta(3), False),
        (None, None, False),
    ],
    ids=["as old", "older", "seen then", "seen later", "said later", "now"],
)
def test_only_younger_evidence_sends_an_id_again(tmp_path, as_of, seen, before):
    """Who was deleted and is back goes by a list that is younger, strictly; the set is the same."""
    spec = plan(tmp_path, inline("a", "b", as_of=as_of))
    deleted = [("a", NOW - timedelta(1))]
    with resolved(spec, deleted=deleted, first_seen=lambda _: seen) as found:
        skips = {one.id: one.skip for one in found.items()}

    assert skips == {"a": Skip.DELETED_BEFORE if before else None, "b": None}
    assert (found.counts.planned, found.counts.deleted_before) == (2, int(before))
    assert found.counts.deleted_again == int(not before)


def test_the_youngest_list_that_names_an_id_is_its_evidence(tmp_path):
    """One list that is young enough will do, and only for the ids that it names."""
    old, young = inline("a", "b", as_of=NOW - timedelta(9)), inline("b", "c", as_of=NOW)
    deleted = [(one, NOW - timedelta(1)) for one in "abcz"]
    with resolved(plan(tmp_path, old, young), deleted=deleted) as found:
        assert {one.id for one in found.items() if one.skip} == {"a"}


def test_lists_are_known_again_by_their_ids(tmp_path):
    """First seen is asked by the digest of the ids, whatever the file looks like now."""
    asked = []
    with resolved(plan(tmp_path, inline("b", "a", "b")), first_seen=asked.append):
        pass

    assert asked == [hashlib.sha256(b"a\nb\n").hexdigest()]


def test_a_list_from_the_future_is_refused(tmp_path):
    """It would win over every return."""
    spec = plan(tmp_path, inline("a", as_of=NOW + timedelta(seconds=1)))

    assert codes(spec) == [("PP220", "plan.yaml:3")]


def test_an_empty_source_is_an_error_of_a_cleanup(tmp_path):
    """An empty list is more likely a failed export."""
    (tmp_path / "none.csv").write_text("external_id\n")
    spec = plan(tmp_path, inline("a"), source(by=EXTERNAL_ID, line=7, path="none.csv"))

    assert codes(spec) == [("PP215", "plan.yaml:7")]


def test_an_empty_source_of_an_erasure_is_nothing_to_do(tmp_path):
    """A night on which nobody asked is a good night."""
    (tmp_path / "none.csv").write_text("external_id\n")
    none = source(by=EXTERNAL_ID, path="none.csv")
    with resolved(plan(tmp_path, none, purpose=Purpose.ERASURE)) as found:
        assert found.counts == Counts(rows=0, duplicates=0, protected=0, planned=0, to_delete=0)
        assert (list(found.items()), found.sample) == ([], ())


def test_an_empty_protect_list_is_an_error_of_every_plan(tmp_path):
    """It would protect nobody, without a word."""
    (tmp_path / "staff.csv").write_text("external_id\n")
    protect = [source(by=EXTERNAL_ID, line=9, path="staff.csv")]
    spec = plan(tmp_path, inline("a"), protect=protect, purpose=Purpose.ERASURE)

    assert codes(spec) == [("PP215", "plan.yaml:9")]


def test_an_erasure_sets_bad_ids_aside_and_says_where(tmp_path):
    """The others are erased; rows still add up."""
    (tmp_path / "ids.csv").write_text("external_id\na\n..\nb\n4.7E+15\na\n")
    asked = source(by=EXTERNAL_ID, path="ids.csv")
    with resolved(plan(tmp_path, asked, purpose=Purpose.ERASURE)) as found:
        assert list(found.sorted_ids()) == ["a", "b"]
        assert found.counts == Counts(
            rows=5, duplicates=1, protected=0, planned=2, to_delete=2, rejected=2
        )
        assert [str(one.place) for one in found.set_aside] == ["ids.csv:3", "ids.csv:5"]
        assert found.sources[0].rejected == 2


def test_a_protect_list_with_a_bad_id_stops_an_erasure(tmp_path):
    """Nobody knows whom the bad row was to protect."""
    spec = plan(tmp_path, inline("a"), protect=[inline("..")], purpose=Purpose.ERASURE)

    assert codes(spec) == [("PP214", "plan.yaml:3")]


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    """Problems of one source do not hide those of the next, nor of a protect list."""
    (tmp_path / "short.csv").write_text("external_id,n\na\n")
    spec = plan(
        tmp_path,
        source(by=EXTERNAL_ID, path="short.csv"),
        source(by=EXTERNAL_ID, line=5, path="nix.csv"),
        inline(".."),
        protect=[source(by=EXTERNAL_ID, line=9, path="../staff.csv")],
    )

    assert codes(spec) == [
        ("PP210", "short.csv:2"),
        ("PP201", "plan.yaml:5"),
        ("PP214", "plan.yaml:3"),
        ("PP202", "plan.yaml:9"),
    ]


@pytest.mark.parametrize(
    "shown", ["x.yaml", "plans/x.yaml", "../x.yaml", "/repository/plans/x.yaml"]
)
def test_paths_are_relative_to_the_file_whatever_the_current_folder(tmp_path, shown):
    """Plan and policy name files from where they lie; a place is only how messages show it."""
    for folder, ids in {"": "z", "plans": "ab", "policy": "a"}.items():
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "ids.csv").write_text("\n".join(["external_id", *ids]))
    named = SourceSpec("csv", {"path": "ids.csv"}, EXTERNAL_ID, Place(shown, 3))
    spec = replace(plan(tmp_path, named), path="plans/x.yaml")
    policy = Policy("policy/purgeplan.yaml", protect=(named,))
    with resolved(spec, policy) as found:
        assert list(found.sorted_ids()) == ["b"]
        assert found.files.keys() == {"plans/ids.csv"}
        assert found.sources[0].name == "plans/ids.csv"
        assert found.protects[0].name == "policy/ids.csv"


def test_standard_input_is_read_once_and_by_sources_only(tmp_path):
    """A second reader would find nothing; a protect list must be there at each start."""
    piped = source(by=EXTERNAL_ID, path="-")
    data = b"external_id\na\n"
    with resolved(plan(tmp_path, piped), stdin=io.BytesIO(data)) as found:
        assert (list(found.sorted_ids()), found.files) == (["a"], {})

    again = [piped, source(by=EXTERNAL_ID, line=5, path="-")]
    assert ("PP218", "plan.yaml:5") in codes(plan(tmp_path, *again), stdin=io.BytesIO(data))
    protect = plan(tmp_path, inline("a"), protect=[piped])
    assert ("PP218", "plan.yaml:3") in codes(protect, stdin=io.BytesIO(data))


def test_the_difference_to_another_set_is_counted(tmp_path):
    """Added are those new here, removed those no longer."""
    with resolved(plan(tmp_path, inline("a", "c", "e", "é"))) as found:
        assert found.delta(["a", "b", "c", "d", "e", "é"]) == (0, 2)
        assert found.delta([]) == (4, 0)
        assert found.delta(["0", "a", "é", "ﬁ"]) == (2, 2)


def test_the_overlap_with_claimed_ids_counts_what_is_to_be_sent(tmp_path):
    """Who is left out counts for nothing; repeats count once."""
    with resolved(plan(tmp_path, inline("a", "b", "c")), deleted=[("c", NOW)]) as found:
        assert found.overlap(["a", "a", "c", "z"]) == 1
        assert found.overlap([]) == 0


def test_nothing_stays_on_the_disk(tmp_path, room):
    """Spools and database are gone with the context, and after an error."""
    with resolved(plan(tmp_path, inline("a"))):
        assert len(list(room.iterdir())) == 1
    assert list(room.iterdir()) == []

    codes(plan(tmp_path, inline("..")))
    assert list(room.iterdir()) == []


def test_an_interruption_leaves_nothing_on_the_disk(tmp_path, room):
    """Ctrl-C while reading is no exception to it."""

    def interrupt(phase, done, total):
        raise KeyboardInterrupt

    inputs = Inputs(progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        resolve(Rules(plan(tmp_path, inline("a"))), inputs, Evidence(NOW))

    assert list(room.iterdir()) == []


def test_a_full_memory_is_told_as_such(tmp_path):
    """The way out is named, and the exit is one to try again."""
    ids = [f"{number:0900}" for number in range(1000)] * 6
    inputs = Inputs(memory="1MB", threads=1)
    with pytest.raises(UnreachableError, match="TMPDIR"):
        resolve(Rules(plan(tmp_path, inline(*ids))), inputs, Evidence(NOW))


def test_phases_are_told(tmp_path):
    """Whoever waits for ten million ids sees what is being done, and of how many."""
    phases = {}
    inputs = Inputs(progress=lambda phase, done, total: phases.setdefault(phase, total))
    with resolve(Rules(plan(tmp_path, inline("a", "b"))), inputs, Evidence(NOW)):
        pass

    hashing, *others = phases
    assert hashing.startswith("hashing ")
    assert others == ["uniting", "protecting", "fingerprinting", "putting in order"]
    assert set(phases.values()) == {2}


def test_writing_tells_how_far_it_is(tmp_path):
    """The longest phase of a large plan counts up to what is planned."""
    told = []
    inputs = Inputs(progress=lambda *phase: told.append(phase))
    ids = [f"user-{number}" for number in range(2_500)]
    with resolve(Rules(plan(tmp_path, inline(*ids))), inputs, Evidence(NOW)) as found:
        told.clear()

        assert len(list(found.items())) == 2_500

    assert told == [("writing", done, 2_500) for done in (0, 1_000, 2_000)]


SEEN = (
    "id,device_type,invalid_identifier,onesignal_id,last_active\n"
    f"{uuid(1)},0,f,{uuid(91)},2026-01-01 10:00:00\n"
    f"{uuid(2)},0,f,{uuid(92)},2026-02-01 10:00:00 UTC\n"
    f"{uuid(3)},0,f,{uuid(92)},long ago\n"
    f"{uuid(4)},0,f,{uuid(94)},\n"
    f"{uuid(5)},0,f,{uuid(95)},2099-01-01 00:00:00\n"
)


def evidence_of(spec):
    """Give until when each planned id is known to be silent."""
    with resolved(spec) as found:
        return {one.id: utc(one.evidence_ms) for one in found.items()}


def test_the_evidence_of_an_id_is_its_last_session_else_when_its_source_was_true(tmp_path):
    """A row that does not say when, or says nonsense, is judged from its source's time on.

    An export tells whole seconds, so of those who are known by a time only, the second of that
    time is news as well.
    """
    (tmp_path / "export.csv").write_text(SEEN)
    as_of = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    before = datetime(2026, 3, 1, 11, 59, 59, 999_000, tzinfo=UTC)
    export = source(by=SUBSCRIPTION_ID, as_of=as_of, path="export.csv")
    known = replace(inline(uuid(1), uuid(9), by=SUBSCRIPTION_ID), as_of=as_of - timedelta(days=60))

    assert evidence_of(plan(tmp_path, export, known, by=SUBSCRIPTION_ID)) == {
        uuid(1): datetime(2026, 1, 1, 10, tzinfo=UTC),
        uuid(2): datetime(2026, 2, 1, 10, tzinfo=UTC),
        uuid(3): before,
        uuid(4): before,
        uuid(5): before,
        uuid(9): before - timedelta(days=60),
    }


def test_the_evidence_of_a_user_is_the_last_session_of_any_row(tmp_path):
    """One row that does not say when takes nothing from one that does."""
    (tmp_path / "export.csv").write_text(SEEN)
    export = source(by=ONESIGNAL_ID, path="export.csv")

    found = evidence_of(plan(tmp_path, export, by=ONESIGNAL_ID))

    assert found[uuid(92)] == datetime(2026, 2, 1, 10, tzinfo=UTC)


def test_a_list_that_was_planned_before_is_as_old_as_then(tmp_path):
    """Of two lists with an id the younger counts, as for those who were deleted before."""
    lists = [
        replace(inline("a", "b"), as_of=NOW - timedelta(days=2)),
        replace(inline("a"), as_of=NOW - timedelta(days=1)),
    ]

    found = evidence_of(plan(tmp_path, *lists))

    assert found["a"] - found["b"] == timedelta(days=1)
