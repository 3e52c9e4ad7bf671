"""The command that comes next, ready to be pasted."""

from purgeplan.model.outcome import State, Verdict
from purgeplan.model.records import PlanRow, PlanState, Tally
from purgeplan.model.review import Review
from purgeplan.reports.words import command


def apply_command(review: Review) -> str:
    """Give the command that shows this plan again and asks."""
    return command("purgeplan", "apply", review.spec.path)


def script_command(review: Review) -> str:
    """Give the command that runs this plan and no other without asking."""
    confirmed = ("--confirm", review.spec.app.name, "--fingerprint", review.fingerprint)
    return command("purgeplan", "apply", review.spec.path, *confirmed)


def next_commands(plan: PlanRow, tally: Tally) -> list[str]:
    """Give what is left to do for a plan: apply goes on, retry takes the failed and unknown.

    No command acts on one that was cancelled, replaced or sealed.
    """
    if plan.state not in (PlanState.OPEN, PlanState.DONE) or plan.sealed_at is not None:
        return []
    if plan.state is PlanState.OPEN and tally.left:
        return [command("purgeplan", "apply", plan.draft.path)]
    if tally[State.FAILED] or tally[State.SENT] or tally.verdicts.get(Verdict.STILL_THERE):
        return [command("purgeplan", "retry", plan.draft.path)]
    return []
