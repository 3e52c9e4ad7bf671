"""The command that comes next, ready to be pasted."""

from purgeplan.model.outcome import State, Verdict
from purgeplan.model.records import PlanRow, PlanState, Tally
from purgeplan.model.review import Named, Review
from purgeplan.reports.words import command


def command_of(named: Named, verb: str, *options: str) -> str:
    """Give a command about a plan: the one way in which they are made.

    A path that begins with a dash would be taken for an option.
    """
    what = named.what if verb == "report" and named.what is not None else named.plan
    plan = f"./{what}" if what.startswith("-") else what
    journal = () if named.journal is None else ("--journal", named.journal)
    return command("purgeplan", verb, plan, *journal, *options)


def apply_command(review: Review) -> str:
    """Give the command that shows this plan again and asks."""
    return command_of(_named(review), "apply")


def script_command(review: Review) -> str:
    """Give the command that runs this plan and no other without asking."""
    confirmed = ("--confirm", review.spec.app.name, "--fingerprint", review.fingerprint)
    return command_of(_named(review), "apply", *confirmed)


def _named(review: Review) -> Named:
    return review.named or Named(review.spec.path)


def next_commands(plan: PlanRow, tally: Tally, named: Named) -> list[str]:
    """Give what is left to do for a plan: apply goes on, retry takes the failed and unknown.

    No command acts on one that was cancelled, replaced or sealed.
    """
    if plan.state not in (PlanState.OPEN, PlanState.DONE) or plan.sealed_at is not None:
        return []
    if plan.state is PlanState.OPEN and tally.left:
        return [command_of(named, "apply")]
    if tally[State.FAILED] or tally[State.SENT] or tally.verdicts.get(Verdict.STILL_THERE):
        return [command_of(named, "retry")]
    return []
