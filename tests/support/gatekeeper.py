"""A journal with plans of one name, and what lets them through."""

import asyncio
from dataclasses import replace

from support.engine import ScriptedView
from support.journal import ANN, FakeJournal, draft, planned
from support.plans import facts, spec

from purgeplan.engine import facts as known
from purgeplan.engine.apply import Gatekeeper
from purgeplan.engine.run import Order
from purgeplan.guards import GUARDS
from purgeplan.model.fingerprint import fingerprint, sources_digest
from purgeplan.model.outcome import Code, Outcome
from purgeplan.model.records import SOURCES
from purgeplan.model.spec import Limits, Rules


class Case:
    """A journal with plans of one name and cap, and the keeper of their gates."""

    def __init__(self, cap):
        self.journal = FakeJournal()
        self.rules = Rules(spec(limits=Limits(cap), name="inactive"))

    def plan(self, chosen, **changes):
        """Freeze a set of ids."""
        full = fingerprint(self.rules.spec, sorted(chosen))
        told = known.to_json(replace(facts(len(chosen)), protects=()))
        summary = {"facts": told, SOURCES: sources_digest(self.rules.spec)}
        frozen = draft(fingerprint=full, summary=summary, path="plans/inactive.yaml", **changes)
        return self.journal.save(frozen, planned(*chosen), self.journal.clock.now())

    def claim(self, row, count, state=None, code=Code.ACCEPTED):
        """Start a run, claim so many, and settle them alike, or leave them unresolved."""
        run_id = self.journal.start_run(row.plan_id, "apply", ANN, self.journal.clock.now())
        items = self.journal.turn(run_id, [], [], count)
        if state is not None:
            now = self.journal.clock.now()
            outcomes = [Outcome(item, state, code, now) for item in items]
            self.journal.turn(run_id, outcomes, [], 0)

    def keeper(self, **order):
        """Give what lets a plan through."""
        return Gatekeeper(
            self.rules,
            Order(**order),
            self.journal,
            self.journal.clock,
            GUARDS,
            lambda path: None,
            tuple,
            lambda row: (),
        )

    def admit(self, row, view=None):
        """Pass all gates."""
        tally = self.keeper().before_network(row)
        return asyncio.run(self.keeper().with_network(row, tally, view or ScriptedView()))
