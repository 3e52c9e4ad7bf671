"""The drift check at a start: who is left after it, and what a death around its effects leaves."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from support.drift import Dying, Exports, row
from support.engine import Crash, ScriptedView, ids
from support.journal import HandClock, draft, planned
from support.plans import facts, spec

from purgeplan.engine import facts as known
from purgeplan.engine.apply import Gatekeeper
from purgeplan.engine.drift import CHECKED, Drift
from purgeplan.engine.run import Order
from purgeplan.errors import Finding, UnreachableError
from purgeplan.guards import GUARDS
from purgeplan.model.fingerprint import fingerprint, sources_digest
from purgeplan.model.outcome import State
from purgeplan.model.records import SOURCES, PlanState
from purgeplan.model.spec import Drift as Asked
from purgeplan.model.spec import DriftCheck, Limits, Rules


class Start:
    """A plan of three ids, and the starts of its apply."""

    def __init__(self, folder):
        self.clock, self.journal, self.active = HandClock(), Dying(), []
        drift = Asked(DriftCheck.EXPORT, 3600.0)
        self.rules = Rules(spec(limits=Limits(3), name="inactive", drift=drift))
        full = fingerprint(self.rules.spec, sorted(ids(3)))
        told = {"facts": known.to_json(replace(facts(3), protects=(), untraced=0))}
        told[SOURCES] = sources_digest(self.rules.spec)
        evidence = {"d" * 64: self.clock.now()}
        frozen = draft(fingerprint=full, summary=told, evidence=evidence)
        self.row = self.journal.save(frozen, planned(*ids(3)), self.clock.now())
        self.clock.tick(60)
        self.exports = Exports(folder, self.clock, self._rows)

    def _rows(self):
        return [row(one, self.clock.now() + timedelta(days=1)) for one in self.active]

    def again(self):
        """Pass the gates in a process of its own; give what was admitted."""
        drift = Drift(self.journal, self.clock, self.exports, 3600.0)
        parts = (self.rules, Order(), self.journal, self.clock, GUARDS)
        keeper = Gatekeeper(*parts, lambda path: None, tuple, lambda plan: (), drift)
        tally = keeper.before_network(self.row)
        return asyncio.run(keeper.with_network(self.row, tally, ScriptedView()))

    @property
    def state(self):
        """Give what became of the plan."""
        return self.journal.plan(self.row.plan_id).state

    def pending(self):
        """Give who is left."""
        return [one.id for one in self.journal.items(self.row.plan_id, (State.PENDING,))]


@pytest.fixture
def start(tmp_path):
    """Give a plan that is about to be applied."""
    return Start(tmp_path)


def test_a_plan_of_which_a_check_leaves_nobody_is_done(start):
    """Everybody came back: there is nothing to confirm, and nothing to go on with."""
    start.active = ids(3)

    assert start.again().facts.left == 0
    assert start.state is PlanState.DONE


def test_who_is_left_is_counted_after_the_check(start):
    """Guards and the person who confirms are told of those who would go."""
    start.active = ids(3)[:1]

    assert start.again().facts.left == 2
    assert start.state is PlanState.OPEN


def test_without_an_export_nothing_is_let_through(start):
    """Nobody is taken out, and no check is noted: the same command tries again."""
    start.active = ids(3)
    start.exports.error = {0: UnreachableError(Finding("PP610", "it did not appear"))}

    with pytest.raises(UnreachableError):
        start.again()

    assert (start.pending(), list(start.journal.events(kind=CHECKED))) == (ids(3), [])
    assert start.exports.closed == 1


@pytest.mark.parametrize("at", ["before skip", "after skip", "before note", "after note"])
def test_a_death_around_the_checks_effects_lets_nobody_through(start, at):
    """The next start checks by an export of its own, and who was active at either is out."""
    first, second, third = ids(3)
    start.active, start.journal.dies_at = [first], at
    with pytest.raises(Crash):
        start.again()
    start.active, start.journal.dies_at = [first, second], None
    start.clock.tick(60)

    assert start.again().facts.left == 1
    assert start.pending() == [third]
    assert len(start.exports.asked) == 2
