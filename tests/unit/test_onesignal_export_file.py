"""An export is kept whole, or refused, and then nothing of it is kept."""

import asyncio
import gzip
from pathlib import Path

import pytest
from support.exporting import FILE, READY, Scene
from support.wire import play, raw_server

from purgeplan.errors import AttentionError, CredentialsError, InvalidError, UnreachableError
from purgeplan.onesignal.download import Download


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        (play(403, {"errors": ["Access denied. Authorization"]}), CredentialsError, "PP601"),
        (play(400, {"errors": ["Segment not found"]}), InvalidError, "PP613"),
        (play(200, {"csv_file_url": None}), AttentionError, "PP602"),
        (play(200, {"csv_file_url": "http://files.example/x"}), AttentionError, "PP602"),
        (play(200, {"csv_file_url": "file:///etc/passwd"}), AttentionError, "PP602"),
        (play(200, b"<html>", "text/html"), AttentionError, "PP602"),
    ],
    ids=["key", "segment", "no url", "http", "file", "html"],
)  # fmt: skip
def test_a_refused_request_says_why(tmp_path, step, error, code):
    """A bad key, an unknown segment, and an address that is none are told apart."""
    scene = Scene(tmp_path, [step], [READY])

    with pytest.raises(error) as refused:
        scene.obtain()

    assert refused.value.findings[0].code == code
    assert scene.host.connections == []


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1",
        "https://127.0.0.1:99999/x",
        "https://127.0.0.1/x\n",
        "https://127.0.0.1/\ud800",
        f"https://127.0.0.1/{'a' * 70_000}",
        "https://ex\u00e4mple.\u2603/x",
        "https://xn--/",
        "https://\0/",
        "http://127.0.0.1\\@files.example/",
        "//127.0.0.1/x",
        "",
    ],
)
def test_an_address_that_nobody_can_be_asked_at_is_not_remembered(tmp_path, url):
    """It is the answer that is strange: the next command asks for another export."""
    scene = Scene(tmp_path, [play(200, {"csv_file_url": url})], [READY])

    with pytest.raises(AttentionError) as refused:
        scene.obtain()

    assert refused.value.findings[0].code == "PP602"
    assert scene.notes.asked == []


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        (play(302, b"", None, Location="http://127.0.0.1:1/"), AttentionError, "PP602"),
        (play(400, b"", None), AttentionError, "PP602"),
        (play(200, b"<html>", "text/html"), UnreachableError, "PP611"),
        (play(200, b""), UnreachableError, "PP611"),
    ],
    ids=["redirect", "400", "html", "empty"],
)
def test_a_file_that_is_none_is_never_kept(tmp_path, step, error, code):
    """Redirects are refused, what is no gzip is an error, and nothing of it stays on disk."""
    scene = Scene(tmp_path, [None], [step])

    with pytest.raises(error) as refused:
        scene.obtain()

    assert refused.value.findings[0].code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [FILE + FILE, gzip.compress(bytes(50_000_000)), gzip.compress(b"")],
    ids=["two members", "bomb", "nothing"],
)
def test_every_whole_gzip_is_kept_as_it_came(tmp_path, content):
    """Several members and high ratios are whole too; the bytes on disk are those sent."""
    scene = Scene(tmp_path, [None], [play(200, content, Content_Encoding="gzip")])

    assert Path(scene.obtain().path).read_bytes() == content


def test_a_folder_that_takes_no_file_wants_attention(tmp_path):
    """A disk error while writing is a person's to mend."""
    scene = Scene(tmp_path / "missing", [None], [READY])

    with pytest.raises(AttentionError) as refused:
        scene.obtain()

    assert refused.value.findings[0].code == "PP612"


def test_what_a_kill_left_half_written_is_replaced(tmp_path):
    """A part of a file, even a link in its place, is removed and never followed."""
    bait = tmp_path / "bait"
    bait.write_text("unharmed")
    path = tmp_path / "x.csv.gz"
    path.with_name("x.csv.gz.part").symlink_to(bait)

    async def main():
        async with raw_server(READY) as host:
            download = Download()
            try:
                return await download.fetch(host.url, path, lambda *_: None)
            finally:
                await download.close()

    assert asyncio.run(main())
    assert path.read_bytes() == FILE
    assert bait.read_text() == "unharmed"
