"""What the columns beside ids decide: whom a list spares, who is kept, whom a DELETE names."""

import pytest
from support.sources import NOW, inline, plan, resolved, source, uuid

from purgeplan.model.fingerprint import fingerprint
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Keep

EXPORT = (
    "id,device_type,invalid_identifier,external_user_id,onesignal_id\n"
    f"{uuid(1)},0,t,anna,{uuid(91)}\n"
    f"{uuid(2)},11,t,ben,{uuid(92)}\n"
    f"{uuid(3)},14,t,,{uuid(93)}\n"
    f"{uuid(4)},11,f,dora,{uuid(94)}\n"
    f"{uuid(5)},5,f,ben,{uuid(92)}\n"
)


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


@pytest.mark.parametrize(("deleted", "untraced"), [((), 2), ((("b", NOW),), 1)])
def test_an_alias_that_names_nobody_for_sure_is_in_no_export(tmp_path, deleted, untraced):
    """So many could be neither checked nor kept; whoever goes no more need not be."""
    users = enumerate("abbcc")
    rows = "\n".join(f"{one},{uuid(number)}" for number, one in users)
    (tmp_path / "ids.csv").write_text(f"crm_id,onesignal_id\n{rows}\n")
    spec = plan(tmp_path, source(by="crm_id", path="ids.csv", as_of=NOW), by="crm_id")
    with resolved(spec, deleted=deleted) as found:
        assert found.untraced == untraced


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
