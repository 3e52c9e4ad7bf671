"""Codes of sources and protect lists, PP2xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {
    "PP201": Explanation(
        "no such file",
        "The path of a source or protect list names no file. Paths are relative to the file that "
        "they are written in; a pattern that matches nothing is an error too.",
        "correct the path, or put the file there",
    ),
    "PP202": Explanation(
        "path not allowed",
        "Sources are regular files inside the repository (or inside the plan file's folder, "
        "outside one). Absolute paths, paths that lead out, links, pipes and devices are refused, "
        "because what they give may change without a review.",
        "copy the file into the repository and name it by a relative path",
    ),
    "PP203": Explanation(
        "file can't be read",
        "The operating system refused to open or read the file.",
        "check the permissions of the file and of the folders above it",
    ),
    "PP204": Explanation(
        "file changed while it was read",
        "Size or time of the file were others after reading than before: what was read may be a "
        "mixture of two states.",
        "wait until whatever writes the file is done, then repeat the command",
    ),
    "PP205": Explanation(
        "sha256 differs",
        "The plan pins the content of the file, and the file holds something else. For one file "
        "it is what `sha256sum FILE` prints; for a pattern what `sha256sum PATTERN | sha256sum` "
        "prints in the folder of the plan file with LC_ALL=C.",
        "restore the file that was reviewed, or review the new one and pin it",
    ),
    "PP206": Explanation(
        "compressed file is damaged",
        "The file ends too early, fails its checksum, or goes on after its end.",
        "download or export the file again",
    ),
    "PP207": Explanation(
        "wrong encoding",
        "Text is read as UTF-8, or as UTF-16 where the file starts with its mark. Nothing is "
        "guessed: a wrong guess changes ids.",
        "save the file as UTF-8, or say `encoding: latin-1` if that is what it is",
    ),
    "PP208": Explanation(
        "not a text file",
        "The file holds NUL bytes, starts like a spreadsheet, an archive, a web page or JSON, or "
        "has lines of many megabytes, a million blank lines, or more columns than a spreadsheet.",
        "export the ids as CSV in UTF-8",
    ),
    "PP209": Explanation(
        "no header",
        "A CSV must start with a line that names its columns; otherwise the first id would be "
        "lost, or a name would be taken for an id. Cells are parted by comma, semicolon or tab.",
        "write the name of the column, such as player_id, as the first line",
    ),
    "PP210": Explanation(
        "row has too few or too many cells",
        "Every row must have as many cells as the header. A row that does not is often cut off, "
        "or has a delimiter in a cell without quotes around it.",
        "correct the row, or export the file again",
    ),
    "PP211": Explanation(
        "broken quotes or line ends",
        "A quote that is opened must be closed before the next delimiter, quotes inside a quoted "
        "cell are doubled, and lines end in LF or CRLF.",
        "correct the row, or export the file again",
    ),
    "PP212": Explanation(
        "column not found",
        "The file does not have the column that the plan names, or none that fits its kind of ids.",
        "set `column` to one of the columns that are there",
    ),
    "PP213": Explanation(
        "more than one way to read it",
        "Several columns or delimiters fit, or a .txt looks like a table. Nothing is guessed.",
        "say `column` or `delimiter`; a table's name ends in .csv or .tsv",
    ),
    "PP214": Explanation(
        "id that can't be sent",
        "Ids of subscriptions and onesignal_id are UUIDs; no id may be empty, a path such as `..`, "
        "hold control characters, or be a number as a spreadsheet rounds it or the error of its "
        "formula.",
        "correct the row; in a spreadsheet format the column as text before filling it",
    ),
    "PP215": Explanation(
        "source or protect list is empty",
        "A source gave no ids, or a protect list protects nobody. That is more likely a failed "
        "export than an answer. (An empty source of a plan with `purpose: erasure` is nothing to "
        "do.)",
        "look at how the file was made; leave the list out if nobody is to be protected",
    ),
    "PP216": Explanation(
        "file is read differently by two readers",
        "Rows are counted by purgeplan itself and by the database. The counts differ, so one of "
        "them misreads the file, and no id of it is used.",
        "write the file anew with plain quoting; please report it, with a file that shows it",
    ),
    "PP217": Explanation(
        "line is not as JSON lines must be",
        "Each line must be a JSON object with the id under its key, or a JSON string. Ids are "
        "strings: numbers lose digits and leading zeros.",
        "correct the line",
    ),
    "PP218": Explanation(
        "nothing on standard input",
        "The path `-` reads standard input, and the command has none to read.",
        "pipe the ids into the command, or name a file",
    ),
    "PP219": Explanation(
        "no room to work",
        "Ids are spooled to a temporary folder, and the disk or the memory is full, or the disk"
        " failed.",
        "free some space, or set TMPDIR to a folder on a larger disk",
    ),
    "PP220": Explanation(
        "as_of lies in the future",
        "as_of says when the list was true, and whoever was deleted before it is deleted again. "
        "A time to come would let a list win over every return.",
        "write the time when the list was made; without a zone it is UTC",
    ),
    "PP221": Explanation(
        "column is of another kind",
        "In an export of OneSignal `id` is the id of a subscription, whatever the plan targets; "
        "onesignal_id and external_user_id are those of users.",
        "name the column that holds the ids meant: onesignal_id or external_user_id",
    ),
    "PP222": Explanation(
        "changed protect list can't be compared",
        "The list holds another kind of ids than the plan. When planned, the source's own columns "
        "told which ids it names; the frozen set does not keep them.",
        "plan again: whoever is on the list by now is subtracted then",
    ),
    "PP223": Explanation(
        "extra not installed",
        "Some kinds of sources need a library that a plain install leaves out: excel reads with "
        "python-calamine, sql with SQLAlchemy and the driver of the database.",
        "install the extra (such as `pip install 'purgeplan[sql]'`) and the driver",
    ),
    "PP224": Explanation(
        "file is damaged, or of another format",
        "The file is not what its kind of source reads, is cut off, fails its checks, or is too "
        "large to be read as such. No id of it is used.",
        "download or export it again; a list of that size is better kept as CSV or Parquet",
    ),
    "PP225": Explanation(
        "ids are not text",
        "Ids are texts. Spreadsheets keep 15 digits of a number and round the rest, binary "
        "fractions round too, and dates or bytes have many spellings: what was the id can't be "
        "told any more. Whole numbers of Parquet and SQL are exact and taken as they are.",
        "format or cast the column as text where the list is made, and export it again",
    ),
    "PP226": Explanation(
        "sheet can't be used",
        "The workbook has no such sheet, or the sheet has rows that are hidden, by hand or by a "
        "filter: whoever looked at it saw other people than those it holds.",
        "name a sheet that is there; show all rows, or copy the visible ones to a sheet of their "
        "own",
    ),
    "PP227": Explanation(
        "reference not set",
        "The address of a database is a secret and never stands in a plan: it names a variable, a "
        "file of mode 0600 or an entry of the keyring. What it names is not there, or is no "
        "address. A plan on a fork's pull request has no secrets and ends here.",
        "set the variable, or correct the reference",
    ),
    "PP228": Explanation(
        "database can't be reached",
        "The database did not answer, refused the connection, or broke off half-way. Nothing that "
        "was read by then is used, and nothing was sent.",
        "try again later; check address, user and network of the reference",
    ),
    "PP229": Explanation(
        "query refused",
        "A source is one SELECT, run in a transaction that is read-only where the database has "
        "such, and never committed. This one is something else, fails, or gives no rows.",
        "correct the query, and try it with the database's own tool",
    ),
    "PP230": Explanation(
        "condition refused",
        "`where` is one condition on the columns of an export, made of listed functions and "
        "operators. Subqueries, files, settings, clocks and chance are not among them; time is "
        "that of the export (inactive_days), so that the same file gives the same people.",
        "correct the condition; `purgeplan explain source.export.where` lists what it may hold",
    ),
    "PP231": Explanation(
        "export without a column",
        "OneSignal's export does not have a column that is needed, or has it twice. A column that "
        "only `where` names may have gone from exports.",
        "leave the column out of `where`; otherwise look at the export with `purgeplan export`",
    ),
    "PP232": Explanation(
        "not with an export",
        "Exports are taken when a plan is made, for its sources. They hold subscription ids, "
        "onesignal_id and external_id and no aliases of your own, and can't be pinned. A protect "
        "list is read again at each start, so it is a file or a query.",
        "take another kind of source, or leave the setting out",
    ),
    "PP233": Explanation(
        "cells that can't be read",
        "Some rows of the export have a cell, in a column that decides, that is no value of its "
        "type. They are not selected: whose date can't be read is not inactive.",
        "look at these rows in the export",
    ),
    "PP234": Explanation(
        "the more active are selected",
        "On the average those whom `where` selects were active later than those who stay. < may "
        "stand where > is meant: OneSignal's guide warns that this deletes the active users.",
        "compare the plan's breakdown with what you mean; `inactive_for` has one direction only",
    ),
    "PP240": Explanation(
        "beyond the repository",
        "`plan --untrusted` is for the plan of somebody unknown, as in a pull request from a fork: "
        "it reads files of the repository and nothing else. Databases and the API are not asked.",
        "plan it without --untrusted, after somebody you trust has reviewed it",
    ),
}
