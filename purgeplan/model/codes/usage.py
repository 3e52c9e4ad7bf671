"""Codes of the command line: usage PP09x, confirmation PP39x."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {
    "PP090": Explanation(
        "wrong usage of a command",
        "The command, an option or an argument is not one that purgeplan knows, or one is missing.",
        "Run the command with --help.",
    ),
    "PP095": Explanation(
        "unknown environment variable",
        "A variable starts with PURGEPLAN_ and nothing reads it. It is refused rather than "
        "ignored, since a misspelt setting of a tool that deletes people must not be lost.",
        "Correct its name, or unset it.",
    ),
    "PP096": Explanation(
        "a file is in the way",
        "A file that would be written exists already; purgeplan never overwrites one.",
        "Give another name, or move the old file away yourself.",
    ),
    "PP097": Explanation(
        "an answer is missing",
        "The command needs something that was not given, and there is no terminal to ask at.",
        "Give the options that the message names.",
    ),
    "PP098": Explanation(
        "a list that can't be read",
        "The file given to init is not a text table with a header, or has no column that looks "
        "like ids.",
        "Export the ids as CSV with a header line, as UTF-8.",
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
