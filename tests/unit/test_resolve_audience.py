"""A set against the whole audience: who is there, who is kept, what goes along with users."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audience import (
    AS_OF,
    COLUMN_OF,
    NOTHING_KEPT,
    Exports,
    audience,
    codes_of,
    ids_of,
    row,
    rules,
    selected,
)
from support.sources import inline, source

from purgeplan.engine.audience import CHANNELS
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Keep, Population, Purpose, Resource
from purgeplan.sandbox.rows import CHANNELS as SANDBOX_CHANNELS

OLD = source("export", inactive_for="180d")
RECENT = "2026-11-20 10:00:00"
OPTED_OUT = {"device_type": "11", "invalid_identifier": "t"}


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


@pytest.mark.parametrize("by", [SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID])
def test_ids_that_the_app_does_not_hold_leave_the_set(tmp_path, by):
    """What a list names and the export lacks is absent already, and counted so."""
    rows = [row(1), row(2, last_active=RECENT)]
    gone = row(9)[COLUMN_OF[by]]
    listed = inline(rows[1][COLUMN_OF[by]], gone, by=by)

    with selected(rules(tmp_path, OLD, listed, by=by), Exports(tmp_path, rows)) as found:
        assert set(found.sorted_ids()) == {one[COLUMN_OF[by]] for one in rows}
        assert found.counts.absent_at_plan == 1
        assert found.counts.rows == found.counts.planned + 1


def test_who_asked_to_be_forgotten_is_asked_for_though_absent(tmp_path):
    """They may have come after the export; OneSignal's own answer says whether they are there."""
    given_rules = rules(tmp_path, OLD, inline("u1", "u9"), by=EXTERNAL_ID, purpose=Purpose.ERASURE)

    assert ids_of(given_rules, Exports(tmp_path, [row(1)])) == {"u1", "u9"}


@pytest.mark.parametrize("by", [SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID])
@pytest.mark.parametrize("kind", [SUBSCRIPTION_ID, ONESIGNAL_ID, EXTERNAL_ID])
def test_a_protect_list_of_any_kind_saves_by_the_export(tmp_path, by, kind):
    """A subscription is saved with its user, and a user by any of their subscriptions."""
    rows = [row(1, 1), row(2, 1), row(3, 2), row(4, 2, last_active=RECENT)]
    protect = [inline(rows[1][COLUMN_OF[kind]].upper(), by=kind)]
    listed = inline(rows[3][COLUMN_OF[by]], by=by)
    given_rules = rules(tmp_path, OLD, listed, by=by, protect=protect, keep=NOTHING_KEPT)

    with selected(given_rules, Exports(tmp_path, rows)) as found:
        left = {one[COLUMN_OF[by]] for one in rows}
        single = by == SUBSCRIPTION_ID == kind
        saved = {rows[1][COLUMN_OF[by]]} if single else {one[COLUMN_OF[by]] for one in rows[:2]}
        assert set(found.sorted_ids()) == left - saved
        assert found.protects[0].saved == found.counts.protected == len(saved)


def test_a_row_that_no_source_names_protects_its_user(tmp_path):
    """Staff are staff with every device, the ones still in use included."""
    rows = [row(1, 1), row(2, 1, last_active=RECENT), row(3, 2)]
    protect = [inline(rows[1]["id"], by=SUBSCRIPTION_ID)]
    given_rules = rules(tmp_path, OLD, by=EXTERNAL_ID, protect=protect, keep=NOTHING_KEPT)

    assert ids_of(given_rules, Exports(tmp_path, rows)) == {"u2"}


def test_a_staff_list_protects_no_bare_list_of_subscriptions(tmp_path):
    """Without an export nobody can tell; that is unknown, and a guard refuses it."""
    given_rules = rules(tmp_path, inline(row(1)["id"]), protect=[inline("u1")])

    with selected(given_rules, None) as found:
        assert [one.saved for one in found.protects] == [None]


@pytest.mark.parametrize("by", [SUBSCRIPTION_ID, EXTERNAL_ID])
def test_the_population_is_the_export(tmp_path, by):
    """Subscriptions and distinct users are counted over everyone, not over who is selected."""
    rows = audience(8, 90)

    with selected(rules(tmp_path, OLD, by=by), Exports(tmp_path, rows)) as found:
        users = len({one["onesignal_id"] for one in rows})
        assert found.population == Population("export", 90, users)
        assert found.activity_checked
    rows[4]["onesignal_id"] = rows[5]["onesignal_id"] = "no UUID"
    with selected(rules(tmp_path, OLD), Exports(tmp_path, rows)) as found:
        users = len({one["onesignal_id"] for one in rows})
        assert found.population == Population("export", 90, users)
    rows[5]["onesignal_id"] = ""
    with selected(rules(tmp_path, OLD, by=by), Exports(tmp_path, rows)) as found:
        assert found.population == Population("export", 90, None)


def test_users_are_addressed_by_their_onesignal_id(tmp_path):
    """Whoever registers anew under the same external_id is another person, and safe."""
    rows = [row(1, 1), row(2, 1), row(3, 2), row(4, 3), row(5, 4, external_user_id="u3")]
    rows[2]["last_active"] = RECENT
    given_rules = rules(tmp_path, OLD, inline("u2"), by=EXTERNAL_ID)

    with selected(given_rules, Exports(tmp_path, rows)) as found:
        named = {one.id: one.onesignal_id for one in found.items()}
    assert named == {"u1": rows[0]["onesignal_id"], "u2": rows[2]["onesignal_id"], "u3": None}


def test_what_goes_is_broken_down(tmp_path):
    """A reviewer sees channels, countries and when they were last active, of what goes only."""
    rows = audience(12, 400)
    one = source("export", inactive_for="30d")
    given_rules = rules(tmp_path, one, keep=NOTHING_KEPT)

    with selected(given_rules, Exports(tmp_path, rows)) as found:
        gone = [one for one in rows if one["id"] in set(found.sorted_ids())]
        parts = {(of, value): number for of, value, number in found.breakdown}
    channels = Counter(CHANNELS[int(one["device_type"])] for one in gone)
    assert {value: n for (of, value), n in parts.items() if of == "channel"} == channels
    countries = Counter(one["country"] for one in gone)
    assert {value: n for (of, value), n in parts.items() if of == "country"} == countries
    halves = Counter(f"{one['last_active'][:4]}-H{1 + (one['last_active'][5:7] > '06')}"
                     for one in gone)  # fmt: skip
    newest = dict(sorted(halves.items(), reverse=True)[:6])
    newest[f"before {min(newest)}"] = len(gone) - sum(newest.values())
    assert {value: n for (of, value), n in parts.items() if of == "last active"} == newest


def test_a_breakdown_stays_short(tmp_path):
    """However many countries and hidden cells there are, a screen shows it."""
    countries = [f"{first}{second}" for first in "ABCD" for second in "WXYZ"]
    rows = [row(n, country=one, device_type="99") for n, one in enumerate(countries)]
    rows += [row(50, country="", device_type=""), row(51, last_active="?")]
    listed = inline(row(51)["id"], by=SUBSCRIPTION_ID)

    with selected(rules(tmp_path, OLD, listed), Exports(tmp_path, rows)) as found:
        parts = {(of, value): number for of, value, number in found.breakdown}
    assert sum(of == "country" for of, _ in parts) == 9
    assert parts["country", "others"] == 10
    assert parts["channel", "99"] == 16
    assert parts["channel", "unknown"] == parts["last active", "unknown"] == 1


def test_the_channels_have_the_names_of_the_sandbox():
    """Every kind of subscription that the sandbox makes has a name."""
    assert {one.code for one in SANDBOX_CHANNELS} <= set(CHANNELS)


# Segments


def segment(name="Dormant", **options):
    """Give a segment source."""
    return source("segment", name=name, **options)


def test_a_segment_names_its_rows_and_is_no_population(tmp_path):
    """One export is taken, of the segment alone; the app says how many there are."""
    rows = [row(1), row(2, **OPTED_OUT), row(3)]
    exports = Exports(tmp_path, rows, {"Dormant": rows[:2]})

    with selected(rules(tmp_path, segment()), exports) as found:
        assert list(found.sorted_ids()) == [rows[0]["id"]]
        assert found.population is None
        assert found.opt_outs_checked
        assert found.activity_checked
        assert found.sources[0].as_of == AS_OF
        assert ("channel", "Android", 1) in found.breakdown
    assert [one.segment for one in exports.asked] == ["Dormant"]


def test_segments_unite_and_a_shared_row_is_broken_down_once(tmp_path):
    """Two segments are two exports; whoever is in both is one subscription."""
    rows = [row(1), row(2), row(3)]
    exports = Exports(tmp_path, rows, {"Dormant": rows[:2], "Lapsed": rows[1:]})

    with selected(rules(tmp_path, segment(), segment("Lapsed")), exports) as found:
        assert found.counts.planned == 3
        assert ("channel", "Android", 3) in found.breakdown
    assert len(exports.asked) == 2


@pytest.mark.parametrize("beside", [True, False])
def test_users_of_a_segment_are_held_against_everyone(tmp_path, beside):
    """Which rows a user has besides, a segment can't tell: the whole audience is asked for too."""
    rows = [row(1, 1), row(2, 1), row(3, 2), row(4, 3)]
    exports = Exports(tmp_path, rows, {"Dormant": [rows[0], rows[2]]})
    sources = [segment(), *([inline("u3", "u9")] if beside else [])]

    with selected(rules(tmp_path, *sources, by=EXTERNAL_ID), exports) as found:
        assert list(found.sorted_ids()) == ["u2", "u3"][: 1 + beside]
        assert found.counts.kept_partly == 1
        assert found.counts.absent_at_plan == beside
        assert found.population == Population("export", 4, 3)
    assert [one.segment for one in exports.asked] == ["Dormant", None]


def test_a_refused_segment_is_told_at_its_place(tmp_path):
    """OneSignal's side knows no line; the source does."""

    def refuse(*_):
        raise InvalidError(Finding("PP613", "no segment is named so"))

    with pytest.raises(InvalidError) as caught:
        ids_of(rules(tmp_path, segment()), refuse)
    assert [one.place for one in caught.value.findings] == [segment().place]


def test_a_protect_list_is_no_export(tmp_path):
    """Protect lists are read at each start of a run, where no export is at hand."""
    for one in (segment(by=SUBSCRIPTION_ID), replace(OLD, by=SUBSCRIPTION_ID)):
        exports = Exports(tmp_path, [row(1)], {"Dormant": [row(1)]})
        assert codes_of(rules(tmp_path, OLD, protect=[one]), exports) == ["PP232"]
        assert not exports.asked


def test_the_target_decides_what_is_planned(tmp_path):
    """The same rows are subscriptions of one plan and users of another."""
    exports = Exports(tmp_path, [row(1, 1), row(2, 1)])

    assert rules(tmp_path, OLD).spec.target.resource is Resource.SUBSCRIPTION
    assert len(ids_of(rules(tmp_path, OLD), exports)) == 2
    assert len(ids_of(rules(tmp_path, OLD, by=ONESIGNAL_ID), exports)) == 1
