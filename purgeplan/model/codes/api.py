"""Codes of the API and its key, PP6xx."""

from typing import Final

from purgeplan.model.codes.text import Explanation

_LATER: Final = "Nothing was sent. Repeat the command later."

CODES: dict[str, Explanation] = {
    "PP601": Explanation(
        "key refused",
        "OneSignal refused the API key: wrong, revoked, of another app, or not allowed from this"
        " machine's address. Nothing is lost.",
        "Check the key under Settings > Keys & IDs of the app, then repeat the command.",
    ),
    "PP602": Explanation(
        "not OneSignal's answer",
        "An answer was a redirect, a web page, or something else that the API does not say. A"
        " proxy, a firewall or a sign-in page stands between, or base_url is wrong.",
        "Look at what answers at base_url; a run goes on with --after RUN.",
    ),
    "PP603": Explanation(
        "no such app",
        "OneSignal knows no app with this id, or the key belongs to another organization.",
        "Copy the app id from Settings > Keys & IDs.",
    ),
    "PP604": Explanation(
        "base_url would leak the key",
        "The API key goes over https only (http to this very machine), and base_url is a root"
        " without user, password, query and fragment.",
        "Give https://api.onesignal.com, or leave it out.",
    ),
    "PP605": Explanation(
        "no API key",
        "The plan says where the key is (`app.api_key`: env, file or keyring; by default the"
        " variable ONESIGNAL_API_KEY), and it is not there. The key itself is never written in a"
        " plan or given as an option.",
        "Set the variable, or name a file of mode 0600 or a keyring entry.",
    ),
    "PP606": Explanation(
        "key file not safe",
        "The file with the key is open to other users of the machine, or is no regular file.",
        "Use a file of your own: chmod 600 FILE.",
    ),
    "PP607": Explanation(
        "not a key of this app",
        "What was found holds blanks, or is an organization's key, which opens every"
        " app: too much for a tool that deletes.",
        "Make a key for the app under Settings > Keys & IDs.",
    ),
    "PP608": Explanation(
        "API out of reach",
        "No connection, only server errors, or a request to pause for long, several times in a row"
        " while looking at the app.",
        _LATER,
    ),
    "PP609": Explanation(
        "another export is under way",
        "A OneSignal account has one CSV export at a time, over all of its apps, and another one"
        " did not end in time: a colleague's in the dashboard, perhaps.",
        _LATER,
    ),
    "PP610": Explanation(
        "export not ready in time",
        "OneSignal writes about 2,000 rows a second; this export took three times as long and ten"
        " minutes more. What was asked for is remembered for three days.",
        "Repeat the command later: it goes on with the same export.",
    ),
    "PP611": Explanation(
        "export damaged",
        "The export's file was fetched to its end, and its gzip checksum or end is wrong.",
        "Repeat the command: the file is fetched again.",
    ),
    "PP612": Explanation(
        "export can't be written",
        "The folder beside the journal does not take the file: the disk is full, or not writable.",
        "Make room, or name another journal, then repeat the command.",
    ),
    "PP613": Explanation(
        "no such segment",
        "The app has no segment of exactly this name, or several, and then it can't be told which"
        " one an export would take.",
        "Copy the name from Audience > Segments.",
    ),
    "PP614": Explanation(
        "a segment that is everyone",
        "The segment has no filters, or is a built-in one that holds the whole audience.",
        "Make a segment of those who are to go, or use `from: export` with `inactive_for`.",
    ),
    "PP615": Explanation(
        "export unreadable",
        "The export's file is whole, and no CSV with the columns that were asked for.",
        "Repeat the command: another export is asked for. If it stays, look at base_url.",
    ),
    "PP616": Explanation(
        "copy can't be written",
        "The folder of an export's copy, or of a plan's backup, does not take the file: the disk is"
        " full, or not writable. Nothing of it is left, and nothing was sent; the export itself is"
        " kept for a while.",
        "Make room, or name another file, then repeat the command.",
    ),
    "PP617": Explanation(
        "TLS can't be set up",
        "A file that SSL_CERT_FILE or SSL_CERT_DIR names (authorities to trust), or SSLKEYLOGFILE,"
        " is not there, can't be read, or holds no certificates. Certificates are always checked,"
        " so nothing was sent.",
        "Correct the variable, or unset it.",
    ),
}
