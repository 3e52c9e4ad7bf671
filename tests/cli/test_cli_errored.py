"""The command after a journal error: it wants a person's look, and takes in what was saved."""

from contextlib import closing

import pytest
from support.desk import desk
from support.journal import ANN

from purgeplan.cli.clock import SystemClock
from purgeplan.journal import dump_outcomes, open_journal
from purgeplan.model.outcome import Code, Outcome, State


@pytest.fixture
def at(tmp_path):
    """Give a desk with a plan of three, of which a run died that had claimed two."""
    with desk(tmp_path) as one:
        one.ids = one.ids_file(one.subscriptions(3))
        one.plan_file()
        one.fingerprint = one.plan()["fingerprint"]
        clock = SystemClock()
        with closing(open_journal(one.journal, clock)) as journal:
            run = journal.start_run(1, "apply", ANN, clock.now())
            one.claimed = journal.turn(run, [], [], 2)
        yield one


def errored(at):
    """Leave what a run leaves whose journal failed when its first answer had come."""
    answered = Outcome(at.claimed[0], State.ACCEPTED, Code.ACCEPTED, SystemClock().now(), 202)
    dump_outcomes(at.folder / "journal.db.errored-1.jsonl", [answered])


def test_a_run_whose_journal_failed_must_be_named(at):
    """Exit 11 says which run, and nothing is sent; named, it goes on without whoever was told."""
    errored(at)

    refused = at.apply(at.fingerprint)
    sent = at.deleted()
    done = at.apply(at.fingerprint, "--after", "1")

    assert (refused.code, sent, done.code) == (11, [], 0)
    assert "--after 1" in refused.err
    assert "its journal failed" in refused.err
    assert "3 planned = 3 accepted" in done.out
    assert sorted(at.deleted()) == sorted(set(at.ids) - {at.claimed[0].id})


def test_a_run_that_was_killed_need_not_be_named(at):
    """It has left no file: the same command goes on, and sends the unresolved again."""
    done = at.apply(at.fingerprint)

    assert done.code == 0, done.err
    assert sorted(at.deleted()) == sorted(at.ids)
