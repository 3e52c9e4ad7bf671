"""Planning: facts are judged, the set is frozen, and a review says what would happen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from purgeplan.engine import canary
from purgeplan.engine import facts as known
from purgeplan.engine.admit import violations
from purgeplan.engine.first_seen import replaced
from purgeplan.engine.gates import frozen
from purgeplan.engine.resolved import Resolved
from purgeplan.errors import Finding
from purgeplan.model.backup import backups
from purgeplan.model.eta import estimate
from purgeplan.model.facts import Facts, Guard
from purgeplan.model.fingerprint import sources_digest
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppFacts, Journal
from purgeplan.model.records import SOURCES, Draft, PlanRow, PlanState
from purgeplan.model.review import Previous, Review
from purgeplan.model.spec import PlanSpec, Policy, Rules


@dataclass(frozen=True, slots=True)
class Judges:
    """What judges a plan: the table of guards, and what is worth a warning."""

    guards: Mapping[str, Guard]
    warn: Callable[[PlanSpec, Policy | None, Facts], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A review, and the plan as journaled; no row where it was refused."""

    review: Review
    row: PlanRow | None


@dataclass(frozen=True, slots=True)
class Planner:
    """Judges resolved sets under one plan file and its policy, and freezes what is let through."""

    rules: Rules
    journal: Journal
    judges: Judges
    now: datetime

    def plan(self, resolved: Resolved, app: AppFacts) -> Planned:
        """Judge a resolved set, freeze it in the journal, and give the review; nothing is sent.

        A refused set is not written. One of nobody is, and is done: a script that applies it must
        not find the plan before. The set of the open plan of this name continues it and renews its
        expiry; another set supersedes it.
        """
        before = frozen(self.journal, self.rules.spec)
        running = before if before and before.state is PlanState.OPEN else None
        same = running is not None and running.draft.fingerprint == resolved.fingerprint
        facts = self._facts(resolved, app, running, same=same)
        looks = canary.looks(self.journal, running if same else None, self.rules.spec, facts)
        rests_since = running.planned_at if running is not None and same else self.now
        review = self._review(resolved, facts, looks, rests_since)
        if before is not None:
            review = self._beside(before, review, resolved, same=same)
        if review.violations:
            return Planned(review, None)
        return Planned(review, self._freeze(resolved, review, running if same else None))

    def _facts(
        self, resolved: Resolved, app: AppFacts, running: PlanRow | None, *, same: bool
    ) -> Facts:
        claimed = claimed_left = 0
        left = resolved.counts.to_delete
        if (old := replaced(self.journal, self.rules.spec)) is not None:
            # max_delete judges both together, or a plan edited halfway could delete twice its cap
            claimed = self.journal.claimed_in_lineage(old.plan_id)
            claimed_left = resolved.overlap(self.journal.claimed_ids(old.plan_id))
        if running is not None and same:
            tally = self.journal.tally(running.plan_id)
            left, claimed_left = tally.left, known.claimed_left(running, tally, self.journal)
        return Facts(
            counts=resolved.counts,
            sources=resolved.sources,
            protects=resolved.protects,
            population=resolved.population or known.population(self.rules, app),
            live_name=app.name,
            left=left,
            claimed_before=claimed,
            claimed_left=claimed_left,
            budget_used=known.budget_used(self.rules, self.journal, self.now),
            opt_outs_checked=resolved.opt_outs_checked,
            activity_checked=resolved.activity_checked,
            sample=resolved.sample,
            breakdown=resolved.breakdown,
            subscriptions=resolved.subscriptions,
            untraced=resolved.untraced,
        )

    def _review(
        self, resolved: Resolved, facts: Facts, looks: int, rests_since: datetime
    ) -> Review:
        spec, policy = self.rules.spec, self.rules.policy
        expires_at = self.now + timedelta(seconds=spec.expires_after_s)
        not_before = max(self.now, rests_since + timedelta(seconds=spec.not_before_s))
        return Review(
            spec=spec,
            policy=policy,
            facts=facts,
            fingerprint=resolved.fingerprint,
            planned_at=self.now,
            expires_at=expires_at,
            not_before=not_before,
            eta=estimate(facts.left, looks, spec.pace, not_before, expires_at),
            journal=self.journal.where,
            violations=violations(spec, policy, facts, self.judges.guards),
            warnings=(*resolved.warnings, *self.judges.warn(spec, policy, facts)),
        )

    def _beside(self, before: PlanRow, review: Review, resolved: Resolved, *, same: bool) -> Review:
        """Say what was before: another plan of that name, or this one, which goes on."""
        if not same:
            before = self._last_that_deleted(before)
            warnings = (*review.warnings, *_replaced(before, review.spec))
            return replace(review, previous=self._previous(before, resolved), warnings=warnings)
        kept = backups(self.journal.events(before.plan_id))
        previous = Previous.of(before.draft.summary.get("previous"))
        return replace(review, continues=True, previous=previous, backups=kept)

    def _last_that_deleted(self, before: PlanRow) -> PlanRow:
        """Give the newest plan of that name that is open or had a run, else this one.

        A done plan without a run had nobody to delete: compared with it, who was deleted before
        would look new.
        """
        rows = self.journal.plans(before.draft.app_id, before.draft.name)
        for row in rows:
            if row.state is PlanState.OPEN or self.journal.runs(row.plan_id):
                return row
        return before

    def _previous(self, before: PlanRow, resolved: Resolved) -> Previous:
        tally = self.journal.tally(before.plan_id)
        added = removed = None
        if before.sealed_at is None:
            added, removed = resolved.delta(self.journal.sorted_ids(before.plan_id))
        deleted = tally[State.ACCEPTED] + tally[State.ABSENT]
        return Previous(
            before.draft.fingerprint, before.planned_at, before.state, deleted, added, removed
        )

    def _freeze(self, resolved: Resolved, review: Review, same: PlanRow | None) -> PlanRow:
        spec = self.rules.spec
        draft = Draft(
            name=spec.name,
            app_id=spec.app.id,
            app_name=spec.app.name,
            fingerprint=resolved.fingerprint,
            resource=spec.target.resource,
            by=spec.target.by,
            path=spec.path,
            text=spec.text,
            expires_at=review.expires_at,
            not_before=review.not_before,
            summary={
                "facts": known.to_json(review.facts),
                "policy": review.policy.path if review.policy else None,
                SOURCES: sources_digest(spec),
                "addressed": resolved.addressed,
                "previous": review.previous and review.previous.told(),
            },
            evidence={source.ids_digest: source.as_of for source in resolved.sources},
            files=resolved.files,
            protects={one.name: one.ids_digest for one in resolved.protects},
        )
        if same is not None:
            return self.journal.renew(same.plan_id, draft, self.now)
        row = self.journal.save(draft, resolved.items(), self.now)
        if not resolved.counts.to_delete:
            self.journal.conclude(row.plan_id, PlanState.DONE, self.now)
        return row


def _replaced(before: PlanRow, spec: PlanSpec) -> Iterator[Finding]:
    if before.state is PlanState.OPEN and before.draft.path != spec.path:
        problem = f"it takes the place of the open plan of that name, made of {before.draft.path}"
        mend = "give each plan file a name of its own"
        yield Finding("PP130", problem, mend, spec.place_of("name"), warning=True)
