"""What a plan is measured against: how many its app holds, and shares of that, exactly."""

from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Final

from purgeplan.model.facts import Facts
from purgeplan.model.spec import PlanSpec, Policy, Population, Purpose, Resource

PER_USER: Final = 20
"""Subscriptions a user has at most (onesignal.md 1.5)."""

UNMEASURED: Final = "have it known how many there are: PP106 says how"
"""What to do where a share of an unknown number can't be judged."""


def held(population: Population, resource: Resource) -> int | None:
    """Give how many of a kind the app holds, for users at least that many; None is unknown."""
    return population.users_at_least if resource is Resource.USER else population.subscriptions


def noun(resource: Resource, number: int) -> str:
    """Name what is deleted; a player is counted among the subscriptions."""
    word = "user" if resource is Resource.USER else "subscription"
    return word if number == 1 else f"{word}s"


def empties(spec: PlanSpec, policy: Policy | None) -> bool:
    """Tell whether the plan may empty its app: a reset of one that the policy marks for it."""
    entry = policy.app(spec.app.id) if policy is not None else None
    return spec.purpose is Purpose.RESET and entry is not None and entry.may_be_emptied


def exceeds(part: int, whole: int, limit: Decimal) -> bool:
    """Tell, without rounding, whether a share is over a limit in percent; no number is no limit."""
    return not limit.is_finite() or Fraction(part * 100) > Fraction(limit) * whole


def of_held(spec: PlanSpec, facts: Facts, part: int, limit: Decimal | None = None) -> str:
    """Say ``12,400 of 61,000 users (20.3 %)``, and where only a lower bound of users is known."""
    resource, known = spec.target.resource, facts.population
    whole = held(known, resource)
    if whole is None:
        return f"{part:,} of an unknown number of {noun(resource, 2)}"
    if resource is Resource.USER and known.users is None:
        holds = f"at least {whole:,} {noun(resource, whole)}"
        why = f", from {known.subscriptions:,} subscriptions at {PER_USER} a user at most"
    else:
        holds, why = f"{whole:,} {noun(resource, whole)}", ""
    return f"{part:,} of {holds} ({share(part, whole, limit)}{why})"


def share(part: int, whole: int, limit: Decimal | None = None) -> str:
    """Give a share in percent with as many digits as it takes to be on its side of every bound.

    The bounds are none, all and the limit: 10.00001 % of a limit of 10 never reads as 10.0 %.
    """
    if whole <= 0:
        return "100 %" if part > 0 else "0 %"
    exact = Fraction(part * 100, whole)
    bounds = [Fraction(0), Fraction(100)]
    if limit is not None and limit.is_finite():
        bounds.append(Fraction(limit))
    digits = next(d for d in count(1) if _sides(round(exact, d), bounds) == _sides(exact, bounds))
    text = f"{_fixed(round(exact, digits), digits)}"
    return f"{text.removesuffix('.0') if exact.denominator == 1 else text} %"


def _sides(number: Fraction, bounds: list[Fraction]) -> list[int]:
    return [(number > bound) - (number < bound) for bound in bounds]


def _fixed(number: Fraction, digits: int) -> str:
    """Write a fraction of so many digits without the rounding of floats and decimals."""
    scaled = number * 10**digits
    whole, rest = divmod(abs(scaled.numerator), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{digits}}"


def percent(limit: Decimal) -> str:
    """Write a limit in percent as people do: 10, 2.5."""
    return f"{limit.normalize():f}"
