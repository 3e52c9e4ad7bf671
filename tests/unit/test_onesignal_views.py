"""What the views say of a subscription, a user and an alias, and how far apart they are."""

import asyncio

import pytest
from support.views import BAD_KEY, PLAYERS, USERS, ask
from support.wire import APP_ID, SUBSCRIPTION, USER, QuickClock, app_at, key, play, raw_server

from purgeplan.errors import AttentionError, CredentialsError
from purgeplan.onesignal.app import OneSignalApp
from purgeplan.onesignal.turns import Turns

IDENTITY = play(200, {"identity": {"onesignal_id": USER, "external_id": "a"}})
NO_ALIAS = play(404, {"errors": [{"title": "No aliases found for oneSignalID `...`"}]})


def holds(kind, one, *script, target=USERS):
    """Ask whether an id exists."""
    return ask(lambda view: view.holds(kind, one), *script, target=target)


def names(*script):
    """Ask whom an external_id names."""
    return ask(lambda view: view.onesignal_id("external_id", "a@b.c"), *script)


@pytest.mark.parametrize(
    ("kind", "one", "path"),
    [
        ("subscription_id", SUBSCRIPTION, f"subscriptions/{SUBSCRIPTION}/user/identity"),
        ("external_id", "a@b/c", "users/by/external_id/a%40b%2Fc/identity"),
        ("onesignal_id", USER, f"users/by/onesignal_id/{USER}/identity"),
    ],
)
@pytest.mark.parametrize(("step", "there"), [(IDENTITY, True), (NO_ALIAS, False)])
def test_holds_asks_for_the_identity(kind, one, path, step, there):
    """Whether an id exists is told by its identity, which carries no e-mail or token."""
    answer, server, _ = holds(kind, one, step)

    assert answer is there
    assert server.lines == [f"GET /apps/{APP_ID}/{path} HTTP/1.1"]


@pytest.mark.parametrize(
    ("step", "there"),
    [
        (play(200, {"id": SUBSCRIPTION}), True),
        (play(400, {"errors": ["No user with this id found"]}), False),
        (play(404, {"success": False}), False),
    ],
)
def test_holds_asks_the_legacy_path_for_players(step, there):
    """A player is looked up where it is deleted."""
    answer, server, _ = holds("subscription_id", SUBSCRIPTION, step, target=PLAYERS)

    assert answer is there
    assert server.lines == [f"GET /players/{SUBSCRIPTION}?app_id={APP_ID} HTTP/1.1"]


def test_holds_does_not_guess():
    """A refusal that speaks of no absence leaves it open."""
    answer, _, _ = holds("external_id", "a", play(400, {"errors": [{"code": "strange"}]}))

    assert answer is None


def test_holds_does_not_ask_on_where_an_answer_leads_elsewhere():
    """The API has no redirects, whatever one is wrapped in."""
    with pytest.raises(AttentionError):
        holds("external_id", "a", play(302, {"errors": ["moved"]}, Location="/elsewhere"))


def test_an_alias_names_a_user_or_nobody():
    """The onesignal_id of the identity, or None where there is no such alias."""
    assert names(IDENTITY)[0] == USER
    assert names(NO_ALIAS)[0] is None


@pytest.mark.parametrize(
    "step",
    [play(400, {"errors": ["strange"]}), play(200, {}), play(200, {"identity": {"a": "b"}})],
)
def test_an_alias_that_can_not_be_told_wants_attention(step):
    """Not to be told whom an alias names is not the same as nobody."""
    with pytest.raises(AttentionError):
        names(step)


@pytest.mark.parametrize("question", [names, lambda step: holds("external_id", "a", step)])
def test_views_with_a_revoked_key_stop(question):
    """A key revoked between two views is a credentials error."""
    with pytest.raises(CredentialsError):
        question(BAD_KEY)


def test_views_are_a_second_apart():
    """Questions asked at once go out one after the other, more than a second apart."""

    async def question(view):
        return await asyncio.gather(*(view.holds("external_id", f"u{n}") for n in range(4)))

    answers, server, clock = ask(question, IDENTITY)

    assert answers == [True] * 4
    assert len(server.requests) == 4
    assert clock.slept == [pytest.approx(1.05)] * 3


def test_whoever_looks_at_an_app_shares_its_turns():
    """Two objects that look at the same app are a second apart as one is."""

    async def main():
        clock, turns = QuickClock(), Turns()
        async with raw_server(play(200, {"name": "Acme Prod", "players": 1})) as server:
            for _ in range(2):
                view = OneSignalApp(app_at(server.url), USERS, key(), clock, turns)
                await view.look()
                await view.close()
        return clock.slept

    assert asyncio.run(main()) == [pytest.approx(1.05)]
