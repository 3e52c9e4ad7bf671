"""Resolving: union, protection, fingerprint and order, and what is left to another set."""

import hashlib

import pytest
from support.sources import NOW, inline, plan, resolved, source, uuid

from purgeplan.errors import Place
from purgeplan.model.facts import Counts
from purgeplan.model.fingerprint import fingerprint
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID
from purgeplan.model.outcome import Skip
from purgeplan.model.spec import Policy


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
