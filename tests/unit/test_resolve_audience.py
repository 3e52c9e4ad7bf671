"""A set against everyone in the app: users go whole or not at all, and opt-outs are kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import (
    AS_OF,
    COLUMN_OF,
    OLD,
    OPTED_OUT,
    RECENT,
    Exports,
    audience,
    ids_of,
    row,
    rules,
    selected,
)
from support.sources import inline, source

from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID
from purgeplan.model.spec import Keep, Resource


def users_of(rows, chosen, by, keep):
    """Give, by a plain loop, the users that go when these rows are selected."""
    gone = set()
    for user in {one[COLUMN_OF[by]] for one in chosen} - {""}:
        own = [one for one in rows if one[COLUMN_OF[by]] == user]
        partly = keep.partly_selected_users and any(one not in chosen for one in own)
        mail = [one for one in own if one["device_type"] in ("11", "14")]
        silent = keep.opt_outs and any(one["invalid_identifier"] == "t" for one in mail)
        if not partly and not silent:
            gone.add(user)
    return gone


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.integers(5, 80),
    by=st.sampled_from([EXTERNAL_ID, ONESIGNAL_ID]),
    keep=st.builds(Keep, st.booleans(), st.booleans()),
)
def test_users_go_whole_or_not_at_all(tmp_path_factory, seed, size, by, keep):
    """For any audience the users that go are those that a plain loop over its rows finds."""
    folder, rows = tmp_path_factory.mktemp("law"), audience(seed, size)
    since = f"{AS_OF - timedelta(days=100):%Y-%m-%d %H:%M:%S}"
    chosen = [one for one in rows if one["last_active"] <= since]
    one = source("export", inactive_for="100d")

    with selected(rules(folder, one, by=by, keep=keep), Exports(folder, rows)) as found:
        gone = users_of(rows, chosen, by, keep)
        assert set(found.sorted_ids()) == gone
        assert found.subscriptions == sum(row[COLUMN_OF[by]] in gone for row in rows)
        counts = found.counts
    assert counts.rows == len(chosen)
    assert counts.rejected == sum(not row[COLUMN_OF[by]] for row in chosen)
    named = {row[COLUMN_OF[by]] for row in chosen} - {""}
    assert counts.kept_opt_outs + counts.kept_partly + counts.planned == len(named)
    assert counts.duplicates == counts.rows - counts.rejected - len(named)


def test_a_user_with_another_row_is_kept_unless_the_plan_says_otherwise(tmp_path):
    """One device silent for long does not make a person silent; the cascade says what goes."""
    rows = [row(1, 1), row(2, 1, last_active=RECENT), row(3, 2), row(4, 2)]
    exports = Exports(tmp_path, rows)

    with selected(rules(tmp_path, OLD, by=EXTERNAL_ID), exports) as found:
        assert list(found.sorted_ids()) == ["u2"]
        assert (found.counts.kept_partly, found.subscriptions) == (1, 2)
    keep = Keep(partly_selected_users=False)
    with selected(rules(tmp_path, OLD, by=EXTERNAL_ID, keep=keep), exports) as found:
        assert list(found.sorted_ids()) == ["u1", "u2"]
        assert (found.counts.kept_partly, found.subscriptions) == (0, 4)


def test_sources_together_may_select_every_row_of_a_user(tmp_path):
    """The union counts: what one source leaves of a user another may name."""
    rows = [row(1, 1), row(2, 1, last_active=RECENT), row(3, 2, last_active=RECENT)]
    other = source("export", where="country = 'DE' AND inactive_days < 30")

    with selected(rules(tmp_path, OLD, other, by=EXTERNAL_ID), Exports(tmp_path, rows)) as found:
        assert list(found.sorted_ids()) == ["u1", "u2"]


def test_a_user_named_as_such_is_named_whole(tmp_path):
    """A list of users is not one of rows: whom it names goes with every row."""
    rows = [row(1, 1), row(2, 1, last_active=RECENT), row(3, 2)]

    with selected(
        rules(tmp_path, OLD, inline("u1"), by=EXTERNAL_ID), Exports(tmp_path, rows)
    ) as found:
        assert list(found.sorted_ids()) == ["u1", "u2"]


def test_rows_of_a_user_without_its_external_id_are_its_rows(tmp_path):
    """Who has a row that the external_id does not name is selected only partly."""
    rows = [row(1, 1), row(2, 1, external_user_id="", last_active=RECENT), row(3, 2)]

    assert ids_of(rules(tmp_path, OLD, by=EXTERNAL_ID), Exports(tmp_path, rows)) == {"u2"}


@pytest.mark.parametrize("named", ["selected", "left", "listed"])
def test_an_opt_out_of_any_row_keeps_the_user(tmp_path, named):
    """Deleting the user deletes the record, whichever row holds it."""
    rows = [row(1, 1), row(2, 1, **OPTED_OUT), row(3, 2), row(4, 2, device_type="11")]
    sources, keep = [OLD], Keep(partly_selected_users=named != "left")
    if named == "left":
        rows[1]["last_active"] = RECENT
    if named == "listed":
        rows[0]["last_active"] = rows[1]["last_active"] = RECENT
        sources.append(inline("u1"))

    with selected(
        rules(tmp_path, *sources, by=EXTERNAL_ID, keep=keep), Exports(tmp_path, rows)
    ) as found:
        assert list(found.sorted_ids()) == ["u2"]
        assert (found.counts.kept_opt_outs, found.opt_outs_checked) == (1, True)
    keep = replace(keep, opt_outs=False)
    given_rules = rules(tmp_path, *sources, by=EXTERNAL_ID, keep=keep)
    assert ids_of(given_rules, Exports(tmp_path, rows)) == {"u1", "u2"}


@pytest.mark.parametrize(
    "cells",
    [
        {"device_type": "", "invalid_identifier": "t"},
        {"device_type": "11", "invalid_identifier": "?"},
    ],
)
def test_an_opt_out_of_which_nobody_can_tell_keeps_the_user(tmp_path, cells):
    """Also of a row that no source names: it goes with the user."""
    rows = [row(1, 1), row(2, 1, last_active=RECENT, **cells), row(3, 2)]
    keep = Keep(partly_selected_users=False)

    found = ids_of(rules(tmp_path, OLD, by=EXTERNAL_ID, keep=keep), Exports(tmp_path, rows))

    assert found == {"u2"}


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ({"device_type": "11", "invalid_identifier": "t"}, True),
        ({"device_type": "14", "invalid_identifier": "t"}, True),
        ({"device_type": "", "invalid_identifier": "t"}, True),
        ({"device_type": "11", "invalid_identifier": "?"}, True),
        ({"device_type": "11", "invalid_identifier": "f"}, False),
        ({"device_type": "1", "invalid_identifier": "t"}, False),
    ],
)
def test_opted_out_rows_are_kept_as_subscriptions(tmp_path, cells, kept):
    """E-mail and SMS rows that opted out stay, and those of which nobody can tell."""
    exports = Exports(tmp_path, [row(1, **cells), row(2)])

    with selected(rules(tmp_path, OLD), exports) as found:
        assert found.counts.kept_opt_outs == kept
        assert found.subscriptions is None


def test_the_target_decides_what_is_planned(tmp_path):
    """The same rows are subscriptions of one plan and users of another."""
    exports = Exports(tmp_path, [row(1, 1), row(2, 1)])

    assert rules(tmp_path, OLD).spec.target.resource is Resource.SUBSCRIPTION
    assert len(ids_of(rules(tmp_path, OLD), exports)) == 2
    assert len(ids_of(rules(tmp_path, OLD, by=ONESIGNAL_ID), exports)) == 1
