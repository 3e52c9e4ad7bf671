"""Codes of what stops a run, PP5xx."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_LOOK: Final = "Look at `purgeplan report`, then repeat the command with --after RUN."
_REPEAT: Final = "Repeat the same command; it goes on where it stopped."

CODES: dict[str, Explanation] = {
    "PP501": Explanation(
        "many failures in a row",
        "`breaker.max_consecutive_failures` answers in a row were failures, so the run stopped"
        " before it did more harm. Nothing is lost.",
        _LOOK,
    ),
    "PP502": Explanation(
        "too many failures",
        "Of the last 200 answers more than `breaker.max_failure_percent` were failures.",
        _LOOK,
    ),
    "PP503": Explanation(
        "too many already gone",
        "Of the last 200 answers more than `breaker.max_absent_percent` said that there is no such"
        " subscription or user. That smells of the wrong app, or of an old list.",
        "Check app and list; plan from an export to leave out who is gone. " + _LOOK,
    ),
    "PP504": Explanation(
        "stop file",
        "The stop file beside the journal exists: somebody wants no run to go on.",
        "Find out who made it and why, remove it, then repeat the command with --after RUN.",
    ),
    "PP505": Explanation(
        "outside the window",
        "The plan's `pace.window` is closed. The message names the next opening.",
        "Repeat the command in the window, or give --wait to sleep until then.",
    ),
    "PP506": Explanation("time box over", "`pace.max_run_time` is used up.", _REPEAT),
    "PP507": Explanation(
        "API down",
        "No connection, no answer or server errors only, `breaker.max_consecutive_failures` times"
        " in a row or for all attempts of one id.",
        _REPEAT,
    ),
    "PP508": Explanation("--limit reached", "This run claimed as many ids as --limit.", _REPEAT),
    "PP509": Explanation(
        "rolling budget used up",
        "The policy's `budget` of this app, over all plans, is used up for now.",
        "Repeat the same command when older deletions have left the span.",
    ),
    "PP510": Explanation(
        "canary failed",
        "The first ids were settled and looked at, and something was wrong: some failed, are"
        " unknown, were mostly gone already, or were still there after two minutes.",
        "Check that these ids belong to this app and are of this kind. " + _LOOK,
    ),
    "PP511": Explanation(
        "too early",
        "`not_before` has not passed since planning; win-back messages want their time.",
        "Repeat the command at the time named, or cancel the plan.",
    ),
    "PP512": Explanation(
        "a person must look first",
        "The last run of this plan stopped for a reason that the same command can't mend.",
        "Look at `purgeplan report`, then repeat the command with --after and that run's number.",
    ),
    "PP513": Explanation(
        "sentinel missing",
        "The policy names an id that must exist in this app, and the app does not hold it: this is"
        " not the app that it is taken for.",
        "Check app id, key and base_url; then the sentinel in the policy.",
    ),
    "PP514": Explanation(
        "some ids failed or are unknown",
        "The run ended, but not every id was accepted or already gone; or somebody who asked to be"
        " forgotten was skipped, and may well be there.",
        "`purgeplan report` lists them; `purgeplan retry` tries those again. A re-usable alias of"
        " which a request may have worked it sends within the hour, later only where a look says"
        " that it names nobody new; plan whoever stays unknown again, by a younger list. Who was"
        " skipped needs a new plan, once protect list, drift check or backup lets them go.",
    ),
    "PP515": Explanation(
        "nothing to verify",
        "The journal holds no plan of that name, or the plan is sealed and its ids are forgotten.",
        "Name the journal of the machine that applied the plan (`--journal`).",
    ),
}
