"""What resolving leaves on the disk, takes of the memory, and tells of how far it is."""

import tempfile
import threading

import pytest
from support.sources import NOW, codes, inline, plan, resolved

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.resolve import Evidence, resolve
from purgeplan.errors import UnreachableError
from purgeplan.model.spec import Rules


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Point TMPDIR to a folder of the test's own, and give it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_items_that_nobody_takes_to_their_end_leave_no_thread_and_no_file(tmp_path, monkeypatch):
    """A journal that fails in the middle of a set ends what was under way for it."""
    room, before = tmp_path / "tmp", threading.active_count()
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    with resolved(plan(tmp_path, inline(*(f"user-{n}" for n in range(9_000))))) as found:
        assert next(found.items()).id.startswith("user-")

    assert (threading.active_count(), list(room.iterdir())) == (before, [])


def test_nothing_stays_on_the_disk(tmp_path, room):
    """Spools and database are gone with the context, and after an error."""
    with resolved(plan(tmp_path, inline("a"))):
        assert len(list(room.iterdir())) == 1
    assert list(room.iterdir()) == []

    codes(plan(tmp_path, inline("..")))
    assert list(room.iterdir()) == []


def test_an_interruption_leaves_nothing_on_the_disk(tmp_path, room):
    """Ctrl-C while reading is no exception to it."""

    def interrupt(phase, done, total):
        raise KeyboardInterrupt

    inputs = Inputs(progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        resolve(Rules(plan(tmp_path, inline("a"))), inputs, Evidence(NOW))

    assert list(room.iterdir()) == []


def test_a_full_memory_is_told_as_such(tmp_path):
    """The way out is named, and the exit is one to try again."""
    ids = [f"{number:0900}" for number in range(1000)] * 6
    inputs = Inputs(memory="1MB", threads=1)
    with pytest.raises(UnreachableError, match="TMPDIR"):
        resolve(Rules(plan(tmp_path, inline(*ids))), inputs, Evidence(NOW))


def test_phases_are_told(tmp_path):
    """Whoever waits for ten million ids sees what is being done, and of how many."""
    phases = {}
    inputs = Inputs(progress=lambda phase, done, total: phases.setdefault(phase, total))
    with resolve(Rules(plan(tmp_path, inline("a", "b"))), inputs, Evidence(NOW)):
        pass

    hashing, *others = phases
    assert hashing.startswith("hashing ")
    assert others == ["uniting", "protecting", "fingerprinting", "putting in order"]
    assert set(phases.values()) == {2}


def test_writing_tells_how_far_it_is(tmp_path):
    """The longest phase of a large plan counts up to what is planned."""
    told = []
    inputs = Inputs(progress=lambda *phase: told.append(phase))
    ids = [f"user-{number}" for number in range(2_500)]
    with resolve(Rules(plan(tmp_path, inline(*ids))), inputs, Evidence(NOW)) as found:
        told.clear()

        assert len(list(found.items())) == 2_500

    assert told == [("writing", done, 2_500) for done in (0, 1_000, 2_000)]
