"""Explains a setting by its pointer, out of the schemas."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from purgeplan.planfile.expected import inline
from purgeplan.planfile.fields import Schema
from purgeplan.planfile.schema import Kinds, plan_schema, policy_schema

_SOURCES: Final = ("source", "protect")
_POLICY: Final = "policy"


def explain_field(pointer: str, kinds: Kinds) -> str | None:
    """Give the page of a setting, or None where there is none of that name.

    Pointers are as in ``limits.max_delete``, ``source.csv.column`` (or ``source.column``), and
    with ``policy.`` before them for the policy's settings.
    """
    wanted = ".".join(part for part in pointer.strip().split(".") if not part.isdigit())
    pages = dict(_pages(kinds))
    if wanted in pages:
        return pages[wanted]
    first, _, rest = wanted.rpartition(".")
    for kind in kinds:
        if f"{first}.{kind}.{rest}" in pages:
            return pages[f"{first}.{kind}.{rest}"]
    return None


def field_names(kinds: Kinds) -> list[str]:
    """Give the pointer of every setting, those of the policy after those of plan files."""
    return [name for name, _ in _pages(kinds)]


def _pages(kinds: Kinds) -> Iterator[tuple[str, str]]:
    plan, policy = plan_schema(kinds), policy_schema(kinds)
    yield from _below("", plan)
    yield _POLICY, _page(_POLICY, policy, required=False)
    yield from _below(f"{_POLICY}.", policy)


def _below(prefix: str, schema: Schema) -> Iterator[tuple[str, str]]:
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        yield f"{prefix}{name}", _page(f"{prefix}{name}", field, name in required)
        inner = field.get("items", field)
        yield from _below(f"{prefix}{name}.", inner)
        if name in _SOURCES and "definitions" in schema:
            yield from _kinds(f"{prefix}{name}", schema["definitions"]["source"])


def _kinds(prefix: str, source: Schema) -> Iterator[tuple[str, str]]:
    yield f"{prefix}.from", _page(f"{prefix}.from", source["properties"]["from"], required=True)
    for branch in source["allOf"]:
        kind, own = branch["if"]["properties"]["from"]["const"], branch["then"]
        options = {key: one for key, one in own["properties"].items() if key != "from"}
        about = [f"{key}: {one['description']}" for key, one in options.items()]
        page = _page(f"{prefix}.{kind}", own, required=False)
        yield f"{prefix}.{kind}", "\n\n".join([page, *about])
        yield from _below(f"{prefix}.{kind}.", {**own, "properties": options})


def _page(name: str, field: Schema, required: bool) -> str:
    lines = [f"{name} ({_kind(field)}{', required' if required else ''})", "", field["description"]]
    if "default" in field:
        lines += ["", f"Default: {inline(field['default'])}"]
    if field.get("properties"):
        lines += ["", f"Keys: {', '.join(field['properties'])}"]
    if field.get("examples"):
        lines += ["", "Examples:", *_examples(name, field)]
    return "\n".join(lines)


def _examples(name: str, field: Mapping[str, Any]) -> Iterator[str]:
    key = name.rpartition(".")[2]
    for example in field["examples"]:
        of_kind = isinstance(example, dict) and example.get("from") == key
        yield f"  {inline(example)}" if of_kind else f"  {key}: {inline(example)}"


def _kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return f"one of {', '.join(str(one) for one in field['enum'])}"
    types = field.get("type", "object")
    names = types if isinstance(types, list) else [types]
    return " or ".join(_NAMES[name] for name in names)


_NAMES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
}
