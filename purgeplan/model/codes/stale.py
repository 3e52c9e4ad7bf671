"""Codes of stale or unconfirmed plans, PP3xx."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_PLAN_AGAIN: Final = "Run `purgeplan plan` again, have the new plan reviewed, then apply that one."

CODES: dict[str, Explanation] = {
    "PP301": Explanation(
        "the plan file changed",
        "A setting that decides who goes, where, or under which limits is not what it was when the"
        " plan was made: target, limits, canary, breaker, keep, drift, backup, app or address."
        " Pace, window, retry and owner may change freely.",
        _PLAN_AGAIN,
    ),
    "PP302": Explanation(
        "the source changed",
        "The plan file describes another source than was planned (another kind, path, column,"
        " condition, `as_of`, other ids), or a source file has other content. The frozen set would"
        " still be the old one, and would delete people whom the file does not name. Two plan files"
        " with one name replace each other's sets.",
        _PLAN_AGAIN,
    ),
    "PP303": Explanation(
        "the plan expired",
        "Evidence grows old: people come back. A plan must send its first DELETE before"
        " `expires_after` is over; one that has begun may be finished later.",
        _PLAN_AGAIN,
    ),
    "PP304": Explanation(
        "the plan is closed",
        "The plan was cancelled, or another plan of the same name took its place.",
        _PLAN_AGAIN,
    ),
    "PP305": Explanation(
        "another fingerprint",
        "The fingerprint given is not that of the plan at hand, so what was approved is not what"
        " would be deleted. All 64 digits are compared.",
        "Look at what `purgeplan plan` shows now; approve that, or find the plan that you meant.",
    ),
    "PP306": Explanation(
        "no frozen set",
        "The journal holds no plan of that name for this app, and a script may not plan and apply"
        " in one go: nobody would have seen what goes.",
        "Run `purgeplan plan` with the same --journal, then apply with its fingerprint.",
    ),
    "PP307": Explanation(
        "the policy is gone",
        "The plan was made under a policy, and no purgeplan.yaml is found above it any more: what"
        " the policy asks for (ceilings, budget, protect lists) would no longer hold.",
        "Restore the policy. Where it was taken away on purpose, plan again and have it reviewed.",
    ),
    "PP310": Explanation(
        "not confirmed",
        "Deletion is final, so somebody types the app's name and the count; a script gives"
        " --confirm with the app's name and --fingerprint with all 64 digits.",
        "Type exactly what is asked for, or give both options.",
    ),
    "PP312": Explanation(
        "no standing approval",
        "--standing needs an entry for this plan under `standing` in the policy, and a count within"
        " its cap.",
        "Add the entry in a reviewed change, or confirm with --confirm and --fingerprint.",
    ),
}
