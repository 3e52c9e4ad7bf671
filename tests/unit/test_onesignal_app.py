"""What a look says of an app and a key, and how patient views are, on a scripted server."""

import asyncio

import pytest
from support.views import BAD_KEY, PLAYERS, USERS, ask
from support.wire import (
    APP_ID,
    KEY,
    SUBSCRIPTION,
    USER,
    Play,
    QuickClock,
    app_at,
    free_port,
    key,
    play,
    raw_server,
)

from purgeplan.errors import AttentionError, CredentialsError, RefusedError, UnreachableError
from purgeplan.model.ports import AppFacts
from purgeplan.onesignal.app import OneSignalApp

MAY_NOT_VIEW = play(403, {"errors": ["You do not have permission to view this app."]})
NO_APP = play(404, {"errors": ["Couldn't find app with id = a"]})
SEGMENTS = play(200, {"total_count": 0, "offset": 0, "limit": 1, "segments": []})
TOO_SMALL = play(403, {"errors": ["This API is not available for applications on your plan."]})
BUSY = play(429, {"errors": ["API rate limit exceeded"]}, Retry_After="7")
HTML = play(200, b"<html>Sign in</html>", "text/html")


def look(*script, target=USERS):
    """Look at the app."""
    return ask(OneSignalApp.look, *script, target=target)


def test_a_look_sends_no_cookie_back():
    """A cookie that a server sets is forgotten, and goes to nobody."""

    async def twice(view):
        await view.holds("external_id", "a")
        return await view.holds("external_id", "b")

    answer = play(200, {"identity": {"onesignal_id": USER}}, Set_Cookie="session=1; Path=/")
    there, server, _ = ask(twice, answer)

    assert there
    assert [b"ookie" in request for request in server.requests] == [False, False]


def test_a_look_gives_name_and_count():
    """The name and the count of subscriptions come from GET app, asked with the key."""
    app = {"id": APP_ID, "name": "Acme Prod", "players": 48000, "gcm_key": "secret"}

    facts, server, _ = look(play(200, app))

    assert facts == AppFacts("Acme Prod", 48000)
    assert server.lines == [f"GET /apps/{APP_ID} HTTP/1.1"]
    assert server.headers()["authorization"] == f"Key {KEY}"


@pytest.mark.parametrize("told", [SUBSCRIPTION, None, 5])
def test_another_app_than_was_asked_for_wants_attention(told):
    """Whatever stands between may answer for another app of the same name."""
    with pytest.raises(AttentionError):
        look(play(200, {"id": told, "name": "Acme Prod", "players": 48000}))


@pytest.mark.parametrize("players", [None, "48000", True, -1, 1.5])
def test_an_odd_count_is_unknown(players):
    """What is no count is not taken for one; an odd name neither."""
    facts, _, _ = look(play(200, {"name": 5, "players": players}))

    assert facts == AppFacts(None, None)


@pytest.mark.parametrize("refusal", [MAY_NOT_VIEW, BAD_KEY], ids=["may not view", "bad key?"])
@pytest.mark.parametrize("proof", [SEGMENTS, TOO_SMALL], ids=["segments", "small plan"])
def test_a_key_that_may_not_view_the_app_is_proven_otherwise(refusal, proof):
    """Where GET app wants an organization's key, listing segments shows that the key is good."""
    facts, server, _ = look(refusal, proof)

    assert facts == AppFacts(None, None)
    assert server.lines[1] == f"GET /apps/{APP_ID}/segments?limit=1 HTTP/1.1"


def test_a_legacy_key_is_proven_by_the_legacy_list():
    """The players endpoints take the legacy key under Basic."""
    _, server, _ = look(MAY_NOT_VIEW, play(200, {"players": []}), target=PLAYERS)

    assert server.lines[1] == f"GET /players?app_id={APP_ID}&limit=1 HTTP/1.1"
    assert server.headers()["authorization"] == f"Basic {KEY}"


@pytest.mark.parametrize(
    "script",
    [
        (BAD_KEY,),
        (MAY_NOT_VIEW, BAD_KEY),
        (play(401, {"errors": [{"code": "auth-1", "title": "x"}]}),),
        (play(400, {"errors": ["Please include a header of Authorization: Basic <KEY>"]}),),
    ],
)
def test_a_bad_key_is_a_credentials_error(script):
    """A key that is refused everywhere stops the command with exit 8."""
    with pytest.raises(CredentialsError) as refused:
        look(*script)

    assert refused.value.findings[0].code == "PP601"


@pytest.mark.parametrize("script", [(NO_APP,), (MAY_NOT_VIEW, NO_APP)])
def test_an_unknown_app_is_refused(script):
    """A wrong app id is refused and named: it is no secret."""
    with pytest.raises(RefusedError) as refused:
        look(*script)

    assert refused.value.findings[0].code == "PP603"
    assert APP_ID in str(refused.value)


@pytest.mark.parametrize(
    "script",
    [
        (HTML,),
        (play(301, b"", None, Location="http://127.0.0.1:1/"),),
        (play(403, b"<html>blocked</html>", "text/html"),),
        (play(400, {"errors": ["strange"]}),),
        (MAY_NOT_VIEW, play(400, {"errors": ["strange"]})),
        (play(200, b"x" * 2_000_000),),
    ],
    ids=["html", "redirect", "firewall", "400", "400 for the proof", "long"],
)
def test_what_is_not_the_apis_wants_attention(script):
    """A sign-in page, a redirect or a firewall between is for a person to look at."""
    with pytest.raises(AttentionError) as refused:
        look(*script)

    assert refused.value.findings[0].code == "PP602"


def test_a_throttled_view_waits_as_long_as_asked():
    """A 429 is waited out, with its Retry-After, and asked again."""
    facts, server, clock = look(BUSY, BUSY, play(200, {"name": "Acme", "players": 1}))

    assert facts == AppFacts("Acme", 1)
    assert len(server.requests) == 3
    assert clock.slept == [7.0, 7.0]


def test_server_errors_and_lost_answers_are_asked_again():
    """A view may be repeated: after a 500, a 503 with a pause, and a lost connection."""
    pause = play(503, b"", None, Retry_After="3")

    facts, server, clock = look(
        play(500), pause, Play(b"", "close"), play(200, {"name": "Acme", "players": 1})
    )

    assert facts == AppFacts("Acme", 1)
    assert len(server.requests) == 4
    assert clock.slept == [2.0, 3.0, 8.0]


@pytest.mark.parametrize(
    ("step", "requests"),
    [
        (BUSY, 4),
        (play(429, {"errors": ["x"]}, Retry_After="600"), 1),
        (play(503, b"", None), 4),
        (play(502, b"<html>", "text/html"), 4),
        (Play(b"", "close"), 4),
        (play(200, b"junk", Content_Encoding="gzip"), 4),
    ],
    ids=["429", "429 for long", "503", "502", "lost", "bad gzip"],
)
def test_patience_ends_after_four_tries(step, requests):
    """An API that stays busy or broken is out of reach: exit 12, nothing was sent."""
    servers = []

    async def question(view):
        return await view.look()

    async def main():
        async with raw_server(step) as server:
            servers.append(server)
            view = OneSignalApp(app_at(server.url), USERS, key(), QuickClock())
            try:
                await question(view)
            finally:
                await view.close()

    with pytest.raises(UnreachableError) as refused:
        asyncio.run(main())

    assert refused.value.findings[0].code == "PP608"
    assert len(servers[0].requests) == requests


def test_no_connection_is_unreachable():
    """A refused port is exit 12."""

    async def main():
        url = f"http://127.0.0.1:{free_port()}"
        view = OneSignalApp(app_at(url), USERS, key(), QuickClock())
        try:
            await view.look()
        finally:
            await view.close()

    with pytest.raises(UnreachableError):
        asyncio.run(main())


def test_closing_without_a_question_is_nothing():
    """A view that never asked has nothing to close."""

    async def question(view):
        return None

    _, server, _ = ask(question)

    assert server.connections == []
