"""How an export is asked for, waited for, and gone on with after a crash."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.exporting import DAY_S, FILE, READY, ROWS, Scene
from support.wire import APP_ID, KEY, START, Play, play

from purgeplan.errors import UnreachableError
from purgeplan.model.ports import ExportAsk
from purgeplan.model.spec import Resource
from purgeplan.onesignal.export import patience_s

NO_SUCH_KEY = play(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")
FORBIDDEN = play(403, b"<Error/>", "application/xml")
BUSY = play(400, {"errors": ["Only one CSV export can be processed at a time"]})


def read(export):
    """Give the bytes of an export's file."""
    return Path(export.path).read_bytes()


@pytest.fixture
def scene(tmp_path):
    """Give a scene with an API that answers at once and a file that is there."""
    return Scene(tmp_path, [None], [READY])


def test_an_export_is_asked_for_remembered_and_fetched(scene):
    """One POST with the app in the query, the URL remembered, the file whole and private."""
    export = scene.obtain(ExportAsk(("onesignal_id",)))

    assert gzip.decompress(read(export)) == ROWS
    assert Path(export.path).stat().st_mode & 0o777 == 0o600
    assert export.sha256 == hashlib.sha256(FILE).hexdigest()
    assert scene.api.lines == [f"POST /players/csv_export?app_id={APP_ID} HTTP/1.1"]
    assert scene.api.headers()["authorization"] == f"Key {KEY}"
    assert scene.notes.asked == [scene.url]
    assert export.asked_at == START
    assert [str(path) for path in scene.folder.iterdir()] == [export.path]
    assert scene.bytes == (len(FILE), len(FILE))


def test_an_export_is_as_old_as_its_question(scene):
    """Who became active while the API took its time may not be in it."""
    scene.asks = [play(503, b"", None), None]

    export = scene.obtain()

    assert scene.clock.now() > START
    assert export.asked_at == START


def test_the_files_host_never_gets_the_key(scene):
    """The request for the file carries no Authorization and nothing of the key."""
    scene.obtain()

    assert "authorization" not in scene.host.headers()
    assert KEY.encode() not in b"".join(scene.host.requests)


def test_a_legacy_key_asks_under_basic(scene):
    """A plan for players has a legacy key, which goes under Basic."""
    scene.resource = Resource.PLAYER

    scene.obtain()

    assert scene.api.headers()["authorization"] == f"Basic {KEY}"


@pytest.mark.parametrize(
    ("wanted", "document"),
    [
        (ExportAsk(), {"extra_fields": []}),
        (
            ExportAsk(("country", "notification_types"), "Old ones"),
            {
                "extra_fields": ["country", "notification_types"],
                "segment_name": "Old ones",
                "include_unsubscribed": True,
            },
        ),
        (
            ExportAsk(active_since=datetime(2026, 1, 1, tzinfo=UTC)),
            {"extra_fields": [], "last_active_since": "1767225600"},
        ),
    ],
    ids=["everyone", "segment", "active"],
)
def test_a_request_says_what_is_wanted(scene, wanted, document):
    """A segment's unsubscribed rows are asked for; last_active_since is a string of seconds."""
    scene.obtain(wanted)

    assert json.loads(scene.api.requests[0].split(b"\r\n\r\n", 1)[1]) == document


@pytest.mark.parametrize("not_yet", [NO_SUCH_KEY, FORBIDDEN, play(500), Play(b"", "close"),
                                     play(429, {}), Play(READY.reply[:-9], "close")],
                         ids=["404", "403", "500", "lost", "429", "cut"])  # fmt: skip
def test_a_file_that_is_not_there_yet_is_polled_for(tmp_path, not_yet):
    """404, 403, trouble on the way and a file that came short are waited out, saying so."""
    scene = Scene(tmp_path, [None], [not_yet, not_yet, READY])

    export = scene.obtain()

    assert gzip.decompress(read(export)) == ROWS
    assert len(scene.host.requests) == 3
    assert len(scene.api.requests) == 1
    assert scene.clock.slept == [2.0, 3.0]
    assert scene.said.count("waiting for OneSignal to write the export") == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_patience_ends_and_the_url_stays_remembered(tmp_path):
    """An export that never appears is given up as unreachable; the next call goes on with it."""
    scene = Scene(tmp_path, [None], [NO_SUCH_KEY])

    with pytest.raises(UnreachableError) as refused:
        scene.obtain(patience=60)

    assert refused.value.findings[0].code == "PP610"
    assert 60 <= sum(scene.clock.slept) < 90
    assert scene.notes.known == (scene.url, START)


def test_patience_grows_with_the_app():
    """Ten minutes, and three times what 2,000 rows a second take; an hour where unknown."""
    assert patience_s(0) == 600
    assert patience_s(10_000_000) == 15_600
    assert patience_s(None) == 3_600


def test_a_busy_account_is_waited_for(tmp_path):
    """While another export of the account is under way, ours is asked for again, saying why."""
    scene = Scene(tmp_path, [BUSY, BUSY, None], [READY])

    export = scene.obtain()

    assert gzip.decompress(read(export)) == ROWS
    assert len(scene.api.requests) == 3
    assert scene.said.count("waiting for another export of this OneSignal account") == 2
    assert export.asked_at == START + timedelta(seconds=30)


def test_a_busy_account_is_not_waited_for_for_ever(tmp_path):
    """After as long as an export takes, the account's slot is out of reach."""
    scene = Scene(tmp_path, [BUSY], [READY])

    with pytest.raises(UnreachableError) as refused:
        scene.obtain(patience=60)

    assert refused.value.findings[0].code == "PP609"
    assert scene.notes.known is None


def test_a_remembered_export_is_gone_on_with(tmp_path):
    """After a crash between asking and fetching, no second export is asked for."""
    scene = Scene(tmp_path, [None], [NO_SUCH_KEY, READY])

    export = scene.obtain(known_for_s=30)

    assert export.asked_at == START - timedelta(seconds=30)
    assert scene.api.requests == []


def test_a_fetched_export_is_reused_while_young(scene):
    """A file fetched before is taken as it is, with the time at which it was true."""
    first = scene.obtain()

    scene.notes.known = None
    again = Scene(scene.folder, [None], [READY])
    again.notes.known = (scene.url, START - timedelta(hours=1))
    export = again.obtain()

    assert (export.path, export.sha256) == (first.path, first.sha256)
    assert export.asked_at == START - timedelta(hours=1)
    assert again.host.requests == again.api.requests == []


@pytest.mark.parametrize(
    ("known_for_s", "max_age_s"), [(3_601, 3_600), (3 * DAY_S, 10 * DAY_S)], ids=["old", "expired"]
)
def test_an_old_export_is_not_reused(scene, known_for_s, max_age_s):
    """Older than max_age, or than the three days for which OneSignal keeps it: a new one."""
    export = scene.obtain(known_for_s=known_for_s, max_age_s=max_age_s)

    assert export.asked_at == START
    assert len(scene.api.requests) == 1


def test_an_export_of_a_time_to_come_is_not_reused(scene):
    """A clock that was put back since says nothing of how old it is."""
    export = scene.obtain(known_for_s=-30)

    assert export.asked_at == START
    assert len(scene.api.requests) == 1


def test_a_new_export_is_fetched_though_its_url_was_given_before(scene):
    """Where the API gives one URL twice, the file of the first is not taken for the second."""
    scene.left = b"of yesterday"

    assert gzip.decompress(read(scene.obtain())) == ROWS


def test_a_remembered_export_that_never_appeared_is_asked_for_again(tmp_path):
    """Past its patience, a remembered URL is tried once and then replaced."""
    scene = Scene(tmp_path, [None], [NO_SUCH_KEY, READY])

    export = scene.obtain(known_for_s=7_200, patience=60)

    assert export.asked_at == START
    assert len(scene.api.requests) == 1
    assert "the export asked for earlier never appeared; asking for another" in scene.said
