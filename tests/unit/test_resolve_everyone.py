"""A set against everyone in the app: who is there, who is protected, and what is told."""

from collections import Counter

import pytest
from support.audience import (
    COLUMN_OF,
    NOTHING_KEPT,
    OLD,
    RECENT,
    Exports,
    audience,
    ids_of,
    row,
    rules,
    selected,
)
from support.sources import inline, source

from purgeplan.engine.audience import CHANNELS
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Population, Purpose
from purgeplan.sandbox.rows import CHANNELS as SANDBOX_CHANNELS


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
