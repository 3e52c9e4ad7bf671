"""Codes of the command line: usage PP087 to PP099, confirmation PP39x."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {
    "PP087": Explanation(
        "the current folder is gone",
        "The folder that the command was started in has been removed meanwhile, so no path can be "
        "told from it.",
        "cd to a folder that is there, and give the command again.",
    ),
    "PP088": Explanation(
        "no state folder",
        "Journals and locks lie in the state folder of the user, and this one has neither HOME nor "
        "an entry that names a home, as in a container that is given a number.",
        "Set HOME, or XDG_STATE_HOME, to an absolute path that stays.",
    ),
    "PP089": Explanation(
        "output can't be written",
        "What was asked for could not be written to its file, or where stdout or the log leads:"
        " the disk is full, or failed. A run that was to be told there has stopped, and its journal"
        " is complete.",
        "Make room, or send it somewhere else; then give the same command again.",
    ),
    "PP090": Explanation(
        "wrong usage of a command",
        "The command, an option or an argument is not one that purgeplan knows, or one is missing.",
        "Run the command with --help.",
    ),
    "PP091": Explanation(
        "the demo went another way",
        "The demo checks each of its steps against the sandbox, and one did not come out as it "
        "should.",
        "Please report it with what the demo printed.",
    ),
    "PP092": Explanation(
        "a list that can't be used",
        "The file given to init is not a text table with a header, or has no column that looks "
        "like the ids that the plan would need.",
        "Export the ids as CSV with a header line, or name the column with --column and --by.",
    ),
    "PP095": Explanation(
        "unknown environment variable",
        "A variable starts with PURGEPLAN_ and nothing reads it. It is refused rather than "
        "ignored, since a misspelt setting of a tool that deletes people must not be lost.",
        "Correct its name, or unset it.",
    ),
    "PP096": Explanation(
        "a saved plan without its policy",
        "The plan was made under a policy, and none is found from here. It is not applied without, "
        "since what the policy forbids would then be allowed.",
        "Run the command inside a checkout of the repository that holds the policy.",
    ),
    "PP097": Explanation(
        "another journal than the policy's",
        "The policy pins the journal of this app, so that all runs of it have one memory.",
        "Leave --journal and PURGEPLAN_JOURNAL out.",
    ),
    "PP098": Explanation(
        "a file can't be made",
        "A file that would be written exists already (purgeplan never overwrites one), or its "
        "folder is not there or takes no file.",
        "Give another name, move the old file away yourself, or make the folder.",
    ),
    "PP099": Explanation(
        "no such plan or run",
        "What was named is neither a plan file, nor the name of a plan or the number of a run in "
        "the journal.",
        "purgeplan status lists the plans and runs of the journal.",
    ),
    "PP390": Explanation(
        "nobody there to confirm",
        "Deleting wants the app's name and the count typed, and there is no terminal to type at. "
        "Input that is piped in is never taken for a confirmation.",
        'Give --confirm "APP NAME" together with --fingerprint of the plan that was reviewed.',
    ),
    "PP391": Explanation(
        "the words typed were others",
        "What was typed is not the app's name and the count of this plan. Nothing was sent.",
        "Read the plan once more; is it this app, and so many?",
    ),
}
