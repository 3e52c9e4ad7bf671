"""Makes the typed plan of a document that has no findings: defaults by purpose, values by form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from purgeplan.errors import Place
from purgeplan.model.ids import SUBSCRIPTION_ID
from purgeplan.model.span import seconds
from purgeplan.model.spec import (
    App,
    Breaker,
    Drift,
    DriftCheck,
    Keep,
    KeyRef,
    Limits,
    Pace,
    PlanSpec,
    Policy,
    Purpose,
    Resource,
    Retry,
    SourceSpec,
    Target,
    Window,
)
from purgeplan.planfile import forms
from purgeplan.planfile.document import Document, Pointer

Default = TypeVar("Default")
Fields = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""Keys of a mapping in the file: the field that each one sets, and how its value is read."""

_DRIFTING: Final = frozenset({"export", "segment"})
"""Kinds whose rows say who was active, so that the plan asks again before it deletes."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where nothing is written; ``drift`` None depends on the sources."""

    keep: Keep
    breaker: Breaker
    limits: Limits
    drift: DriftCheck | None


DEFAULTS: Final[dict[Purpose, Defaults]] = {
    Purpose.CLEANUP: Defaults(Keep(), Breaker(), Limits(0), drift=None),
    Purpose.ERASURE: Defaults(
        Keep(opt_outs=False, partly_selected_users=False),
        Breaker(max_absent_percent=None),
        Limits(0),
        DriftCheck.NONE,
    ),
    Purpose.RESET: Defaults(
        Keep(), Breaker(), Limits(0, Decimal(100), keep_at_least=0), drift=None
    ),
}
"""The defaults of each purpose (design.md part 3)."""

_KEEP: Final[Fields] = {
    "opt_outs": ("opt_outs", bool),
    "partly_selected_users": ("partly_selected_users", bool),
}
_LIMITS: Final[Fields] = {
    "max_delete": ("max_delete", int),
    "max_delete_percent": ("max_delete_percent", Decimal),
    "keep_at_least": ("keep_at_least", int),
}
_RETRY: Final[Fields] = {
    "max_attempts": ("max_attempts", int),
    "backoff": ("backoff_s", seconds),
    "max_backoff": ("max_backoff_s", seconds),
}
_BREAKER: Final[Fields] = {
    "max_consecutive_failures": ("max_consecutive_failures", int),
    "max_failure_percent": ("max_failure_percent", Decimal),
    "max_absent_percent": ("max_absent_percent", Decimal),
}
_DRIFT: Final[Fields] = {
    "check": ("check", DriftCheck),
    "every": ("every_s", seconds),
}
_PLAN: Final[Fields] = {
    "owner": ("owner", str),
    "ticket": ("ticket", str),
    "canary": ("canary", int),
    "not_before": ("not_before_s", seconds),
    "expires_after": ("expires_after_s", seconds),
}


def spec_of(document: Document, path: str, root: str, policy: Policy | None) -> PlanSpec:
    """Give the plan of a document that schema and rules found nothing wrong with."""
    content = document.content
    purpose = Purpose(content.get("purpose", Purpose.CLEANUP))
    defaults = DEFAULTS[purpose]
    target = target_of(content["target"])
    sources = _sources(document, target.by)
    spec = PlanSpec(
        name=content["name"],
        reason=content["reason"].strip(),
        purpose=purpose,
        app=_app(content["app"], policy),
        target=target,
        sources=sources,
        protect=protect_of(document),
        keep=filled(defaults.keep, content.get("keep"), _KEEP),
        limits=filled(defaults.limits, content["limits"], _LIMITS),
        pace=_pace(content.get("pace", {})),
        retry=filled(Retry(), content.get("retry"), _RETRY),
        breaker=filled(defaults.breaker, content.get("breaker"), _BREAKER),
        drift=filled(_drift(defaults, sources), content.get("drift"), _DRIFT),
        backup_export=content.get("backup", {}).get("export", False),
        path=path,
        root=root,
        text=document.sheet.text,
        places=_places(document),
    )
    return filled(spec, content, _PLAN)


def filled(default: Default, written: Mapping[str, Any] | None, fields: Fields) -> Default:
    """Give the default with what is written in its place, zero and false included."""
    there = {key: field for key, field in fields.items() if written is not None and key in written}
    changes = {field: read((written or {})[key]) for key, (field, read) in there.items()}
    return replace(default, **changes)  # type: ignore[type-var]


def app_of(written: Mapping[str, Any], default: App) -> App:
    """Give an app as a mapping names it; what that leaves out is the default's."""
    ((kind, name),) = written.get("api_key", {default.api_key.kind: default.api_key.name}).items()
    url = written.get("base_url", default.base_url)
    return App(written["id"].lower(), written["name"], KeyRef(kind, name), url)


def target_of(written: Mapping[str, Any]) -> Target:
    """Give the target; subscriptions and players go by subscription_id."""
    return Target(Resource(written["resource"]), written.get("by", SUBSCRIPTION_ID))


def protect_of(document: Document) -> tuple[SourceSpec, ...]:
    """Give the protect lists, each with the kind of ids that it says."""
    count = len(document.content.get("protect", []))
    return tuple(_source(document, ("protect", at), "") for at in range(count))


def _sources(document: Document, by: str) -> tuple[SourceSpec, ...]:
    written = document.content["source"]
    if isinstance(written, dict):
        return (_source(document, ("source",), by),)
    return tuple(_source(document, ("source", at), by) for at in range(len(written)))


def _source(document: Document, pointer: Pointer, by: str) -> SourceSpec:
    options = dict(document.at(*pointer))
    kind, own_by = options.pop("from"), options.pop("by", by)
    as_of, sha256 = options.pop("as_of", None), options.pop("sha256", None)
    return SourceSpec(
        kind=kind,
        options=options,
        by=own_by,
        place=document.place(pointer),
        as_of=as_of and forms.instant(as_of),
        sha256=sha256 and forms.sha256(sha256),
    )


def _app(written: str | Mapping[str, Any], policy: Policy | None) -> App:
    """Give the app; what a mapping leaves out is the policy's, where it lists that id."""
    entries = policy.apps if policy is not None else ()
    if isinstance(written, str):
        return next(entry.app for entry in entries if entry.app.name == written)
    app_id = written["id"].lower()
    listed = [entry.app for entry in entries if entry.app.id == app_id]
    return app_of(written, listed[0] if listed else App(app_id, written["name"]))


def _pace(written: Mapping[str, Any]) -> Pace:
    fields: Fields = {
        "delay": ("delay_s", seconds),
        "rate": ("rate_per_s", forms.per_second),
        "max_run_time": ("max_run_time_s", seconds),
        "window": ("window", _window),
    }
    return filled(Pace(delay_s=None) if "rate" in written else Pace(), written, fields)


def _window(written: Mapping[str, Any]) -> Window:
    read = forms.FORMS["x-time"].read
    days = frozenset(forms.DAYS.index(day) for day in written.get("days", forms.DAYS))
    return Window(days, read(written["from"]), read(written["to"]), written["tz"])


def _drift(defaults: Defaults, sources: tuple[SourceSpec, ...]) -> Drift:
    if defaults.drift is not None:
        return Drift(defaults.drift)
    drifting = any(source.kind in _DRIFTING for source in sources)
    return Drift(DriftCheck.EXPORT if drifting else DriftCheck.NONE)


def _places(document: Document) -> Mapping[str, Place]:
    places = document.places()
    if isinstance(document.content["app"], str):
        places |= dict.fromkeys(("app.id", "app.name"), places["app"])
    return places
