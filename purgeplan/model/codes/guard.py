"""Codes of guards, PP1xx: refusals below PP120, warnings from there on."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_RAISE = "Split the plan, or raise the limit in the file and have that change reviewed."

CODES: Final[dict[str, Explanation]] = {
    "PP100": Explanation(
        "no guards",
        "This build has no guards to judge a plan by, so it admits none.",
        "Install purgeplan anew.",
    ),
    "PP101": Explanation(
        "everyone",
        "As many would be deleted as the app is known to hold; one of one is everyone too. Users"
        " are counted, where no export says how many there are, as a twentieth of the"
        " subscriptions: the fewest that there can be.",
        "Narrow the source. To empty a test app, mark it `may_be_emptied` in the policy and write"
        " `purpose: reset`.",
    ),
    "PP102": Explanation(
        "over max_delete_percent",
        "What is left to delete is a larger share of the app than the plan's max_delete_percent"
        " or the policy's ceiling allows. The share is exact: one id over is over.",
        _RAISE,
    ),
    "PP103": Explanation(
        "over max_delete",
        "The plan would claim more ids, over all its runs, than max_delete or the policy's"
        " ceiling allows. Nothing is cut to fit: over the limit nothing is sent.",
        _RAISE,
    ),
    "PP104": Explanation(
        "under keep_at_least",
        "Fewer would stay in the app than keep_at_least says.",
        "Narrow the source, or lower keep_at_least in the file and have that change reviewed.",
    ),
    "PP105": Explanation(
        "no rolling budget",
        "The policy's budget for the app allows nothing at all, or the journal that knows what was"
        " used of it is not at hand.",
        "Have the budget raised, or plan where the app's journal is (`--journal`).",
    ),
    "PP106": Explanation(
        "population unknown",
        "Nobody says how many users or subscriptions the app holds, so no share of it can be"
        " judged. An unknown population is never taken as large enough.",
        "Give a key that may view the app, take the ids from an export, or declare the app's"
        " population in the policy.",
    ),
    "PP107": Explanation(
        "another app's name",
        "OneSignal gives another name for the app's id than the plan does; or it was not asked or"
        " may not tell with this key, and no policy vouches for id and name.",
        "Correct app.id or app.name, whichever is wrong; or list both in the policy.",
    ),
    "PP108": Explanation(
        "looser than the policy",
        "A limit written in the plan is above the policy's ceiling. A plan may tighten the policy"
        " and never loosen it.",
        "Lower the plan's limit, or have the policy changed.",
    ),
    "PP109": Explanation(
        "app not in the policy",
        "The repository's policy lists the apps that plans may name, and this id is not among"
        " them, or is under another name.",
        "Correct the plan's app, or add it to the policy and have that change reviewed.",
    ),
    "PP110": Explanation(
        "required by the policy",
        "The policy requires every plan to have something that this one lacks: a ticket, pinned"
        " source files (sha256), a drift check, or opt-outs that were looked at and are kept.",
        "Add what is named.",
    ),
    "PP111": Explanation(
        "protect list not compared",
        "A protect list holds another kind of id than the plan deletes by, and nothing at hand"
        " says which belong together. Taken as it is, it would protect nobody.",
        "Give the list by the plan's own kind of id, or a source that holds both: an export, or a"
        " file with OneSignal's columns external_user_id and onesignal_id.",
    ),
    "PP112": Explanation(
        "counts do not add up",
        "Rows read and rows accounted for differ, so some row's fate is unknown.",
        "This is a bug in purgeplan: please report it with the numbers shown.",
    ),
    "PP113": Explanation(
        "erasure of something other than users",
        "Deleting one subscription leaves the person's user and other devices in place.",
        "Write `target: {resource: user, by: ...}`, or another purpose.",
    ),
    "PP114": Explanation(
        "reset not allowed",
        "A reset empties an app: it takes an app that the policy marks `may_be_emptied`, and an"
        " export as its only source.",
        "Use another purpose; or, for a test app, mark it in the policy and take the export.",
    ),
    "PP115": Explanation(
        "whole export",
        "An export that is not narrowed down selects everyone.",
        "Write `inactive_for` or `where` at the source.",
    ),
    "PP117": Explanation(
        "no backup by this kind of id",
        "The plan wants the rows of those who go to be kept, and names some by an alias of your own"
        " alone. OneSignal's exports hold subscription ids, onesignal_id and external_id only.",
        "Name the users by external_id or onesignal_id, or take a list that has onesignal_id beside"
        " the alias. Otherwise take `backup` out of the plan and have that reviewed.",
    ),
    "PP118": Explanation(
        "drift can't be checked",
        "The plan asks for a drift check, which looks in an export for whoever was active. An"
        " export holds subscriptions, external_id and onesignal_id, and no other alias.",
        "Target by one of those, or take a list that has onesignal_id beside the alias. Otherwise"
        " write `drift: {check: none}`.",
    ),
    "PP120": Explanation(
        "protect list saved nobody",
        "Not one of the ids was in this protect list. That may be right, or its ids are written"
        " differently, or are of another kind than its `by` says.",
        "Look at a few of its entries.",
    ),
    "PP121": Explanation(
        "many duplicates",
        "More than a tenth of the rows name an id that another row names as well.",
        "Check that the column holds the ids and not something else.",
    ),
    "PP122": Explanation(
        "opt-outs",
        "Deleting an unsubscribed e-mail or SMS row destroys the record that they opted out. A"
        " plain list does not say who did; or the plan says not to keep them.",
        "Plan with an export, and write `keep: {opt_outs: true}`.",
    ),
    "PP123": Explanation(
        "activity not checked",
        "A plain list does not say who was active lately, so nobody has checked that these people"
        " still are inactive.",
        "Plan with an export, or with `drift: {check: export}`.",
    ),
    "PP124": Explanation(
        "the budget will stop the run",
        "The app's rolling budget has room for fewer than the plan deletes. The run stops there"
        " with exit code 7 and loses nothing.",
        "Repeat the same command later.",
    ),
    "PP125": Explanation(
        "deleted before",
        "Some ids were deleted by an earlier plan, or are aliases of which a request of it may have"
        " worked, and the list is not younger than that. They are left out: whoever returned since"
        " is somebody who returned.",
        "To delete those who came back or are in doubt, use a list that is younger, or say so with"
        " `as_of`.",
    ),
    "PP126": Explanation(
        "rows set aside",
        "An erasure goes on though some rows hold no usable id. Those people are not deleted.",
        "Mend the rows and plan again.",
    ),
    "PP127": Explanation(
        "users measured by a lower bound",
        "Only the number of subscriptions is known. A user has at most twenty, so there are at"
        " least a twentieth as many users; the limits are judged against that number.",
        "Plan with an export to have the users counted.",
    ),
    "PP128": Explanation(
        "drift is counted from the first planning",
        "A drift check takes out who was active since the list was true. The list does not say"
        " when that was, so it counts from when it was first planned, and misses who was active in"
        " between.",
        "Write `as_of` at the source: when the list was made.",
    ),
    "PP129": Explanation(
        "faster than the API allows",
        "OneSignal takes 1,000 deletions a second and app. What is above it is answered by 429:"
        " nobody fails, and everybody waits, so the run is no faster.",
        "Write `rate: 1000/s` or less.",
    ),
    "PP130": Explanation(
        "another file's open plan is replaced",
        "The journal holds an open plan of this name that was made of another plan file. A name"
        " stands for one plan: this set takes the place of that one, which can't be applied then.",
        "Give one of the files another name. Where the file was only renamed, go on.",
    ),
    "PP131": Explanation(
        "deleted before, and named again",
        "Some of the ids were deleted by an earlier plan, and the source counts as younger than"
        " that: they go again, if they came back. A list that does not say when it was true counts"
        " from when its content was first planned, so one more line makes all of it young.",
        "Is the list one that only grows? Write `as_of` as when it was begun, and give each new"
        " line a list of its own; or protect whoever shall stay.",
    ),
}
