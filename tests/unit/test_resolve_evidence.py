"""How old the evidence of an id is: who goes again, and until when somebody was silent."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.sources import NOW, inline, plan, resolved, source, uuid

from purgeplan.journal.times import utc
from purgeplan.model.ids import ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.outcome import Skip


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
