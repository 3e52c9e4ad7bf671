"""Codes of plan file and policy, PP00x to PP03x."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_SPELL_OUT: Final = "Write the value itself wherever it is needed."

CODES: dict[str, Explanation] = {
    "PP001": Explanation(
        "a file can't be read",
        "The plan file or policy is missing, is no regular file, may not be read, or is a link or "
        "behind one that leads out of the repository: messages show lines of the file.",
        "Check the path and its permissions.",
    ),
    "PP002": Explanation(
        "a file is too large",
        "Plan files and policies are at most 1 MiB and 10,000 values: a person reviews them.",
        "Keep lists of ids in files of their own and name them with `from: csv`.",
    ),
    "PP003": Explanation(
        "not plain text",
        "A plan file is UTF-8 without unseen characters. Controls, exotic line breaks and marks "
        "that reorder a line can make a reviewer read something else than purgeplan does.",
        "Save the file as UTF-8 and remove the character; in a double-quoted text write an escape.",
    ),
    "PP004": Explanation(
        "not YAML",
        "The file breaks YAML's rules at the place named, often a line or two after the cause.",
        "Check indentation (spaces only), closing brackets and quotes above that place.",
    ),
    "PP005": Explanation(
        "not a plan",
        "The file is empty, or is something other than settings with names.",
        "Start with `version: 1`, or let `purgeplan init` write a plan.",
    ),
    "PP006": Explanation(
        "several documents in a file",
        "One file is one plan; whatever follows `---` could be overlooked.",
        "Put each plan in a file of its own.",
    ),
    "PP007": Explanation(
        "nested too deeply",
        "The file has more levels than any plan needs.",
        "Remove brackets or indentation.",
    ),
    "PP008": Explanation(
        "YAML that says more than it shows",
        "Anchors, aliases, merge keys, tags and directives make a value differ from what stands at "
        "its place, so plan files have none.",
        _SPELL_OUT,
    ),
    "PP009": Explanation(
        "a key is there twice",
        "YAML readers silently take the last of the two; a reviewer may read the first.",
        "Remove one of them.",
    ),
    "PP010": Explanation(
        "a key that is no text",
        "Names of settings are plain words; a list or mapping can't be one.",
        "Write the name, a colon, and the value.",
    ),
    "PP011": Explanation(
        "an ambiguous number",
        "YAML readers differ about numbers with leading zeros (00123 is 83 to some), and about "
        "very long ones.",
        "Quote it where it is an id or other text; else write it without leading zeros.",
    ),
    "PP012": Explanation(
        "a literal key",
        "Something in the file looks like an API key, in a comment perhaps, or a text stands "
        "where only the place of a key may. Files in git are no place for keys.",
        "Write `api_key: {env: ONESIGNAL_API_KEY}`, and replace the key if the file was shared.",
    ),
    "PP020": Explanation(
        "unknown key",
        "No setting has this name there. A misspelt `protect` would protect nobody.",
        "Correct the name; `purgeplan explain SETTING` tells what a setting means.",
    ),
    "PP021": Explanation("missing key", "A setting that must be there is not.", "Add it."),
    "PP022": Explanation(
        "another kind of value",
        "The setting wants another kind of value. Ids, times and names are text: a number, or true "
        "and false, need quotes there. on, off, yes and no are text and never true or false.",
        "Write the kind of value that the message names.",
    ),
    "PP023": Explanation(
        "not one of the values", "The setting takes a few words only.", "Write one of them."
    ),
    "PP024": Explanation(
        "out of range",
        "The value is above or below what the setting takes. Nothing is ever cut to fit.",
        "Write a value within the range.",
    ),
    "PP025": Explanation(
        "malformed text",
        "The text is not in the form that the setting takes. Durations and rates carry a unit.",
        "Write it like the example in the message.",
    ),
    "PP026": Explanation(
        "settings that contradict each other",
        "Two settings can't hold together, such as `delay` and `rate`, or `by` and the resource.",
        "Keep one of them, or correct the other.",
    ),
    "PP027": Explanation(
        "base_url not allowed",
        "The API key is sent to `base_url`. It may be OneSignal's over https, a loopback address, "
        "or a host that the policy lists under `hosts`; with no user, query or fragment.",
        "Leave it out, or have the host listed in the policy.",
    ),
    "PP028": Explanation(
        "app of unknown name",
        "`app` is a name here, and no policy lists an app of that name.",
        "Write `app: {id: ..., name: ...}`, or list the app in purgeplan.yaml.",
    ),
    "PP029": Explanation(
        "as_of in the future",
        "Evidence of tomorrow would count as younger than any deletion until then, so people who "
        "returned would be deleted again.",
        "Write when the list was true; without an offset it is UTC.",
    ),
    "PP030": Explanation(
        "an app listed twice",
        "Two entries of the policy have the same name or id; which one holds would be a guess.",
        "Keep one entry an app.",
    ),
    "PP031": Explanation(
        "two policies",
        "More than one purgeplan.yaml lies between the plan file and the root of its repository. "
        "The nearer one could loosen the other.",
        "Keep one, at the root.",
    ),
    "PP032": Explanation(
        "the policy is no plan",
        "purgeplan.yaml is the policy of the repository; it is found by itself.",
        "Name a plan file; `purgeplan validate` takes both.",
    ),
    "PP033": Explanation(
        "more problems than are told",
        "The file has very many problems; the first hundred are told.",
        "Mend these, then run the command again.",
    ),
    "PP036": Explanation(
        "another key than the policy's",
        "The policy lists the app with the key for it (ONESIGNAL_API_KEY where it says none). A "
        "plan that names another one could have any secret of its reader's sent as a key.",
        "Leave `api_key` out of the plan, or have it changed in the policy.",
    ),
}
