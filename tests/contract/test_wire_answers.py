"""What comes back over the wire, and what of it is not followed: redirects, cookies, proxies."""

import asyncio
import gzip

import pytest
from support.deletes import delete_at, deletes
from support.wire import GONE_SOON, KEY, SUBSCRIPTION, Play, free_port, play, raw_server

from purgeplan.model.outcome import Code, Item


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
        (Play(play(200, b"x" * 200_000, "text/html").reply[:-1], "hang"), Code.FOREIGN),
    ],
    ids=[
        "closed", "reset", "half a head", "half a body", "half a body, reset", "no http",
        "continue", "html", "empty", "204", "long html", "long json", "429", "404", "bad gzip",
        "gzip", "gzip bomb", "without end",
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
