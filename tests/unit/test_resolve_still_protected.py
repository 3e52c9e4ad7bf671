"""Protect lists are read again at each start: whoever was added is spared."""

import pytest
from support.sources import inline, plan, resolved, source, uuid

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.still_protected import still_protected
from purgeplan.errors import InvalidError, StaleError
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Policy, Rules

PENDING = [(3, "anna", None), (5, "Ben ", None), (8, "cleo", None)]


def recorded(spec, policy=None):
    """Give the digests of the protect lists as a plan records them."""
    with resolved(spec, policy) as found:
        return {one.name: one.ids_digest for one in found.protects}


def recheck(spec, planned, pending=PENDING, policy=None):
    """Read the lists again; give who is spared, and the findings of a refusal."""
    found = still_protected(Rules(spec, policy), Inputs(threads=1), planned, lambda: pending)
    try:
        return sorted(found), ()
    except StaleError as error:
        return [], error.findings


def unread(spec, planned):
    """Tell that no pending item was asked for, and nobody is spared."""
    return list(still_protected(Rules(spec), Inputs(threads=1), planned, never)) == []


def never():
    """Stand for pending items that nobody may ask for."""
    raise AssertionError


def test_whoever_was_added_is_spared(tmp_path):
    """A list that grew is compared with what is pending, as wide as when planned."""
    (tmp_path / "staff.csv").write_text("external_id\nzoe\n")
    spec = plan(
        tmp_path, inline("anna"), protect=[source(by=EXTERNAL_ID, path="staff.csv"), inline("x")]
    )
    planned = recorded(spec)
    (tmp_path / "staff.csv").write_text("external_id\nBEN\nzoe\nCleo\n")

    assert recheck(spec, planned) == ([5, 8], ())


def test_a_list_with_the_same_ids_is_not_compared_again(tmp_path):
    """Order, repeats and form of the file do not matter, and no pending item is read."""
    (tmp_path / "staff.csv").write_text("external_id\nx\ny\n")
    spec = plan(tmp_path, inline("anna"), protect=[source(by=EXTERNAL_ID, path="staff.csv")])
    planned = recorded(spec)
    (tmp_path / "staff.csv").write_text("external_id,n\ny,1\nx,2\ny,3\n")

    assert unread(spec, planned)


def test_a_list_that_only_moved_is_not_compared_again(tmp_path):
    """The same ids of the same kind were subtracted, whatever the file was called."""
    (tmp_path / "old.csv").write_text("external_id\nx\n")
    (tmp_path / "new.csv").write_text("external_id\nx\n")
    old, new = (source(by=EXTERNAL_ID, path=path) for path in ("old.csv", "new.csv"))
    planned = recorded(plan(tmp_path, inline("anna"), protect=[old]))

    spec = plan(tmp_path, inline("anna"), protect=[new])

    assert unread(spec, planned)


def test_the_same_ids_of_another_kind_are_another_list(tmp_path):
    """`by` may be corrected after planning; what it names then was never subtracted."""
    wrong = plan(tmp_path, inline("anna"), protect=[inline("anna", by="crm_id")])
    right = plan(tmp_path, inline("anna"), protect=[inline("anna")])

    assert recheck(right, recorded(wrong)) == ([3], ())


def test_a_list_that_is_new_holds_at_once(tmp_path):
    """One that the plan or the policy got since is compared like one that changed."""
    spec = plan(tmp_path, inline("anna"), protect=[inline("ANNA")])
    policy = Policy("purgeplan.yaml", protect=(inline("cleo"),))

    assert recheck(spec, {}, policy=policy) == ([3, 8], ())


def test_without_lists_nothing_is_read(tmp_path):
    """No list, no workspace, no look at what is pending."""
    spec = plan(tmp_path, inline("anna"))

    assert unread(spec, {})


def test_nothing_pending_is_nothing_spared(tmp_path):
    """A finished plan has nobody left to spare."""
    spec = plan(tmp_path, inline("anna"), protect=[inline("ANNA")])

    assert recheck(spec, {}, pending=[]) == ([], ())


def test_a_list_by_onesignal_id_is_compared_where_the_journal_has_it(tmp_path):
    """Every pending item must have one, or somebody could be missed."""
    (tmp_path / "staff.csv").write_text(f"onesignal_id\n{uuid(2).upper()}\n")
    spec = plan(
        tmp_path, inline("anna"), protect=[source(by=ONESIGNAL_ID, line=9, path="staff.csv")]
    )

    both = recheck(spec, {}, [(1, "anna", uuid(1)), (2, "ben", uuid(2))])
    one = recheck(spec, {}, [(1, "anna", None), (2, "ben", uuid(2))])

    assert both == ([2], ())
    assert [(f.code, str(f.place)) for f in one[1]] == [("PP222", "plan.yaml:9")]


def test_a_changed_list_of_another_kind_can_only_be_compared_by_a_plan(tmp_path):
    """The columns that told whom it names were the source's; it fails closed."""
    (tmp_path / "ids.csv").write_text(f"player_id,external_user_id\n{uuid(1)},anna\n")
    (tmp_path / "staff.csv").write_text("external_id\nben\n")
    ids = source(by=SUBSCRIPTION_ID, path="ids.csv")
    staff = source(by=EXTERNAL_ID, path="staff.csv")
    spec = plan(tmp_path, ids, by=SUBSCRIPTION_ID, protect=[staff])
    planned = recorded(spec)

    same = recheck(spec, planned, [(0, uuid(1), None)])
    (tmp_path / "staff.csv").write_text("external_id\nben\nanna\n")
    changed = recheck(spec, planned, [(0, uuid(1), None)])

    assert same == ([], ())
    assert (changed[0], [one.code for one in changed[1]]) == ([], ["PP222"])


@pytest.mark.parametrize("content", [None, "external_id,n\nben\n", "external_id\n", ""])
def test_a_list_that_cannot_be_read_whole_stops_everything(tmp_path, content):
    """A list that is gone, cut or empty must not mean that nobody is protected."""
    (tmp_path / "staff.csv").write_text("external_id\nx\n")
    spec = plan(tmp_path, inline("anna"), protect=[source(by=EXTERNAL_ID, path="staff.csv")])
    planned = recorded(spec)
    (tmp_path / "staff.csv").unlink()
    if content is not None:
        (tmp_path / "staff.csv").write_text(content)

    with pytest.raises(InvalidError):
        recheck(spec, planned)
