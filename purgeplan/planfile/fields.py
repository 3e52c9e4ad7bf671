"""Builds the pieces of a schema: fields with a description, examples and the form of their text."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]
"""A JSON Schema, draft 7."""


def text(description: str, *examples: str, form: str = "x-line", **more: object) -> Schema:
    """Give a field of text in a form (``forms``)."""
    return {
        "type": "string",
        "format": form,
        **more,
        "description": description,
        "examples": [*examples],
    }


def choice(description: str, values: Sequence[str], **more: object) -> Schema:
    """Give a field that takes one of a few words."""
    return {
        "type": "string",
        "enum": [*values],
        **more,
        "description": description,
        "examples": [values[0]],
    }


def whole(description: str, example: int, minimum: int = 0, **more: object) -> Schema:
    """Give a field of a whole number."""
    return {
        "type": "integer",
        "minimum": minimum,
        **more,
        "description": description,
        "examples": [example],
    }


def percent(description: str, example: float, **more: object) -> Schema:
    """Give a field of a share in percent; 0 means none at all."""
    return {
        "type": "number",
        "minimum": 0,
        "maximum": 100,
        **more,
        "description": description,
        "examples": [example],
    }


def flag(description: str, default: bool, **more: object) -> Schema:
    """Give a field that is true or false."""
    return {
        "type": "boolean",
        "default": default,
        **more,
        "description": description,
        "examples": [not default],
    }


def mapping(
    description: str,
    properties: Mapping[str, Schema],
    *examples: object,
    required: Sequence[str] = (),
    **more: object,
) -> Schema:
    """Give a mapping with these keys and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
        **({"required": [*required]} if required else {}),
        **more,
        "description": description,
        "examples": [*examples],
    }


def listing(description: str, items: Schema, *examples: object, **more: object) -> Schema:
    """Give a list of one kind of thing."""
    return {
        "type": "array",
        "items": items,
        **more,
        "description": description,
        "examples": [*examples],
    }
