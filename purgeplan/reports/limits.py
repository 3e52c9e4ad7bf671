"""Every limit of a plan with its number and what the guards made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from purgeplan.errors import Place
from purgeplan.model.measure import empties, held, noun, percent, share
from purgeplan.model.review import Review
from purgeplan.model.span import in_words
from purgeplan.model.spec import Resource

OK: Final = "ok"
REFUSED: Final = "REFUSED"
IMPLIED: Final = "not judged: a reset"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit: what it allows, what the plan comes to, and the guards' verdict on it."""

    name: str
    found: str
    allowed: str
    verdict: str
    place: Place


def limit_rows(review: Review) -> list[LimitRow]:
    """Give the rows; the verdicts are the guards' own, read off the violations."""
    return [_count(review), _percent(review), _floor(review), _population(review), *_rest(review)]


def _verdict(review: Review, *codes: str, measured: bool = False) -> str:
    if any(one.code in codes for one in review.violations):
        return REFUSED
    return IMPLIED if measured and empties(review.spec, review.policy) else OK


def _count(review: Review) -> LimitRow:
    facts, pointer = review.facts, "limits.max_delete"
    ever = facts.claimed_before + facts.left - facts.claimed_left
    allowed = f"{review.spec.limits.max_delete:,}"
    if review.policy is not None and review.policy.max_delete is not None:
        allowed += f" (ceiling {review.policy.max_delete:,})"
    place = review.spec.place_of(pointer)
    return LimitRow("max_delete", f"{ever:,}", allowed, _verdict(review, "PP103"), place)


def _percent(review: Review) -> LimitRow:
    facts, limit = review.facts, review.spec.limits.max_delete_percent
    whole = held(facts.population, review.spec.target.resource)
    found = "unknown" if whole is None else share(facts.left, whole, limit)
    allowed = f"{percent(limit)} %"
    if review.policy is not None and review.policy.max_delete_percent is not None:
        allowed += f" (ceiling {percent(review.policy.max_delete_percent)} %)"
    place = review.spec.place_of("limits.max_delete_percent")
    verdict = _verdict(review, "PP102", measured=True)
    return LimitRow("max_delete_percent", found, allowed, verdict, place)


def _floor(review: Review) -> LimitRow:
    whole = held(review.facts.population, review.spec.target.resource)
    stay = "unknown" if whole is None else f"{max(0, whole - review.facts.left):,} stay"
    floor = f"at least {review.spec.limits.keep_at_least:,}"
    place = review.spec.place_of("limits.keep_at_least")
    return LimitRow("keep_at_least", stay, floor, _verdict(review, "PP104", measured=True), place)


def _population(review: Review) -> LimitRow:
    known, resource = review.facts.population, review.spec.target.resource
    whole = held(known, resource)
    if whole is None:
        found = "unknown"
    elif resource is Resource.USER and known.users is None:
        found = (
            f"at least {whole:,} {noun(resource, whole)} ({known.subscriptions:,} subscriptions)"
        )
    else:
        found = f"{whole:,} {noun(resource, whole)}"
    verdict = _verdict(review, "PP101", "PP106", measured=True)
    origin = "must be known" if whole is None else f"known (from {known.origin})"
    allowed = f"{origin}, not everyone"
    return LimitRow("population", found, allowed, verdict, review.spec.place_of("app.id"))


def _rest(review: Review) -> Iterator[LimitRow]:
    policy = review.policy
    if policy is None:
        return
    verdict = _verdict(review, "PP108", "PP109", "PP110")
    yield LimitRow("policy", "this plan", "within its rules", verdict, Place(policy.path))
    if policy.budget is not None:
        used = review.facts.budget_used
        spent = "unknown" if used is None else f"{used:,}"
        allowed = f"{policy.budget.max_delete:,} in {in_words(policy.budget.per_s)}"
        stops = any(one.code == "PP124" for one in review.warnings)
        verdict = _verdict(review, "PP105")
        verdict = "stops the run" if stops and verdict == OK else verdict
        found = f"{spent} used + {review.facts.left:,}"
        yield LimitRow("budget", found, allowed, verdict, policy.place_of("budget"))
