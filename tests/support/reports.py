"""Plain values for tests of reports: a plan under review, a record of runs, items."""

from dataclasses import replace
from datetime import timedelta

from support.plans import APP_ID, NOW, facts, spec

from purgeplan.engine.admit import violations
from purgeplan.guards import GUARDS, warnings
from purgeplan.model.outcome import Code, Skip, State, Verdict
from purgeplan.model.records import (
    Draft,
    ItemRow,
    Operator,
    PlanRow,
    PlanState,
    RunRow,
    Tally,
)
from purgeplan.model.review import Eta, Named, Review
from purgeplan.reports.record import Record, Trouble

FINGERPRINT = "7a44d1c09b2e" + "0" * 52


def review(**changes):
    """Give a plan under review that nothing refuses."""
    shown = Review(
        spec=spec(),
        policy=None,
        facts=facts(sample=("0a31c5d0-3f0e-4a4e-9a34-1f2d7b3de2a9",)),
        fingerprint=FINGERPRINT,
        planned_at=NOW,
        expires_at=NOW + timedelta(days=7),
        not_before=NOW,
        eta=Eta(6_200.0, NOW + timedelta(seconds=6_200)),
        journal="state/journal.db",
    )
    return replace(shown, **changes)


def judged(**changes):
    """Give a review with what guards and warnings say of it."""
    shown = review(**changes)
    asked = (shown.spec, shown.policy, shown.facts)
    return replace(shown, violations=violations(*asked, GUARDS), warnings=warnings(*asked))


def tally(accepted=0, absent=0, failed=0, sent=0, pending=0, **rest):
    """Give a tally; skips come by reason."""
    skips = rest.pop("skips", {})
    states = {
        State.ACCEPTED: accepted,
        State.ABSENT: absent,
        State.FAILED: failed,
        State.SENT: sent,
        State.PENDING: pending,
        State.SKIPPED: sum(skips.values()),
    }
    return Tally(states, skips, **rest)


def operator(**changes):
    """Give who runs."""
    return replace(Operator("mira", "ci-7", 4121, "0.1.0"), **changes)


def run(run_id=1, why="done", exit_code=0, minutes=10, **changes):
    """Give one run that ended."""
    row = RunRow(
        run_id, 1, "apply", operator(), NOW, NOW + timedelta(minutes=minutes), why, exit_code
    )
    return replace(row, **changes)


def draft(**changes):
    """Give a plan as it was written."""
    written = Draft(
        name="inactive-2026-h1",
        app_id=APP_ID,
        app_name="Acme Prod",
        fingerprint=FINGERPRINT,
        resource="subscription",
        by="subscription_id",
        path="plans/inactive.yaml",
        text="",
        expires_at=NOW + timedelta(days=7),
        not_before=NOW,
        summary={},
        evidence={"d" * 64: NOW},
    )
    return replace(written, **changes)


def record(**changes):
    """Give the record of a plan that was interrupted once and then ended."""
    told = Record(
        plan=PlanRow(1, 1, PlanState.DONE, NOW, 12_400, draft(), closed_at=NOW),
        tally=tally(12_310, 74, 6, 1, 0, skips={Skip.DRIFT: 9}, presumed_ours=3, claimed=12_391),
        runs=(run(1, "interrupted", 130), run(2, "incomplete", 4, 121)),
        troubles=(
            Trouble(State.FAILED, Code.REJECTED, 400, 6),
            Trouble(State.SENT, Code.TIMEOUT, None, 1),
        ),
        head="c" * 64,
        events=31,
        journal="state/journal.db",
        identity="j-5d1f",
        named=Named("plans/inactive.yaml"),
    )
    return replace(told, **changes)


def item(one="0a31c5d0-3f0e-4a4e-9a34-1f2d7b3de2a9", state=State.ACCEPTED, **changes):
    """Give one item that was accepted and verified."""
    row = ItemRow(
        position=0,
        id=one,
        state=state,
        skip=None,
        code=Code.ACCEPTED,
        status=202,
        attempts=1,
        claimed_at=NOW,
        settled_at=NOW,
        onesignal_id=None,
        verdict=Verdict.GONE,
        run_id=1,
    )
    return replace(row, **changes)
