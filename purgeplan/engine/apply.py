"""From a frozen set to an admitted one: the gates of ``apply`` in their order, cheap to dear."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from purgeplan.engine import facts as known
from purgeplan.engine import gates
from purgeplan.engine.admit import AdmittedPlan, admit
from purgeplan.engine.drift import Drift
from purgeplan.engine.run import Order
from purgeplan.engine.stops import Bounds
from purgeplan.errors import Finding, RefusedError, UnconfirmedError
from purgeplan.model.facts import Guard
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID, canonical, unfit
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import AppFacts, AppView, Clock, Journal
from purgeplan.model.records import PlanRow, PlanState, Tally
from purgeplan.model.spec import Rules
from purgeplan.sources.reading.reach import Progress, quiet

SPARED_TOGETHER: Final = 50_000
"""Positions held in memory, and skipped in one transaction."""


@dataclass(slots=True)
class Gatekeeper:
    """Lets a frozen set through to execution, or raises what keeps it out.

    ``protected_now`` reads every protect list again and gives the positions of pending and
    unresolved items that are to be spared; ``digest_of`` gives the sha256 of a file of the
    repository, None where it is not there, ``named`` the files that the sources name. ``drift`` is
    there where the plan asks for it. ``errored`` tells whether a run left a file that says that its
    journal failed.
    """

    rules: Rules
    order: Order
    journal: Journal
    clock: Clock
    guards: Mapping[str, Guard]
    digest_of: Callable[[str], str | None]
    named: Callable[[], Iterable[str]]
    protected_now: Callable[[PlanRow], Iterable[int]]
    drift: Drift | None = None
    errored: Callable[[int], bool] = lambda _: False
    _held_back: frozenset[int] = field(default=frozenset(), init=False)

    def before_network(self, row: PlanRow) -> Tally:
        """Pass the gates that need no network; give the tally of what is left.

        A plan that is done passes where file and source are still those that were planned; a retry
        opens it again once nothing refuses. One of which nothing is left is done: its last run was
        killed before it could say so, or whoever was left is spared by now.
        """
        spec, journal, now = self.rules.spec, self.journal, self.clock.now()
        gates.not_closed(row)
        gates.same_fingerprint(row, self.order)
        gates.looked_at(journal, row, self.order, self.errored)
        tally = journal.tally(row.plan_id)
        gates.intact(journal, row, spec)
        gates.governed(row, self.rules.policy)
        gates.sources_unchanged(row, spec, self.digest_of, self.named)
        takes_back = self.order.command == "retry" and tally.may_be_retried
        if row.state is PlanState.DONE and not takes_back:
            return tally
        gates.timely(row, spec, tally, now)
        gates.window_open(spec, self.order, now)
        if takes_back:
            journal.reopen(row.plan_id, now)
            tally = journal.tally(row.plan_id)
        if self._spare(row, tally):
            tally = journal.tally(row.plan_id)
        if not tally.left:
            journal.conclude(row.plan_id, PlanState.DONE, now)
        return tally

    def still_timely(self, row: PlanRow) -> None:
        """Raise StaleError where a plan that has sent nothing yet has expired meanwhile."""
        now = self.clock.now()
        if now > row.draft.expires_at:  # else it is as timely as it was
            gates.timely(row, self.rules.spec, self.journal.tally(row.plan_id), now)

    def _spare(self, row: PlanRow, tally: Tally) -> int:
        """Take out who is protected by now, or was deleted under another plan since planning.

        Nobody knows whether a request has reached who is unresolved, so they are held back instead.
        """
        now = self.clock.now()
        spared = self.journal.skip_deleted_elsewhere(row.plan_id, now)
        self._held_back |= self.journal.doubtful_elsewhere(row.plan_id)
        left = self.journal.unresolved(row.plan_id) if tally[State.SENT] else ()
        unresolved = frozenset(one.item.position for one in left)
        protected = iter(self.protected_now(row))
        while some := list(islice(protected, SPARED_TOGETHER)):
            self._held_back |= unresolved.intersection(some)
            spared += self.journal.skip(row.plan_id, some, Skip.PROTECTED, now)
        return spared

    async def with_network(
        self, row: PlanRow, tally: Tally, view: AppView, tell: Progress = quiet
    ) -> AdmittedPlan:
        """Check key, name and population against the app, every guard, the sentinel, then drift.

        ``tally`` is that of ``before_network``: the lock is held, and nobody wrote since.
        Whoever was active since the evidence is taken out; where nobody is left the plan is done.
        Raises CredentialsError, UnreachableError or RefusedError; nothing was sent.
        """
        app = await view.look()
        admitted = self._admitted(row, app, tally)
        await self._sentinel(view)
        if self.drift is None:
            return admitted
        file = await self.drift.ask(row, app, tell)
        if self.drift.take_out(row, file, None, tell):
            admitted = self._admitted(row, app, self.journal.tally(row.plan_id))
        if not admitted.facts.left:
            self.journal.conclude(row.plan_id, PlanState.DONE, self.clock.now())
        return admitted

    def _admitted(self, row: PlanRow, app: AppFacts, tally: Tally) -> AdmittedPlan:
        now = known.Now(self.clock.now(), app, tally)
        facts = known.at_start(row, self.rules, self.journal, now)
        spec, policy = self.rules.spec, self.rules.policy
        admitted = admit(spec, policy, facts, row.draft.fingerprint, self.guards)
        return replace(admitted, held_back=self._held_back)

    async def _sentinel(self, view: AppView) -> None:
        policy = self.rules.policy
        entry = policy.app(self.rules.spec.app.id) if policy else None
        if entry is None or entry.sentinel is None:
            return
        subscription = canonical(SUBSCRIPTION_ID, entry.sentinel)
        kind = EXTERNAL_ID if unfit(SUBSCRIPTION_ID, subscription) else SUBSCRIPTION_ID
        if await view.holds(kind, canonical(kind, entry.sentinel)) is not True:
            problem = "the app does not hold the sentinel that the policy names"
            raise RefusedError(Finding("PP513", problem, "check app id, key and base_url"))

    def standing(self, admitted: AdmittedPlan) -> None:
        """Raise UnconfirmedError where the policy has no standing approval for so many."""
        policy, spec = self.rules.policy, self.rules.spec
        caps = (
            [one.max_delete for one in policy.standing if one.plan == spec.name] if policy else []
        )
        if not caps or admitted.facts.left > min(caps):
            problem = f"no standing approval lets {spec.name!r} delete {admitted.facts.left:,} ids"
            raise UnconfirmedError(Finding("PP312", problem, "give --confirm and --fingerprint"))

    def bounds(self, admitted: AdmittedPlan) -> Bounds:
        """Give what bounds the run that follows."""
        spec, policy = self.rules.spec, self.rules.policy
        budget = policy.budget if policy else None
        used = admitted.facts.budget_used
        left = budget.max_delete - used if budget is not None and used is not None else None
        run_s = spec.pace.max_run_time_s
        return Bounds(
            allowance=admitted.allowance,
            most=self.order.limit,
            budget=budget,
            budget_left=left,
            window=spec.pace.window,
            wait=self.order.wait,
            until=None if run_s is None else self.clock.monotonic() + run_s,
        )
