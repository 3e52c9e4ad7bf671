"""Events on stderr and in a file."""

import io
import json
import logging
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from purgeplan.cli.console import Console
from purgeplan.cli.log import opened_log, tell
from purgeplan.errors import AttentionError, Exit, InvalidError
from purgeplan.model.outcome import Code, Item, Outcome, State
from purgeplan.model.progress import Ended, Settled, Waiting


def console(**settings):
    """Make a console that writes into memory."""
    return Console(io.StringIO(), io.StringIO(), **settings)


OUTCOME = Outcome(
    Item(0, "customer-000181", attempts=1),
    State.ACCEPTED,
    Code.ACCEPTED,
    datetime(2026, 1, 1, tzinfo=UTC),
    202,
)


@pytest.mark.parametrize(
    ("verbosity", "expected"),
    [(-1, []), (0, ["c"]), (1, ["b", "c"]), (2, ["a", "b", "c"])],
    ids=["-q", "default", "-v", "-vv"],
)
def test_verbosity_decides_what_stderr_shows(verbosity, expected):
    """Warnings are shown by default, facts with -v, requests with -vv."""
    talk = console(verbosity=verbosity)

    with opened_log(talk) as log:
        log.debug("request.sent", n="a")
        log.info("run.resumed", n="b")
        log.warning("guard.warned", n="c")

    assert [line[-1] for line in talk.err.getvalue().splitlines()] == expected


def test_a_link_is_no_file_for_a_log(tmp_path):
    """It could lead into any file of the user's."""
    theirs = tmp_path / "theirs"
    theirs.write_text("")
    link = tmp_path / "log.jsonl"
    link.symlink_to(theirs)

    with pytest.raises(InvalidError), opened_log(console(log_json=str(link))) as log:
        log.info("run.resumed")

    assert theirs.read_text() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_file_that_takes_no_more_is_told_and_no_bug():
    """Whoever asked for a log wants it whole: the command stops there."""
    with opened_log(console(log_json="/dev/full")) as log, pytest.raises(AttentionError) as caught:
        log.info("run.resumed")

    assert caught.value.findings[0].code == "PP089"


def test_an_event_is_one_line_of_words():
    """Text is time, event and pairs; values with spaces are quoted, empty ones left out."""
    talk = console(verbosity=1)

    with opened_log(talk) as log:
        log.info("run.resumed", run=3, why="stop file", commit=None)

    time, event, *pairs = talk.err.getvalue().split(" ", 2)
    assert len(time) == 9
    assert (event, pairs) == ("run.resumed", ['run=3 why="stop file"\n'])


def test_the_file_gets_json_and_belongs_to_its_owner(tmp_path):
    """--log-json appends one object a line, redacted, to a 0600 file."""
    path = tmp_path / "log.jsonl"
    for _ in range(2):
        with opened_log(console(log_json=str(path))) as log:
            log.info("request.retried", api_key="k", url="/x/a@b.example", status=503)

    first, second = (json.loads(line) for line in path.read_text().splitlines())

    assert first["event"] == second["event"] == "request.retried"
    assert (first["api_key"], first["url"], first["status"]) == ("***", "/x/***", 503)
    assert first["ts"].endswith("Z")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_an_error(tmp_path):
    """A folder in the file's place is exit 2 before anything is done."""
    with (
        pytest.raises(InvalidError, match="can't write the log"),
        opened_log(console(log_json=str(tmp_path))),
    ):
        pytest.fail("opened")


def test_libraries_are_silent():
    """URLs that httpx would log at INFO hold ids; nothing of it comes through."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with opened_log(console(verbosity=2)):
            logging.getLogger("httpx").error("DELETE /users/by/external_id/alice")
            logging.getLogger("httpcore.http11").critical("headers")
    finally:
        root.removeHandler(handler)

    assert records == []


def test_each_outcome_is_an_event_without_the_id():
    """A settled id is logged as a part of it, with state, code, attempt and status."""
    with capture_logs() as events, opened_log(console()) as log:
        del log
    with opened_log(console(verbosity=2)) as log, capture_logs() as events:
        tell(log, Settled((OUTCOME,), 1))
        tell(log, Waiting("throttled", 12.0))
        tell(log, Ended(Exit.DONE, "done"))

    assert events == [
        {
            "event": "deletion.recorded",
            "log_level": "info",
            "ref": "cust…81",
            "state": "accepted",
            "code": "accepted",
            "attempt": 1,
            "status": 202,
        },
        {"event": "run.waited", "log_level": "debug", "why": "throttled", "wait_s": 12.0},
        {"event": "run.ended", "log_level": "info", "why": "done", "exit": 0},
    ]
