"""Makes the typed policy of a document that has no findings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from purgeplan.model.spec import (
    App,
    Budget,
    Policy,
    PolicyApp,
    Population,
    Require,
    Standing,
)
from purgeplan.planfile.document import Document
from purgeplan.planfile.forms import FORMS
from purgeplan.planfile.parse import Fields, app_of, filled, protect_of

_POLICY: Final[Fields] = {
    "max_delete": ("max_delete", int),
    "max_delete_percent": ("max_delete_percent", Decimal),
    "budget": ("budget", lambda one: Budget(one["max_delete"], FORMS["x-span"].read(one["per"]))),
    "hosts": ("hosts", lambda many: tuple(one.lower() for one in many)),
    "standing": ("standing", lambda many: tuple(Standing(**one) for one in many)),
}
_APP: Final[Fields] = {
    "journal": ("journal", str),
    "may_be_emptied": ("may_be_emptied", bool),
    "sentinel": ("sentinel", str),
    "population": ("population", lambda one: Population("policy", **one)),
}
_REQUIRE: Final[Fields] = {name: (name, bool) for name in ("ticket", "sha256", "drift", "opt_outs")}


def policy_of(document: Document, path: str) -> Policy:
    """Give the policy of a document that schema and rules found nothing wrong with."""
    content = document.content
    policy = Policy(
        path=path,
        apps=tuple(_app(one) for one in content.get("apps", [])),
        protect=protect_of(document),
        require=filled(Require(), content.get("require"), _REQUIRE),
        places=document.places(),
    )
    return filled(policy, content, _POLICY)


def _app(written: Mapping[str, Any]) -> PolicyApp:
    app = app_of(written, App(written["id"], written["name"]))
    return filled(PolicyApp(app), written, _APP)
