"""The fingerprint: covers all that decides who goes, where and under which safety, and no more."""

from dataclasses import replace
from decimal import Decimal

import pytest
from support.plans import spec

from purgeplan.model.fingerprint import addressed_digest, fingerprint, origin
from purgeplan.model.spec import (
    Drift,
    DriftCheck,
    Keep,
    Limits,
    Pace,
    Purpose,
    Resource,
    Retry,
    Target,
)

PLAN = spec()
IDS = ["a", "b"]


def of(ids=IDS, **changes):
    """Give the fingerprint of the plan with changes."""
    return fingerprint(replace(PLAN, **changes), ids)


def limits(**changes):
    """Give the plan's limits with changes."""
    return replace(PLAN.limits, **changes)


def breaker(**changes):
    """Give the plan's breaker with changes."""
    return replace(PLAN.breaker, **changes)


COVERED = {
    "another host": {"app": replace(PLAN.app, base_url="https://onesignal.com")},
    "another port": {"app": replace(PLAN.app, base_url="https://api.onesignal.com:444")},
    "http": {"app": replace(PLAN.app, base_url="http://api.onesignal.com:443")},
    "another app": {"app": replace(PLAN.app, id="6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a8")},
    "another resource": {"target": Target(Resource.PLAYER)},
    "another kind of id": {"target": replace(PLAN.target, by="external_id")},
    "another purpose": {"purpose": Purpose.ERASURE},
    "opt-outs": {"keep": Keep(opt_outs=False)},
    "partly selected users": {"keep": Keep(partly_selected_users=False)},
    "drift": {"drift": Drift(DriftCheck.EXPORT)},
    "drift less often": {"drift": Drift(every_s=1.0)},
    "max_delete": {"limits": limits(max_delete=14_999)},
    "max_delete_percent": {"limits": limits(max_delete_percent=Decimal("10.1"))},
    "keep_at_least": {"limits": limits(keep_at_least=0)},
    "no canary": {"canary": 0},
    "failures in a row": {"breaker": breaker(max_consecutive_failures=21)},
    "share of failures": {"breaker": breaker(max_failure_percent=Decimal(21))},
    "share of absent": {"breaker": breaker(max_absent_percent=Decimal(51))},
    "no absent": {"breaker": breaker(max_absent_percent=Decimal(0))},
    "absent unlimited": {"breaker": breaker(max_absent_percent=None)},
    "backup": {"backup_export": True},
    "an id more": {"ids": [*IDS, "c"]},
    "an id less": {"ids": IDS[:1]},
    "another id": {"ids": ["a", "B"]},
    "ids run together": {"ids": ["ab"]},
}


def test_everything_that_decides_gives_a_fingerprint_of_its_own():
    """No two of these are alike, and none is the plan's."""
    found = {name: of(**changes) for name, changes in COVERED.items()}

    assert of() not in found.values()
    assert len(set(found.values())) == len(COVERED)


@pytest.mark.parametrize(
    "changes",
    [
        {"pace": Pace(delay_s=1.0)},
        {"retry": Retry(max_attempts=1)},
        {"owner": "somebody"},
        {"reason": "another"},
        {"not_before_s": 5.0},
        {"expires_after_s": 5.0},
        {"path": "elsewhere.yaml"},
        {"app": replace(PLAN.app, base_url="https://API.onesignal.com:443/api/v1")},
        {"limits": limits(max_delete_percent=Decimal("1E+1"))},
    ],
    ids=str,
)
def test_what_may_change_between_runs_does_not_change_it(changes):
    """Nor does another way to write the same."""
    assert of(**changes) == of()


@pytest.mark.parametrize("count", [9_999, 10_000, 10_001, 20_000, 25_000])
def test_every_id_counts_however_many_there_are(count):
    """The last one too, wherever the pieces end in which they are hashed."""
    ids = [f"{number:06}" for number in range(count)]

    assert of(ids) != of([*ids[:-1], "x"])
    assert of(ids) != of(["0", *ids[1:]])
    assert of(ids) != of(ids[:-1])


def test_whom_the_deletes_name_counts_beside_the_ids():
    """Another onesignal_id for the same ids is somebody else; nobody is not the empty text."""
    found = {fingerprint(PLAN, IDS, one) for one in (None, "", "d" * 64, "e" * 64)}

    assert len(found) == 4
    assert addressed_digest(["a\tu1"]) != addressed_digest(["a\tu2"])
    assert addressed_digest([]) is None


def test_an_origin_has_its_port():
    """The default one as well, so that writing it out changes nothing."""
    assert origin("http://LOCALHOST/api/v1") == "http://localhost:80"


def test_the_limits_of_a_plan_are_more_than_its_count():
    """Two plans with the same ids and other limits were reviewed as two."""
    assert of(limits=Limits(15_000)) == of()
    assert of(limits=Limits(15_000, Decimal(11))) != of()
