"""Words for one broken rule of a schema: what was expected, what was found, what to write."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

import yaml

from purgeplan.planfile.document import Pointer
from purgeplan.planfile.fields import Schema
from purgeplan.planfile.forms import FORMS

_QUOTE: Final = "quote it, so that it stays the text that it is"
_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS: Final = {
    "minimum": "{} or more",
    "maximum": "{} or less",
    "minItems": "a list of {} or more",
    "maxItems": "a list of {} at most",
    "uniqueItems": "a list that names each thing once",
    "minLength": "a text of {} or more characters",
    "maxLength": "a text of {} characters at most",
    "minProperties": "a mapping with {} or more keys",
    "maxProperties": "a mapping with {} key at most",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of the schema that a value breaks: ``rule: wanted`` in ``field``, for ``value``."""

    pointer: Pointer
    rule: str
    wanted: Any
    value: Any
    field: Schema

    @property
    def properties(self) -> Mapping[str, Schema]:
        """Give the fields that the mapping here may have."""
        found: Mapping[str, Schema] = self.field.get("properties", {})
        return found


@dataclass(frozen=True, slots=True)
class Expected:
    """What belongs there."""

    code: str
    words: str
    mend: str


def expected(broken: Broken) -> Expected:
    """Say what belongs where a value breaks a rule."""
    return _RULES.get(broken.rule, _bound)(broken)


def example_of(field: Schema) -> str | None:
    """Give the first example of a field, as YAML on one line."""
    examples = field.get("examples")
    return inline(examples[0]) if examples else None


def inline(value: object) -> str:
    """Write a value as YAML on one line."""
    return yaml.safe_dump([value], default_flow_style=True, width=10_000, sort_keys=False)[1:-2]


def close_to(name: str, known: Iterable[str]) -> str | None:
    """Give the known name that a misspelt one is likely meant to be."""
    folded = {one.lower(): one for one in known}
    found = get_close_matches(name[:40].lower().replace("-", "_"), folded, 1)
    return folded[found[0]] if found else None


def kind_of(value: object) -> str:
    """Name the kind of a value, which says nothing of the value."""
    match value:
        case bool():
            return "true or false"
        case int() | Decimal():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"


def _type(broken: Broken) -> Expected:
    names = broken.wanted if isinstance(broken.wanted, list) else [broken.wanted]
    words = " or ".join(_KINDS[name] for name in names)
    if "string" not in names or not isinstance(broken.value, int | Decimal):
        return Expected("PP022", words, _like(broken))
    has_unit = broken.field.get("format") in ("x-wait", "x-span", "x-rate")
    return Expected("PP022", words, _like(broken) if has_unit else _QUOTE)


def _enum(broken: Broken) -> Expected:
    words = [str(one) for one in broken.wanted]
    close = close_to(str(broken.value), words)
    mend = f"did you mean {close}?" if close else _like(broken)
    return Expected("PP023", f"one of {', '.join(words)}", mend)


def _const(broken: Broken) -> Expected:
    return Expected("PP023", inline(broken.wanted), _like(broken))


def _format(broken: Broken) -> Expected:
    form = FORMS[broken.wanted]
    return Expected("PP025", form.expected, form.mend_of(broken.value))


def _bound(broken: Broken) -> Expected:
    words = _BOUNDS.get(broken.rule, "another value").format(broken.wanted)
    return Expected("PP024", words, _like(broken))


_RULES: Final[dict[str, Callable[[Broken], Expected]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "format": _format,
}


def _like(broken: Broken) -> str:
    example = example_of(broken.field)
    return f"write it like {example}" if example else "correct it"
