"""Facts as the journal keeps them between plan and apply, and as they are when a run starts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from purgeplan.errors import Place
from purgeplan.model.facts import Counts, Facts, ProtectFacts, SourceFacts
from purgeplan.model.outcome import State
from purgeplan.model.ports import AppFacts, Journal
from purgeplan.model.records import PlanRow, Tally
from purgeplan.model.spec import Population, Resource, Rules


def to_json(facts: Facts) -> dict[str, Any]:
    """Give facts as plain JSON; the sample is left out, since the items themselves are kept."""
    document = asdict(replace(facts, sample=()))
    for source in document["sources"]:
        source["as_of"] = source["as_of"].isoformat()
    return document


def _source(known: Mapping[str, Any]) -> SourceFacts:
    at, columns = datetime.fromisoformat(known["as_of"]), tuple(known.get("columns", ()))
    return SourceFacts(**{**known, "as_of": at, "columns": columns})


def from_json(document: Mapping[str, Any]) -> Facts:
    """Give back what ``to_json`` made."""
    sources = tuple(map(_source, document["sources"]))
    protects = tuple(
        ProtectFacts(**{**protect, "place": Place(**protect["place"])})
        for protect in document["protects"]
    )
    return Facts(
        **{
            **document,
            "counts": Counts(**document["counts"]),
            "sources": sources,
            "protects": protects,
            "population": Population(**document["population"]),
            "sample": (),
            "breakdown": tuple(tuple(row) for row in document["breakdown"]),
        }
    )


def population(rules: Rules, app: AppFacts) -> Population:
    """Give the population: as the app counts, else as the policy declares, else unknown."""
    if app.subscriptions is not None:
        return Population("app", subscriptions=app.subscriptions)
    entry = rules.policy.app(rules.spec.app.id) if rules.policy else None
    if entry is not None and entry.population is not None:
        return entry.population
    return Population("unknown")


def budget_used(rules: Rules, journal: Journal, now: datetime) -> int | None:
    """Count what the app's rolling budget has used up; None where there is no budget to ask."""
    if rules.policy is None or rules.policy.budget is None:
        return None
    since = now - timedelta(seconds=rules.policy.budget.per_s)
    return journal.claimed_since(rules.spec.app.id, since)


def claimed_before(row: PlanRow, tally: Tally, journal: Journal) -> int:
    """Count who was ever claimed by a plan, or by one that it superseded."""
    if row.lineage == row.plan_id:
        return tally.claimed
    return journal.claimed_in_lineage(row.plan_id)


def claimed_left(row: PlanRow, tally: Tally, journal: Journal) -> int:
    """Count who is left of a plan, and was claimed by it or by a plan that it superseded."""
    if row.lineage == row.plan_id:
        return tally.claimed_left
    return journal.claimed_left(row.plan_id)


def _since(counted: Population, now: Population, tally: Tally, resource: Resource) -> Population:
    """Give what an export counted without those deleted since, and no more than the app counts."""
    gone = tally[State.ACCEPTED] + tally[State.ABSENT]
    subscriptions, users = counted.subscriptions, counted.users
    if now.subscriptions is not None and subscriptions is not None:
        subscriptions = min(subscriptions, now.subscriptions)
    elif resource is not Resource.USER and subscriptions is not None:
        subscriptions = max(0, subscriptions - gone)
    if resource is Resource.USER and users is not None:
        users = max(0, users - gone)
        users = users if now.subscriptions is None else min(users, now.subscriptions)
    return Population("export", subscriptions, users)


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand at a start: the time, the app, and the plan's items, counted once."""

    at: datetime
    app: AppFacts
    tally: Tally


def at_start(row: PlanRow, rules: Rules, journal: Journal, now: Now) -> Facts:
    """Give the facts of a planned set as they are now: what is left, against the app as it is."""
    planned = from_json(row.draft.summary["facts"])
    app, tally = now.app, now.tally
    known = population(rules, app)
    if planned.population.origin == "export":
        known = _since(planned.population, known, tally, rules.spec.target.resource)
    return replace(
        planned,
        population=known,
        live_name=app.name,
        left=tally.left,
        claimed_before=claimed_before(row, tally, journal),
        claimed_left=claimed_left(row, tally, journal),
        unresolved=tally[State.SENT],
        budget_used=budget_used(rules, journal, now.at),
    )
