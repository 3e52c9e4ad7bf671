"""What is on the wire for one DELETE: counted and compared byte by byte on a raw socket."""

import asyncio
import gzip
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wire import (
    APP_ID,
    GONE_SOON,
    KEY,
    SUBSCRIPTION,
    USER,
    Play,
    QuickClock,
    app_at,
    free_port,
    http,
    key,
    play,
    raw_server,
)

from purgeplan.model.ids import unfit
from purgeplan.model.outcome import Code, Item
from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.deletes import DeleteTarget
from purgeplan.onesignal.transport import Transport

SUBSCRIPTIONS = Target(Resource.SUBSCRIPTION)
USERS = Target(Resource.USER, "external_id")
LONG_S = 30.0
SHORT_S = 0.2


@asynccontextmanager
async def deletes(base_url, target=SUBSCRIPTIONS, total_s=LONG_S, connect_s=LONG_S):
    """Give a DeleteTarget on a fresh transport, and close it."""
    transport = partial(Transport, connections=4, total_s=total_s, connect_s=connect_s)
    made = DeleteTarget(app_at(base_url), target, key(), QuickClock(), transport)
    try:
        yield made
    finally:
        await made.close()


def delete_at(*script, count=1, target=SUBSCRIPTIONS, one=SUBSCRIPTION, total_s=LONG_S):
    """Send ``count`` DELETEs, one after the other; give the answers' codes and the server."""

    async def main():
        async with raw_server(*script) as server, deletes(server.url, target, total_s) as to:
            codes = [(await to.delete(Item(number, one))).code for number in range(count)]
            return codes, server

    return asyncio.run(main())


def test_a_delete_is_one_request_with_the_key():
    """One DELETE goes out, with the target, the key, and nothing that identifies a library."""
    codes, server = delete_at()

    assert codes == [Code.ACCEPTED]
    assert server.lines == [f"DELETE /apps/{APP_ID}/subscriptions/{SUBSCRIPTION} HTTP/1.1"]
    assert server.headers() == {
        "host": f"127.0.0.1:{server.port}",
        "authorization": f"Key {KEY}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "purgeplan",
        "content-length": "0",
    }


@pytest.mark.parametrize(
    ("target", "item", "path"),
    [
        (SUBSCRIPTIONS, Item(0, SUBSCRIPTION, 0, USER), f"subscriptions/{SUBSCRIPTION}"),
        (USERS, Item(0, "a@b.c"), "users/by/external_id/a%40b.c"),
        (USERS, Item(0, "a@b.c", 0, USER), f"users/by/onesignal_id/{USER}"),
        (Target(Resource.USER, "onesignal_id"), Item(0, USER), f"users/by/onesignal_id/{USER}"),
        (Target(Resource.USER, "crm/id"), Item(0, "%2e"), "users/by/crm%2Fid/%252e"),
    ],
    ids=["subscription", "external_id", "onesignal_id known", "onesignal_id", "alias"],
)
def test_each_resource_has_its_target(target, item, path):
    """Subscriptions by their id; users by onesignal_id where it is known, else as planned."""

    async def main():
        async with raw_server() as server, deletes(server.url, target) as to:
            await to.delete(item)
            return server.lines

    assert asyncio.run(main()) == [f"DELETE /apps/{APP_ID}/{path} HTTP/1.1"]


def test_a_player_goes_to_the_legacy_path_with_basic():
    """The legacy endpoint names the app in the query and takes the raw key under Basic."""
    answer = play(200, {"success": "true"})

    codes, server = delete_at(answer, target=Target(Resource.PLAYER))

    assert codes == [Code.ACCEPTED]
    assert server.lines == [f"DELETE /players/{SUBSCRIPTION}?app_id={APP_ID} HTTP/1.1"]
    assert server.headers()["authorization"] == f"Basic {KEY}"


def test_connections_are_reused():
    """Three DELETEs in a row go over one connection."""
    codes, server = delete_at(count=3)

    assert codes == [Code.ACCEPTED] * 3
    assert (len(server.requests), len(server.connections)) == (3, 1)


def test_a_connection_closed_after_its_answer_is_replaced():
    """A server that says it closes after its answer costs a new connection and no request."""
    codes, server = delete_at(play(202, then="close", Connection="close"), count=3)

    assert codes == [Code.ACCEPTED] * 3
    assert (len(server.requests), len(server.connections)) == (3, 3)


def test_a_connection_closed_while_idle_is_replaced():
    """A server that closed a kept connection, and was noticed, costs no request either."""

    async def main():
        async with raw_server() as server, deletes(server.url) as to:
            first = await to.delete(Item(0, SUBSCRIPTION))
            server.drop_all()
            for _ in range(10):
                await asyncio.sleep(0)
            second = await to.delete(Item(1, SUBSCRIPTION))
            return [first.code, second.code], server

    codes, server = asyncio.run(main())

    assert codes == [Code.ACCEPTED] * 2
    assert (len(server.requests), len(server.connections)) == (2, 2)


@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_kept_connection_that_dies_on_a_request_costs_no_second_request(then):
    """Where aiohttp by itself sends a DELETE again, one is on the wire and the answer is lost."""
    codes, server = delete_at(GONE_SOON, Play(b"", then), count=2)

    assert codes == [Code.ACCEPTED, Code.CONNECTION_LOST]
    assert (len(server.requests), len(server.connections)) == (2, 1)


def test_a_kept_connection_that_died_unnoticed_costs_no_second_request():
    """A connection reset before the request, unnoticed, counts as lost and is not tried again."""

    async def main():
        async with raw_server() as server, deletes(server.url) as to:
            await to.delete(Item(0, SUBSCRIPTION))
            server.drop_all()
            answer = await to.delete(Item(1, SUBSCRIPTION))
            return answer.code, server

    code, server = asyncio.run(main())

    assert code is Code.CONNECTION_LOST
    assert (len(server.requests), len(server.connections)) == (1, 1)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Play(b"", "close"), Code.CONNECTION_LOST),
        (Play(b"", "reset"), Code.CONNECTION_LOST),
        (Play(b"HTTP/1.1 202 X\r\nContent-", "close"), Code.CONNECTION_LOST),
        (Play(GONE_SOON.reply[:-1], "close"), Code.CONNECTION_LOST),
        (Play(GONE_SOON.reply[:-1], "reset"), Code.CONNECTION_LOST),
        (Play(b"SSH-2.0-x\r\n\r\n", "close"), Code.CONNECTION_LOST),
        (Play(b"HTTP/1.1 100 Continue\r\n\r\n" + GONE_SOON.reply), Code.ACCEPTED),
        (play(200, b"<html>", "text/html"), Code.FOREIGN),
        (play(202, b""), Code.ACCEPTED),
        (play(204, b"", None), Code.ACCEPTED),
        (play(200, b"x" * 200_000, "text/html"), Code.FOREIGN),
        (play(200, b'{"a": "' + b"x" * 200_000 + b'"}'), Code.FOREIGN),
        (play(429, {"errors": ["x"]}, Retry_After="1"), Code.THROTTLED),
        (play(404, {"errors": [{"code": "subscription-0"}]}), Code.ABSENT),
        (play(202, b"\x1f\x8b garbage", Content_Encoding="gzip"), Code.CONNECTION_LOST),
        (play(202, gzip.compress(b"{}"), Content_Encoding="gzip"), Code.ACCEPTED),
        (play(200, gzip.compress(bytes(10**7)), Content_Encoding="gzip"), Code.FOREIGN),
    ],
    ids=[
        "closed", "reset", "half a head", "half a body", "half a body, reset", "no http",
        "continue", "html", "empty", "204", "long html", "long json", "429", "404", "bad gzip",
        "gzip", "gzip bomb",
    ],
)  # fmt: skip
def test_whatever_comes_back_is_one_request_and_an_answer(step, code):
    """One DELETE is on the wire, and one answer comes of it, whatever the server does."""
    codes, server = delete_at(step)

    assert codes == [code]
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    """A 3xx is foreign: no second request, and nothing at all to the other host."""

    async def main():
        async with raw_server() as other:
            there = play(status, b"", None, Location=f"{other.url}/apps")
            async with raw_server(there) as server, deletes(server.url) as to:
                answer = await to.delete(Item(0, SUBSCRIPTION))
                return answer.code, len(server.requests), len(other.connections)

    assert asyncio.run(main()) == (Code.FOREIGN, 1, 0)


@pytest.mark.parametrize(
    "step",
    [Play(b"", "hang"), Play(http(202)[:-1], "hang")],
    ids=["no answer", "half an answer"],
)
def test_a_hanging_server_is_a_timeout(step):
    """An answer that does not come within the time given is a timeout after one request."""
    codes, server = delete_at(step, total_s=SHORT_S)

    assert codes == [Code.TIMEOUT]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:{port}",
        "http://localhost:{port}",
        "https://127.0.0.1:{port}",
        "https://nowhere.invalid",
    ],
)
def test_what_can_not_connect_was_not_sent(base_url):
    """A refused port and an unresolvable name prove that nothing was sent."""

    async def main():
        async with deletes(base_url.format(port=free_port())) as to:
            return (await to.delete(Item(0, SUBSCRIPTION))).code

    assert asyncio.run(main()) is Code.NOT_SENT


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None])
def test_a_failed_handshake_was_not_sent(greeting):
    """A port that answers a TLS hello with something else, or not at all, was sent nothing."""
    received = []
    over = asyncio.Event()

    async def speak_no_tls(reader, writer):
        received.append(await reader.read(4096))
        writer.write(greeting or b"")
        if greeting is None:
            received.append(await reader.read(4096))
        writer.close()
        over.set()

    async def main():
        server = await asyncio.start_server(speak_no_tls, "127.0.0.1", 0)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, deletes(url, connect_s=SHORT_S) as to:
            code = (await to.delete(Item(0, SUBSCRIPTION))).code
            await over.wait()
            return code

    assert asyncio.run(main()) is Code.NOT_SENT
    assert KEY.encode() not in b"".join(received)


def test_cookies_are_never_sent_back():
    """A cookie that a server sets is forgotten, also one of a host with a name."""
    answer = play(202, Set_Cookie="session=1; Path=/")

    async def main():
        async with raw_server(answer) as server:
            named = server.url.replace("127.0.0.1", "localhost")
            async with deletes(named) as to:
                for number in range(2):
                    await to.delete(Item(number, SUBSCRIPTION))
            return [server.headers(number) for number in range(2)]

    assert [one["host"].partition(":")[0] for one in asyncio.run(main())] == ["localhost"] * 2
    assert not any("cookie" in one for one in asyncio.run(main()))


def test_proxies_and_netrc_of_the_environment_are_ignored(monkeypatch, tmp_path):
    """Neither a proxy variable nor a netrc entry changes where the request goes or who asks."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    codes, server = delete_at()

    assert codes == [Code.ACCEPTED]
    assert server.headers()["authorization"] == f"Key {KEY}"


@pytest.mark.parametrize("one", ["", " ", ".", "..", "a\0b", "a\nb", "a\r\n\r\nDELETE /", "\ud800"])
def test_unfit_ids_never_reach_the_wire(one):
    """Ids that a client would fold or cut are a bug by here: nothing is sent."""

    async def main():
        async with raw_server() as server, deletes(server.url, USERS) as to:
            with pytest.raises(ValueError, match="a bug in purgeplan"):
                await to.delete(Item(0, one))
            return len(server.connections)

    assert asyncio.run(main()) == 0


@pytest.mark.parametrize("one", ["..", "x", SUBSCRIPTION.upper(), f"{SUBSCRIPTION}/.."])
@pytest.mark.parametrize("resource", [Resource.SUBSCRIPTION, Resource.PLAYER])
def test_only_uuids_are_subscriptions(resource, one):
    """A subscription id that is no lower-case UUID is never sent."""

    async def main():
        async with raw_server() as server, deletes(server.url, Target(resource)) as to:
            with pytest.raises(ValueError, match="a bug in purgeplan"):
                await to.delete(Item(0, one))
            return len(server.connections)

    assert asyncio.run(main()) == 0


@pytest.mark.parametrize("changed", ["/apps?", "/apps#x", "/a b#"])
def test_a_target_that_would_change_on_its_way_is_not_sent(changed):
    """What the wire would carry is compared with what was decided, before sending."""

    async def main():
        async with raw_server() as server:
            transport = Transport(server.url, {})
            with pytest.raises(ValueError, match="changed on its way"):
                await transport.send("GET", changed)
            await transport.close()
            return len(server.connections)

    assert asyncio.run(main()) == 0


_IDS = st.text(min_size=1, max_size=40).filter(lambda text: unfit("external_id", text) is None)
_ODD = st.sampled_from(
    ["...", "a/../b", "/", "//", "%", "%2e%2e", "a%2Fb", "?", "#", "a b", "+", ";", ":", "é",
     "a@b.c", "\u202e", "💥", "x" * 1024, "é" * 512, "..%2f", "\\..\\", "~", "a&b=c", "[::1]"]
)  # fmt: skip


@settings(max_examples=25)
@given(ids=st.lists(_ODD | _IDS, min_size=1, max_size=12))
def test_the_bytes_received_are_those_decided(ids):
    """Every byte but letters, digits and -._~ arrives percent-encoded, once, and in one piece."""

    async def main():
        async with raw_server() as server, deletes(server.url, USERS) as to:
            for position, one in enumerate(ids):
                await to.delete(Item(position, one))
            return server.lines

    prefix, suffix = f"DELETE /apps/{APP_ID}/users/by/external_id/", " HTTP/1.1"
    lines = asyncio.run(main())
    parts = [line.removeprefix(prefix).removesuffix(suffix) for line in lines]

    assert all(line.startswith(prefix) and line.endswith(suffix) for line in lines)
    assert not any(set(part) & set("/?#@:;+&= ") for part in parts)
    assert [unquote_to_bytes(part).decode() for part in parts] == ids


_HOSTILE = st.sampled_from(
    ["", " ", ".", "..", "\0", "a\0b", "\r\n", "a\r\nHost: x", "\ud800", "\x85", "x" * 1025,
     "x" * 10_240, "é" * 5_120, "\u3000", "/..", "../apps", "a\x7f", "%00", "%2F..", "\t"]
)  # fmt: skip


@settings(max_examples=25)
@given(ids=st.lists(_HOSTILE | _ODD | st.text(max_size=30), min_size=1, max_size=12))
def test_an_id_arrives_as_it_is_or_not_at_all(ids):
    """Of any ids: the unfit are never on the wire, the fit arrive byte by byte, in order."""

    async def main():
        async with raw_server() as server, deletes(server.url, USERS) as to:
            kept = []
            for position, one in enumerate(ids):
                try:
                    await to.delete(Item(position, one))
                except ValueError:
                    kept.append(one)
            return server.lines, kept

    lines, kept = asyncio.run(main())

    prefix, suffix = f"DELETE /apps/{APP_ID}/users/by/external_id/", " HTTP/1.1"
    parts = [line.removeprefix(prefix).removesuffix(suffix) for line in lines]
    assert kept == [one for one in ids if unfit("external_id", one)]
    assert lines == [f"{prefix}{part}{suffix}" for part in parts]
    assert [unquote_to_bytes(part).decode() for part in parts] == [
        one for one in ids if not unfit("external_id", one)
    ]


def test_many_at_once_are_one_request_each():
    """Forty DELETEs at once over four connections: forty requests, no id twice."""

    async def main():
        async with raw_server() as server, deletes(server.url, USERS) as to:
            items = [Item(number, f"user-{number}") for number in range(40)]
            answers = await asyncio.gather(*(to.delete(item) for item in items))
            return answers, server

    answers, server = asyncio.run(main())

    assert {answer.code for answer in answers} == {Code.ACCEPTED}
    assert len(set(server.lines)) == len(server.lines) == 40
    assert len(server.connections) == 4
