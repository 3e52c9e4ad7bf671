"""Options that several kinds share, as their schema describes them."""

from typing import Final

PATH: Final = {
    "type": "string",
    "format": "x-path",
    "minLength": 1,
    "description": (
        "The file with the ids, relative to the file that this is written in; .gz and .zst are "
        "unpacked, `*` and `**` name several files, `-` is standard input. It must lie inside the "
        "repository and be reached through no link."
    ),
    "examples": ["exports/inactive.csv", "exports/2026-*.csv.gz", "-"],
}
COLUMN: Final = {
    "type": "string",
    "minLength": 1,
    "description": (
        "The column (in JSON lines: the key) that holds the ids. Left out, it is player_id, "
        "subscription_id or id for subscriptions, external_id or external_user_id, onesignal_id, "
        "or the alias label, as fits `by`; where several of them are there, it must be said."
    ),
    "examples": ["player_id", "external_user_id"],
}
