"""The audience is a function of its seed, and looks like a real one."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sandbox import Inside

from purgeplan.sandbox.audience import CUSTOM_ALIAS, EXTERNAL_ID, ONESIGNAL_ID, Audience
from purgeplan.sandbox.ids import Ids

AT = datetime(2026, 6, 1, tzinfo=UTC)


def audience(subscriptions: int = 2_000, seed: int = 7) -> Audience:
    """Give an audience."""
    return Audience(seed, subscriptions, int(AT.timestamp()))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64))
def test_an_id_leads_back_to_its_index(index, seed):
    """Every UUID is looked up without a table, in either case."""
    ids = Ids("user", seed)

    assert ids.index(ids.text(index)) == index
    assert ids.index(ids.text(index).upper()) == index


@given(st.uuids())
def test_a_foreign_uuid_is_nobodys(uuid):
    """A UUID that was not made here leads nowhere."""
    assert Ids("user", 1).index(str(uuid)) is None


def test_ids_of_two_kinds_and_two_seeds_differ():
    """No id of one seed or kind means anything for another."""
    one = Ids("user", 1).text(5)

    assert Ids("user", 2).index(one) is None
    assert Ids("subscription", 1).index(one) is None


def test_text_that_is_no_uuid_has_no_index():
    """What is not a UUID is nobody's."""
    assert Ids("user", 1).index("..") is None


def test_the_same_seed_makes_the_same_people():
    """Two sandboxes of one seed and reference show the same rows, another seed none of them."""
    first, second = Inside(seed=3).rows(), Inside(seed=3).rows()
    other = {row["id"] for row in Inside(seed=4).rows()}

    assert first == second
    assert not other & {row["id"] for row in first}


def test_users_have_one_to_four_subscriptions():
    """Subscriptions are dealt out to users completely, one to four each."""
    made = audience()
    sizes = [len(made.subscriptions_of(user)) for user in range(made.users)]

    assert sum(sizes) == made.subscriptions == 2_000
    assert set(sizes) == {1, 2, 3, 4}
    assert all(made.user_of(index) == 5 for index in made.subscriptions_of(5))


@pytest.mark.parametrize("subscriptions", [0, 1, 2, 3])
def test_a_tiny_audience_is_exact(subscriptions):
    """As many subscriptions are made as asked for, down to none."""
    made = audience(subscriptions)

    assert made.subscriptions == subscriptions
    assert sum(len(made.subscriptions_of(user)) for user in range(made.users)) == subscriptions


def test_rows_look_like_an_export():
    """Channels mix, an eighth is unsubscribed and says since when, activity spans three years."""
    rows = Inside(subscriptions=1_000).rows()
    channels = Counter(row["device_type"] for row in rows)
    silent = [row for row in rows if row["invalid_identifier"] == "t"]
    active = sorted(datetime.fromisoformat(row["last_active"]).replace(tzinfo=UTC) for row in rows)

    assert channels.keys() == {"0", "1", "5", "8", "11", "13", "14", "17"}
    assert 60 < len(silent) < 200
    assert all(row["unsubscribed_at"] and int(row["notification_types"]) < 0 for row in silent)
    assert all("@" in row["identifier"] for row in rows if row["device_type"] == "11")
    assert active[-1] <= AT
    assert AT - timedelta(days=3 * 365) <= active[0] < AT - timedelta(days=2 * 365)
    assert all(row["created_at"] <= row["last_active"] for row in rows)
    assert all(row["unsubscribed_at"] >= row["last_active"] for row in silent)
    assert {row["tags"] for row in rows} >= {"", "{}"}


def test_external_ids_are_as_awkward_as_real_ones():
    """Some have leading zeros, a slash, a mail address or an umlaut; some users have none."""
    texts = {row["external_user_id"] for row in Inside(subscriptions=1_000).rows()}

    assert "" in texts
    assert any(text.startswith("0000") for text in texts)
    assert any("/" in text for text in texts)
    assert any("@" in text for text in texts)
    assert any("Zoë" in text for text in texts)


@pytest.mark.parametrize("label", [ONESIGNAL_ID, EXTERNAL_ID, CUSTOM_ALIAS])
def test_every_alias_finds_its_user(label):
    """Whatever a user is called, the name leads to that user and to nobody else."""
    made = audience(500)
    named = [(user, made.identity(user).get(label)) for user in range(made.users)]

    assert any(alias for _, alias in named)
    assert all(made.candidates(label, alias) == [user] for user, alias in named if alias)


@pytest.mark.parametrize("alias", ["user_1x", "nobody", "", "user_99999999", "CRM-1"])
def test_a_name_that_nobody_has_finds_nobody(alias):
    """An alias must be somebody's to the letter."""
    assert audience(500).candidates(EXTERNAL_ID, alias) == []


def test_subscribed_counts_agree_with_rows():
    """The quick count equals the slow one."""
    made = audience()

    counted = sum(made.subscribed(index) for index in range(made.subscriptions))

    assert made.count_subscribed() == counted
