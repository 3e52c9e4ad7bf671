"""The settings of a plan file, as the schema describes them; sources are in ``schema``."""

from typing import Final

from purgeplan.planfile.fields import Schema, choice, flag, listing, mapping, percent, text, whole
from purgeplan.planfile.forms import DAYS, RATE_PATTERN, SPAN_PATTERN, TIME_PATTERN

VERSION: Final[Schema] = {
    "type": "integer",
    "const": 1,
    "description": "The version of this format.",
    "examples": [1],
}
APP_ID: Final = text(
    "The app's id: Settings > Keys & IDs in OneSignal's dashboard.",
    "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9",
    form="x-uuid",
)
APP_NAME: Final = text(
    "The app's name exactly as OneSignal gives it for this id. Whoever applies the plan types it, "
    "and a plan with another name is refused.",
    "Acme Prod",
)
API_KEY: Final = mapping(
    "Where the API key is: a variable, a file of mode 0600, or a keyring entry. Never the key.",
    {
        "env": text("The variable that holds the key.", "ONESIGNAL_API_KEY", form="x-env"),
        "file": text("The file with the key, relative to the root.", "/run/secrets/onesignal"),
        "keyring": text("The entry of the system's keyring.", "onesignal/acme", form="x-keyring"),
    },
    {"env": "ONESIGNAL_API_KEY"},
    minProperties=1,
    maxProperties=1,
    default={"env": "ONESIGNAL_API_KEY"},
)
BASE_URL: Final = text(
    "The root of the API: OneSignal's own, a loopback address for the sandbox, or a host that the "
    "policy lists under `hosts`. The key is sent there and nowhere else.",
    "https://api.onesignal.com",
    default="https://api.onesignal.com",
)
APP: Final = mapping(
    "The app to delete from: a mapping, or the name of an app in the policy.",
    {"id": APP_ID, "name": APP_NAME, "api_key": API_KEY, "base_url": BASE_URL},
    {"id": "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9", "name": "Acme Prod"},
    "Acme Prod",
    required=("id", "name"),
) | {"type": ["object", "string"]}
BY: Final = text(
    "The kind of the ids. Required for user: external_id, onesignal_id or an alias label; "
    "subscription and player go by subscription_id.",
    "external_id",
    form="x-id-kind",
)
TARGET: Final = mapping(
    "What is deleted, and by which kind of id.",
    {
        "resource": choice(
            "subscription: one device or address. user: the person with all subscriptions, aliases "
            "and properties. player: a subscription through the legacy endpoint and a legacy key.",
            ("subscription", "user", "player"),
        ),
        "by": BY,
    },
    {"resource": "subscription"},
    {"resource": "user", "by": "external_id"},
    required=("resource",),
    allOf=[
        {
            "if": {"properties": {"resource": {"const": "user"}}, "required": ["resource"]},
            "then": {"properties": {"by": BY}, "required": ["by"]},
        }
    ],
)
KEEP: Final = mapping(
    "Rows that are kept though the source names them, where their facts are known (an export, or a "
    "file that is one). Both are off by default for an erasure.",
    {
        "opt_outs": flag(
            "Keep unsubscribed e-mail and SMS rows: deleting one destroys the record that they "
            "opted out, and a later import would mail them again.",
            default=True,
        ),
        "partly_selected_users": flag(
            "Keep users of whom the source names some subscriptions and not all.", default=True
        ),
    },
    {"opt_outs": True, "partly_selected_users": True},
)
LIMITS: Final = mapping(
    "How many may go and how many must stay. Over a limit nothing is sent; nothing is cut to fit.",
    {
        "max_delete": whole(
            "The most ids that the plan may delete, over all its runs; 0 allows nothing.", 15000
        ),
        "max_delete_percent": percent(
            "The largest share of the app's population that may go, in percent; 0 allows nothing. "
            "For a reset the default is 100.",
            10,
            default=10,
        ),
        "keep_at_least": whole(
            "How many must stay in the app. For a reset the default is 0.", 50000, default=1
        ),
    },
    {"max_delete": 15000, "max_delete_percent": 10, "keep_at_least": 50000},
    required=("max_delete",),
)
WINDOW: Final = mapping(
    "When requests may start. A window that ends past midnight belongs to the day it opens.",
    {
        "days": listing(
            "The days on which it opens; all seven if left out.",
            {"type": "string", "enum": [*DAYS]},
            ["mon", "tue", "wed", "thu"],
            minItems=1,
            uniqueItems=True,
        ),
        "from": text("Opens at.", "22:00", form="x-time", pattern=TIME_PATTERN),
        "to": text("Closes at; at or before `from` it is the next day's.", "06:00", form="x-time")
        | {"pattern": TIME_PATTERN},
        "tz": text("The time zone of both.", "Europe/Berlin", form="x-zone"),
    },
    {"days": ["mon", "tue"], "from": "22:00", "to": "06:00", "tz": "Europe/Berlin"},
    required=("from", "to", "tz"),
)
PACE: Final = mapping(
    "How fast, and when. It may be changed between runs of a plan.",
    {
        "delay": text(
            "The time between the starts of two requests, one at a time. 500ms is two a second.",
            "500ms",
            form="x-wait",
            pattern=SPAN_PATTERN,
            default="500ms",
        ),
        "rate": text(
            "The starts of requests, with as many at once as that takes; instead of `delay`. "
            "OneSignal allows 1,000 deletions a second and app.",
            "900/s",
            "60/min",
            form="x-rate",
            pattern=RATE_PATTERN,
        ),
        "window": WINDOW,
        "max_run_time": text("A run stops after this long.", "8h", form="x-span")
        | {"pattern": SPAN_PATTERN},
    },
    {"delay": "500ms"},
    {"rate": "900/s"},
)


def _span(description: str, example: str, form: str = "x-span") -> Schema:
    return text(description, example, form=form, pattern=SPAN_PATTERN, default=example)


RETRY: Final = mapping(
    "How one id is tried again after a failure that may pass.",
    {
        "max_attempts": whole("Tries of one id in all.", 5, minimum=1, default=5),
        "backoff": _span("The wait before the second try; it doubles from there.", "2s"),
        "max_backoff": _span("The longest wait between two tries.", "60s"),
    },
    {"max_attempts": 5, "backoff": "2s", "max_backoff": "60s"},
)
BREAKER: Final = mapping(
    "When a run stops by itself. Shares are over the last 200 answers, from 50 on.",
    {
        "max_consecutive_failures": whole("Failures in a row.", 20, minimum=1, default=20),
        "max_failure_percent": percent("Share of failures.", 20, default=20),
        "max_absent_percent": percent(
            "Share of ids that are not there: the wrong app, or an old list? Off by default for an "
            "erasure.",
            50,
            default=50,
        ),
    },
    {"max_consecutive_failures": 20, "max_failure_percent": 20, "max_absent_percent": 50},
)
DRIFT: Final = mapping(
    "Who was active since the evidence is taken out before they are deleted.",
    {
        "check": choice(
            "none, or export: take a fresh export and compare. The default is export where a "
            "source is an export or a segment, and none for a list or an erasure.",
            ("export", "none"),
        ),
        "every": _span("How often during a run.", "24h"),
    },
    {"check": "export", "every": "24h"},
)
BACKUP: Final = mapping(
    "What is kept of those who go.",
    {
        "export": flag(
            "Before the first deletion keep the full rows of exactly those who go, by a fresh "
            "export, as Parquet of mode 0600 beside the journal: no backup, no apply. Whoever has "
            "no row in that export does not go.",
            default=False,
        )
    },
    {"export": True},
)
CANARY: Final = whole(
    "So many are deleted first and looked at before the rest goes; 0 is none.", 20, default=20
)
NOT_BEFORE: Final = text(
    "The least time between planning and the first deletion, for win-back messages in between.",
    "14d",
    form="x-wait",
    pattern=SPAN_PATTERN,
)
EXPIRES_AFTER: Final = _span("How old the evidence may be at the first deletion.", "7d")
PURPOSE: Final = choice(
    "Sets defaults, never overrides what is written. cleanup: the usual. erasure (people who asked "
    "to be forgotten; user only): nobody is kept back, an empty source is nothing to do, a bad id "
    "is set aside. reset: empties a test app that the policy marks `may_be_emptied`.",
    ("cleanup", "erasure", "reset"),
    default="cleanup",
)
NAME: Final = text("The plan's name, unique in the repository.", "inactive-2026-h1")
REASON: Final = text(
    "Why these people are deleted, for whoever reviews and audits it.",
    "No session for 180 days; two win-back pushes sent",
    form="x-prose",
)
OWNER: Final = text("Whom to ask about this plan.", "growth team")
TICKET: Final = text("The ticket that it belongs to; a policy may require one.", "PRIV-1184")
