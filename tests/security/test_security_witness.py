"""A journal that somebody has made anew, against the head that a log outside has kept."""

from contextlib import closing

import pytest
from support.journal import ANN, HandClock, behind_its_back, draft, planned

from purgeplan.cli.main import main
from purgeplan.journal import open_journal, open_reader
from purgeplan.journal.chain import canonical, genesis, linked
from purgeplan.model.outcome import Code, Outcome, State
from purgeplan.model.records import PlanState


@pytest.fixture
def path(tmp_path):
    """Give a journal with a finished plan of two."""
    clock = HandClock()
    with closing(open_journal(tmp_path / "app.db", clock)) as journal:
        row = journal.save(draft(), planned("first", "second"), clock.now())
        run = journal.start_run(row.plan_id, "apply", ANN, clock.now())
        items = journal.turn(run, [], [], 2)
        told = [Outcome(item, State.ACCEPTED, Code.ACCEPTED, clock.now()) for item in items]
        journal.turn(run, told, [], 0)
        journal.end_run(run, "done", 0, clock.now())
        journal.conclude(row.plan_id, PlanState.DONE, clock.now())
    return tmp_path / "app.db"


def head_of(path):
    """Give the head, as a run prints it."""
    with closing(open_reader(path)) as reader:
        return reader.head()


def checked(path, head, capsys):
    """Check a journal against a head, and give the exit code and what was said."""
    code = main(["report", draft().name, "--journal", str(path), "--head", head])
    said = capsys.readouterr()
    return code, said.out + said.err


def rewritten(path):
    """Tell another story from the first run on, with a chain that is sound by itself."""
    with closing(open_reader(path)) as reader:
        identity, events = reader.identity, list(reader.events())
    before, changes = genesis(identity), []
    for event in events:
        if event.kind == "run.started":
            event.data["command"] = "retry"
        before = linked(before, event).link
        sql = "UPDATE events SET data = ?, link = ? WHERE seq = ?"
        changes.append((sql, canonical(event.data), before, event.seq))
    behind_its_back(path, *changes)


def test_a_printed_head_stays_in_the_chain(path, capsys):
    """Whatever was appended since, a journal that was only appended to holds it."""
    head = head_of(path)
    with closing(open_journal(path, HandClock())) as journal:
        journal.note("x", None, None, HandClock().now(), {})

    assert checked(path, head, capsys)[0] == 0
    assert checked(path, head_of(path), capsys)[0] == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET state = 'failed', code = 'rejected' WHERE position = 1",
        "UPDATE events SET data = '{}' WHERE kind = 'run.started'",
    ],
    ids=["outcome", "event"],
)
def test_a_check_finds_what_was_changed_without_any_witness(path, change, capsys):
    """An outcome, or an event in the middle, is held against the chain itself: exit 11."""
    behind_its_back(path, change)

    code = main(["report", draft().name, "--journal", str(path), "--check"])

    said = capsys.readouterr()
    assert (code, said.out, "PP405" in said.err) == (11, "", True), said.err


def test_a_chain_made_anew_does_not_hold_the_head_that_was_printed(path, capsys):
    """By itself a rewritten journal is sound: the witness outside tells."""
    head = head_of(path)
    rewritten(path)

    assert checked(path, head_of(path), capsys)[0] == 0
    code, said = checked(path, head, capsys)
    assert (code, "PP405" in said) == (11, True)


def test_a_chain_that_was_cut_does_not_hold_it(path, capsys):
    """Events taken from the end are missed as well."""
    head = head_of(path)
    behind_its_back(path, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")

    assert checked(path, head, capsys)[0] == 11
