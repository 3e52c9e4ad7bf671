"""What is on the wire for one DELETE: counted and compared byte by byte on a raw socket."""

import asyncio
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.deletes import SUBSCRIPTIONS, delete_at, deletes
from support.wire import APP_ID, KEY, SUBSCRIPTION, USER, play, raw_server

from purgeplan.model.ids import unfit
from purgeplan.model.outcome import Code, Item
from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.transport import Transport

USERS = Target(Resource.USER, "external_id")


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


def test_no_header_goes_out_that_nobody_decided():
    """A library has its own ideas; none of them is on the wire."""

    async def main():
        async with raw_server() as server:
            transport = Transport(server.url, {})
            await transport.send("DELETE", "/apps")
            await transport.close()
            return set(server.headers())

    assert asyncio.run(main()) == {"host", "content-length"}


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


@pytest.mark.parametrize("user", ["", "..", "x", USER.upper(), f"{USER}/.."])
def test_only_a_uuid_beside_an_alias_is_sent_in_its_place(user):
    """A onesignal_id that is no lower-case UUID would be another address."""

    async def main():
        async with raw_server() as server, deletes(server.url, USERS) as to:
            with pytest.raises(ValueError, match="a bug in purgeplan"):
                await to.delete(Item(0, "a@b.c", 0, user))
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
