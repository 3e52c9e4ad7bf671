"""Outcomes that a journal could not take: dumped into a file, and given back."""

import json
import os

import pytest
from support.files import mode
from support.journal import T0

from purgeplan.errors import InvalidError, JournalError
from purgeplan.journal import dump_outcomes, dumped_outcomes
from purgeplan.model.outcome import Code, Item, Outcome, State


def test_dumps_outcomes_for_their_owner_only(tmp_path):
    """Outcomes that the journal could not take are lines of JSON, appended, in a 0600 file."""
    path = tmp_path / "errored-3.jsonl"
    first = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0, 202, "o-a")
    second = Outcome(Item(1, "b"), State.SENT, Code.TIMEOUT, T0)

    dump_outcomes(path, [first])
    dump_outcomes(path, [second])

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert mode(path) == 0o600
    assert lines[0] == {
        "position": 0,
        "id": "a",
        "state": "accepted",
        "code": "accepted",
        "status": 202,
        "onesignal_id": "o-a",
        "at": T0.isoformat(),
    }
    assert (lines[1]["id"], lines[1]["state"], lines[1]["status"]) == ("b", "sent", None)


def test_dumps_into_no_link(tmp_path):
    """Whoever puts one there gets no ids, and no file of theirs a line."""
    path, other = tmp_path / "errored-3.jsonl", tmp_path / "other"
    other.write_text("theirs")
    path.symlink_to(other)

    with pytest.raises(JournalError):
        dump_outcomes(path, [Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0)])

    assert other.read_text() == "theirs"


def test_gives_back_what_was_dumped(tmp_path):
    """What was written whole; a line that was cut, or is of another hand, says nothing."""
    path = tmp_path / "errored-3.jsonl"
    who = "10000000-0000-4000-8000-000000000009"
    first = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0, 202, who)
    second = Outcome(Item(1, "b"), State.PENDING, Code.THROTTLED, T0, 429)
    evil = first._replace(onesignal_id="../x")

    assert dumped_outcomes(path) == []
    dump_outcomes(path, [])
    assert dumped_outcomes(path) == []
    dump_outcomes(path, [first, evil, second])
    line = json.loads(path.read_text("utf-8").splitlines()[0])
    with path.open("a", encoding="utf-8") as file:
        for odd in ({"position": [0]}, {"position": True}, {"id": 7}, {"at": "2026-01-01"}):
            file.write(f"{json.dumps(line | odd)}\n")
        file.write('[]\n{"position": 2, "id": "c", "onesignal_id": null, "sta')

    assert dumped_outcomes(path) == [first, second]


def test_gives_back_nothing_that_others_may_have_written(tmp_path):
    """A file that is open to others, or a link, is refused."""
    path = tmp_path / "errored-3.jsonl"
    path.write_text("")
    path.chmod(0o644)

    with pytest.raises(InvalidError):
        dumped_outcomes(path)


def test_says_that_outcomes_could_not_be_dumped(tmp_path):
    """A dump that fails, on a full disk or through a link, is a journal error as well."""
    link = tmp_path / "link"
    link.symlink_to("/dev/full")
    outcome = Outcome(Item(0, "a"), State.ACCEPTED, Code.ACCEPTED, T0)

    for path in (link, tmp_path / "no" / "folder"):
        with pytest.raises(JournalError, match="could not be written"):
            dump_outcomes(path, [outcome])
    if os.path.exists("/dev/full"):  # noqa: PTH110 - Linux has it, macOS has not
        with pytest.raises(JournalError, match="could not be written"):
            dump_outcomes(_Full(), [outcome])


class _Full:
    """A path whose disk is full."""

    def __fspath__(self):
        return "/dev/full"
