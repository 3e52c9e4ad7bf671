"""A plan saved in a file of its own: what is in it, and when there is none."""

from contextlib import closing

import pytest
from support.files import mode, names
from support.journal import ANN, T0, FakeJournal, draft, planned

from purgeplan.errors import JournalError, RefusedError
from purgeplan.journal import open_reader, save_plan_file
from purgeplan.model.outcome import Skip
from purgeplan.model.records import PlannedItem


def test_saves_a_plan_in_one_file(tmp_path):
    """A saved plan is a 0600 file with one plan, no run and no log, that a reader takes."""
    source = FakeJournal()
    source.save(draft("other"), planned("x"), T0)
    items = [PlannedItem("a", "o", evidence_ms=1), PlannedItem("b", skip=Skip.PROTECTED)]
    source.save(draft(), items, T0)
    out = tmp_path / "q3.plan"

    save_plan_file(out, source, 2)

    assert (names(tmp_path), mode(out)) == (["q3.plan"], 0o600)
    with closing(open_reader(out)) as saved:
        (row,) = saved.plans()
        assert (row.plan_id, row.draft, row.planned_at) == (1, source.plan(2).draft, T0)
        assert list(saved.items(1)) == list(source.items(2))
        assert (saved.runs(), saved.check()) == ([], [])
    assert names(tmp_path) == ["q3.plan"]


def test_saves_no_plan_that_has_begun(tmp_path):
    """A plan of which something was claimed would start from its beginning elsewhere."""
    source = FakeJournal()
    source.save(draft(), planned("a", "b"), T0)
    source.turn(source.start_run(1, "apply", ANN, T0), [], [], 1)

    with pytest.raises(RefusedError, match="has begun"):
        save_plan_file(tmp_path / "q3.plan", source, 1)
    assert names(tmp_path) == []


def test_saves_whom_a_killed_apply_has_found_as_nobody(tmp_path):
    """Who is addressed is part of what was reviewed: the copy is the plan, without what came of it.

    Where some were addressed when planned, nobody can tell which, and nothing is saved.
    """
    source = FakeJournal()
    source.save(draft("none"), planned("a", "b"), T0)
    source.save(
        draft("some", summary={"addressed": "0" * 64}), [PlannedItem("c", "o"), *planned("d")], T0
    )
    for plan_id in (1, 2):
        source.address(plan_id, [(1, "found")], T0)

    save_plan_file(tmp_path / "none.plan", source, 1)
    with pytest.raises(RefusedError, match="has begun"):
        save_plan_file(tmp_path / "some.plan", source, 2)

    assert names(tmp_path) == ["none.plan"]
    with closing(open_reader(tmp_path / "none.plan")) as saved:
        assert [(one.id, one.onesignal_id) for one in saved.items(1)] == [("a", None), ("b", None)]


def test_says_that_a_folder_can_not_be_written(tmp_path):
    """A folder that is no folder is a journal error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="failed"):
        save_plan_file(tmp_path / "file" / "q3.plan", _one_plan(), 1)


def _one_plan():
    source = FakeJournal()
    source.save(draft(), planned("a"), T0)
    return source
