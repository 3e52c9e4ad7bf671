"""Codes of lock and journal, PP4xx."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_STOPPED: Final = (
    "Check disk and file system, then `purgeplan doctor`; the next apply reads what is durable"
    " and wants --after RUN."
)

CODES: dict[str, Explanation] = {
    "PP401": Explanation(
        "another run holds the lock",
        "At most one command that writes runs per app and per journal. The operating system holds"
        " the lock and lets go of it when that process ends, however it ends.",
        "Wait for it, or stop it; there is no lock to remove by hand.",
    ),
    "PP402": Explanation(
        "the lock can't be taken",
        "The lock file can't be made or locked: no permission, a link in its place, or a file"
        " system without locks.",
        "Keep journal and state folder on a local disk, in a folder of your own.",
    ),
    "PP403": Explanation(
        "the journal failed",
        "SQLite or the disk below reported an error. Whether the last commit holds is not certain,"
        " so the run stopped, sent nothing more and saved the outcomes at hand beside the journal"
        " (JOURNAL.errored-RUN.jsonl).",
        _STOPPED,
    ),
    "PP404": Explanation(
        "the journal was asked for an illegal move",
        "An item, run or plan was to go where it may not, such as back from accepted. That is a"
        " bug, or somebody else wrote to this journal; nothing of that step was kept.",
        _STOPPED,
    ),
    "PP405": Explanation(
        "the journal is not sound",
        "What is in the file is not what was written: a link of its chain of events does not"
        " follow from the one before, rows are not what the events say, or the chain does not hold"
        " the head that an earlier run printed: then it was cut, or made anew.",
        "Keep the file as it is, run `purgeplan doctor`, and compare it with a copy.",
    ),
    "PP406": Explanation(
        "a durable setting did not hold",
        "SQLite was told to be durable (WAL, synchronous=FULL and others) and reads back something"
        " else, for example on a network disk.",
        "Put the journal on a local disk.",
    ),
    "PP409": Explanation(
        "outcomes could not be saved",
        "After a journal error the outcomes at hand are saved to a file of their own, and that"
        " failed as well. Those ids stay unknown; nothing else is lost.",
        _STOPPED,
    ),
    "PP410": Explanation(
        "no journal there",
        "A command that only reads found no journal at that path; it never makes one.",
        "Give --journal, or plan first.",
    ),
    "PP411": Explanation(
        "not a journal of purgeplan",
        "The file is not SQLite, or belongs to another program.",
        "Give the path of a journal, or of no file at all to make one.",
    ),
    "PP412": Explanation(
        "a journal of another version",
        "A newer purgeplan has written this journal, and this one does not know its form. Journals"
        " of older ones are read as they are, and brought up by the first command that writes.",
        "Update purgeplan.",
    ),
    "PP413": Explanation(
        "others can read the journal",
        "The journal holds the ids of people, and its mode lets others in.",
        "Run the chmod that the message names.",
    ),
    "PP414": Explanation(
        "not a plain file",
        "A link or something else stands where the journal should be; purgeplan follows none.",
        "Give the path of the file itself.",
    ),
    "PP415": Explanation(
        "not a saved plan",
        "A saved plan has one plan, and no run of it, as it was written. This is a journal in use,"
        " or somebody has changed it.",
        "Give a journal as --journal; make a saved plan with `purgeplan plan --out FILE`.",
    ),
    "PP416": Explanation(
        "not to be forgotten yet",
        "Ids are sealed only where nothing will be sent any more: the plan, or one that replaced"
        " it, is open. Of a closed plan those that stayed unknown are sealed, too.",
        "Finish or cancel the plan and those that replaced it, then repeat.",
    ),
    "PP417": Explanation(
        "traces are left",
        "The ids are sealed, but somebody reads the journal at the same time, so the old pages"
        " could not be overwritten.",
        "Close what reads the journal, then repeat the same command.",
    ),
    "PP419": Explanation(
        "a plan that has begun can't be saved",
        "A saved plan starts from its beginning wherever it is applied. Of this one some ids were"
        " sent already, and whoever of them came back since would be deleted again; or a killed"
        " apply has made its backup and noted whom more of its ids name, so that it is no longer"
        " the one that was reviewed.",
        "Finish it with this journal.",
    ),
    "PP418": Explanation(
        "a file is in the way",
        "A copy or a saved plan never overwrites a file.",
        "Give another name, or move the old file away yourself.",
    ),
    "PP420": Explanation(
        "a folder of the journal can't be made",
        "The folder of the journal, or the one beside it for exports or backups, could not be made,"
        " or the disk did not take it, so the command went no further.",
        "Look what stands there, or at the disk, then repeat the command.",
    ),
}
