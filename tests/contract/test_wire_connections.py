"""Connections under DELETEs: kept, lost, slow or refused, each costs one request and an answer."""

import asyncio

import pytest
from support.deletes import delete_at, deletes
from support.wire import GONE_SOON, KEY, SUBSCRIPTION, Play, free_port, http, play, raw_server

from purgeplan.model.outcome import Code, Item

SHORT_S = 0.2


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
