"""``plan --untrusted``: what a plan of somebody unknown may read, and where it may reach."""

from pathlib import Path

from purgeplan.cli.console import Console
from purgeplan.cli.opening import Opened
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.review import Review
from purgeplan.model.spec import SourceSpec


def check_local(opened: Opened, out: Path | None) -> None:
    """Raise InvalidError where a plan wants more than files of its repository.

    A pull request from a fork brings the plan, the policy and every file that they name. No key is
    looked for, nobody is asked, standard input is not read, and nothing is written, wherever plan
    and policy point.
    """
    from purgeplan.engine.inputs import protects_of  # noqa: PLC0415 - start-up stays fast
    from purgeplan.sources import LOCAL  # noqa: PLC0415

    rules = opened.rules
    named = (*rules.spec.sources, *protects_of(rules))
    wrong = [_beyond(one) for one in named if one.kind not in LOCAL]
    if out is not None or opened.saved is not None:
        problem = "--untrusted neither reads nor writes saved plans"
        wrong.append(Finding("PP090", problem, "leave one of them out"))
    if wrong:
        raise InvalidError(*wrong)


def say_who_vouches(console: Console, review: Review) -> None:
    """Tell what a refusal for want of the API means here, where no key would change it."""
    if any(one.code in ("PP106", "PP107") for one in review.violations):
        console.insist(
            "--untrusted asks nobody, whatever key is set: here only a policy can say the app's"
            " name and how many it holds."
        )


def _beyond(source: SourceSpec) -> Finding:
    problem = f"`from: {source.kind}` reaches beyond the repository, which --untrusted does not"
    return Finding("PP240", problem, "plan it without --untrusted, once you trust it", source.place)
