"""Assembles the schemas of plan file and policy, draft 7, out of fields and the kinds of sources.

No ``oneOf`` and no ``anyOf``: ``from`` picks a branch by ``if``/``then``, so that an error says
what is wrong and not that nothing fits.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from purgeplan.planfile import plan_fields as plan
from purgeplan.planfile import policy_fields as policy
from purgeplan.planfile.fields import Schema, listing, mapping, text
from purgeplan.planfile.forms import SHA256_PATTERN

Kinds = Mapping[str, Mapping[str, Any]]
"""The kinds of sources: properties, required, description and examples of each one's options."""

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_MODELINE: Final = "A plan of purgeplan: which users or subscriptions go, and under which limits."

COMMON: Final[dict[str, Schema]] = {
    "by": text(
        "The kind of the ids in it. For a source the default is that of the target; a protect list "
        "must say it.",
        "external_id",
        form="x-id-kind",
    ),
    "as_of": text(
        "When this was true. An id deleted before is deleted again only by a list that is younger. "
        "The default is when this content was first planned.",
        "2026-11-20",
        "2026-11-20T08:00:00Z",
        form="x-instant",
    ),
    "sha256": text(
        "Pins the content: another one is refused.",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        form="x-sha256",
        pattern=SHA256_PATTERN,
    ),
}
"""The settings of every kind of source, besides ``from``."""


def plan_schema(kinds: Kinds) -> Schema:
    """Give the schema of plan files."""
    return _document("purgeplan plan", _MODELINE, _plan_properties(), _REQUIRED, kinds)


def policy_schema(kinds: Kinds) -> Schema:
    """Give the schema of the policy."""
    properties = {**policy.FIELDS, "protect": _protect()}
    return _document("purgeplan policy", policy.DESCRIPTION, properties, ("version",), kinds)


def schema_text(schema: Schema) -> str:
    """Give a schema as the text of its published file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_REQUIRED: Final = ("version", "name", "reason", "app", "target", "source", "limits")


def _plan_properties() -> dict[str, Schema]:
    return {
        "version": plan.VERSION,
        "name": plan.NAME,
        "purpose": plan.PURPOSE,
        "reason": plan.REASON,
        "owner": plan.OWNER,
        "ticket": plan.TICKET,
        "app": plan.APP,
        "target": plan.TARGET,
        "source": _SOURCE,
        "protect": _protect(),
        "keep": plan.KEEP,
        "limits": plan.LIMITS,
        "pace": plan.PACE,
        "retry": plan.RETRY,
        "breaker": plan.BREAKER,
        "canary": plan.CANARY,
        "drift": plan.DRIFT,
        "not_before": plan.NOT_BEFORE,
        "expires_after": plan.EXPIRES_AFTER,
        "backup": plan.BACKUP,
    }


_SOURCE: Final[Schema] = {
    "type": ["object", "array"],
    "minItems": 1,
    "if": {"type": "array"},
    "then": {"items": {"$ref": "#/definitions/source"}},
    "else": {"$ref": "#/definitions/source"},
    "description": "Whose ids are to go: one source, or a list whose union counts. There is no"
    ' "all".',
    "examples": [{"from": "csv", "path": "exports/inactive.csv"}],
}


def _protect() -> Schema:
    return listing(
        "Lists of those who never go, whatever a source says. A plan adds to the policy's lists.",
        {
            "allOf": [
                {"$ref": "#/definitions/source"},
                {"properties": {"by": COMMON["by"]}, "required": ["by"]},
            ],
        },
        [{"from": "csv", "path": "protect/staff.csv", "by": "external_id"}],
    )


def _document(
    title: str,
    description: str,
    properties: Mapping[str, Schema],
    required: Sequence[str],
    kinds: Kinds,
) -> Schema:
    body = mapping(description, properties, required=required)
    body.pop("examples")
    definitions = {"source": _source_of(kinds)}
    return {"$schema": _DIALECT, "title": title, **body, "definitions": definitions}


def _source_of(kinds: Kinds) -> Schema:
    return {
        "type": "object",
        "required": ["from"],
        "properties": {"from": _from(kinds)},
        "allOf": [_branch(kind, fragment) for kind, fragment in kinds.items()],
        "description": "One source of ids.",
        "examples": [example for one in kinds.values() for example in one.get("examples", [])],
    }


def _branch(kind: str, fragment: Mapping[str, Any]) -> Schema:
    chosen = {"properties": {"from": {"const": kind}}, "required": ["from"]}
    own = {
        **fragment,
        "properties": {"from": {"const": kind}, **fragment.get("properties", {}), **COMMON},
        "additionalProperties": False,
    }
    return {"if": chosen, "then": own}


def _from(kinds: Kinds) -> Schema:
    lines = [f"{kind}: {fragment.get('description', '')}" for kind, fragment in kinds.items()]
    return {
        "type": "string",
        "enum": [*kinds],
        "description": "The kind of source. " + " ".join(lines),
        "examples": [*kinds][:1],
    }
