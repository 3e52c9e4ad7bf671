"""The settings of the policy, as the schema describes them."""

from typing import Final

from purgeplan.planfile.fields import Schema, flag, listing, mapping, percent, text, whole
from purgeplan.planfile.forms import SPAN_PATTERN
from purgeplan.planfile.plan_fields import API_KEY, APP_ID, APP_NAME, BASE_URL, VERSION

DESCRIPTION: Final = (
    "The policy of a repository, purgeplan.yaml: what no plan in it may exceed or loosen."
)

_POPULATION: Final = mapping(
    "How many the app holds, where neither an export nor the key may tell.",
    {
        "subscriptions": whole("Its subscriptions.", 412000),
        "users": whole("Its users.", 61000),
    },
    {"subscriptions": 412000},
    minProperties=1,
)
_APP: Final = mapping(
    "One app.",
    {
        "name": APP_NAME,
        "id": APP_ID,
        "api_key": API_KEY,
        "base_url": BASE_URL,
        "journal": text(
            "Where its journal is, relative to the root; no other may be given.", "state/acme.db"
        ),
        "may_be_emptied": flag(
            "A test app: a plan with `purpose: reset` may take everyone.", False
        ),
        "sentinel": text("An id that must exist in it, or nothing is sent.", "qa-user-1"),
        "population": _POPULATION,
    },
    {"name": "Acme Prod", "id": "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"},
    required=("name", "id"),
)
_BUDGET: Final = mapping(
    "So many deletions of an app, over all plans, in a rolling span; a run stops there, resumable.",
    {
        "max_delete": whole("How many.", 20000),
        "per": text("In which span.", "24h", form="x-span", pattern=SPAN_PATTERN),
    },
    {"max_delete": 20000, "per": "24h"},
    required=("max_delete", "per"),
)
_REQUIRE: Final = mapping(
    "What every plan must have.",
    {
        "ticket": flag("A `ticket`.", False),
        "sha256": flag("Every source file pinned by `sha256`.", False),
        "drift": flag("`drift: {check: export}`.", False),
        "opt_outs": flag("Opt-outs looked at, and kept.", False),
    },
    {"ticket": True, "sha256": True},
)
_STANDING: Final = mapping(
    "A plan that may run unattended.",
    {
        "plan": text("Its name.", "erasure-nightly"),
        "max_delete": whole("The most that one such run may delete.", 200),
    },
    {"plan": "erasure-nightly", "max_delete": 200},
    required=("plan", "max_delete"),
)

FIELDS: Final[dict[str, Schema]] = {
    "version": VERSION,
    "apps": listing(
        "The apps that plans may name; no other app is touched.",
        _APP,
        [{"name": "Acme Prod", "id": "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"}],
    ),
    "max_delete": whole("The ceiling of every plan's `limits.max_delete`.", 50000),
    "max_delete_percent": percent("The ceiling of every plan's `limits.max_delete_percent`.", 20),
    "budget": _BUDGET,
    "hosts": listing(
        "Hosts besides OneSignal's that a `base_url` may name, over https.",
        text("A host, with its port where that is not 443.", "proxy.acme.example", form="x-host"),
        ["proxy.acme.example"],
    ),
    "require": _REQUIRE,
    "standing": listing(
        "Approvals for named plans that may run with --standing.",
        _STANDING,
        [{"plan": "erasure-nightly", "max_delete": 200}],
    ),
}
"""All but ``protect``, which is made of the kinds of sources."""
