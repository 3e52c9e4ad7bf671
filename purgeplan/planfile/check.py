"""Holds a document against its schema and makes a finding of every problem."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from purgeplan.errors import Finding
from purgeplan.planfile.document import Document, Pointer, dotted, is_hidden
from purgeplan.planfile.expected import Broken, close_to, example_of, expected, kind_of
from purgeplan.planfile.fields import Schema
from purgeplan.planfile.forms import FORMS
from purgeplan.planfile.secrets import shown, shown_name

MAX_ERRORS: Final = 200

_MAX_KEYS: Final = 60
_MAX_UNKNOWN: Final = 20
_ABOUT_KEYS: Final = frozenset({"additionalProperties", "required"})
_FIRST: Final = ("type", "const", "enum", "format")
"""Of several rules that one value breaks, the one that is told; the others follow from it."""


def check(document: Document, schema: Schema) -> list[Finding]:
    """Give every finding of a document against a schema (the first few hundred); never raises."""
    validator = Draft7Validator(schema, format_checker=_CHECKER)
    errors = islice(validator.iter_errors(document.content), MAX_ERRORS)
    broken = [_broken(error) for error in errors]
    keys = islice((made for one in broken for made in _of_keys(document, one, schema)), _MAX_KEYS)
    values: dict[Pointer, Finding] = {}
    for one in sorted(broken, key=_rank):
        if one.rule not in _ABOUT_KEYS and one.pointer not in values:
            values[one.pointer] = _of_value(document, one)
    return [*dict.fromkeys(keys), *values.values()]


def _broken(error: ValidationError) -> Broken:
    field = error.schema if isinstance(error.schema, dict) else {}
    pointer = tuple(error.absolute_path)
    return Broken(pointer, str(error.validator), error.validator_value, error.instance, field)


def _rank(broken: Broken) -> int:
    return _FIRST.index(broken.rule) if broken.rule in _FIRST else len(_FIRST)


def _of_keys(document: Document, broken: Broken, schema: Schema) -> Iterator[Finding]:
    if broken.rule == "additionalProperties":
        unknown = (key for key in broken.value if key not in broken.properties)
        for key in islice(unknown, _MAX_UNKNOWN):
            problem = f"unknown key {shown_name(key)}{_under(broken.pointer)}"
            mend = _meant(key, broken.properties, schema)
            yield document.finding_at_key("PP020", problem, mend, (*broken.pointer, key))
    if broken.rule == "required":
        for key in broken.wanted:
            if key not in broken.value:
                problem = f"missing key `{key}`{_under(broken.pointer)}"
                yield document.finding("PP021", problem, _addition(key, broken), broken.pointer)


def _addition(key: str, broken: Broken) -> str:
    unknown = (one for one in broken.value if one not in broken.properties)
    written = close_to(key, islice(unknown, _MAX_UNKNOWN))
    if written is not None:
        return f"is it meant by {shown_name(written)}?"
    example = example_of(broken.properties.get(key, {}))
    return f"add `{key}: {example}`" if example else f"add `{key}:`"


def _meant(key: str, known: Mapping[str, Schema], schema: Schema) -> str:
    """Say where a key belongs: the same name elsewhere, a similar one here, or what there is."""
    tops: Mapping[str, Schema] = schema["properties"]
    if key in tops:
        return f"`{key}` belongs to the top of the file"
    close = close_to(key, known)
    if close:
        return f"did you mean `{close}`?"
    parents = [top for top, field in tops.items() if key in field.get("properties", {})]
    if parents:
        return f"did you mean `{parents[0]}: {{{key}: ...}}`?"
    return f"the keys here are {', '.join(known)}"


def _of_value(document: Document, broken: Broken) -> Finding:
    wanted = expected(broken)
    secret = is_hidden(broken.pointer) or isinstance(broken.value, dict | list)
    got = kind_of(broken.value) if secret or wanted.code == "PP022" else shown(broken.value)
    at = f"{dotted(broken.pointer)}: " if broken.pointer else ""
    problem = f"{at}expected {wanted.words}, got {got}"
    return document.finding(wanted.code, problem, wanted.mend, broken.pointer)


def _under(pointer: Pointer) -> str:
    return f" under `{dotted(pointer)}`" if pointer else ""


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, form in FORMS.items():
        read = form.read
        checker.checks(name)(
            lambda value, read=read: not isinstance(value, str) or read(value) is not None
        )
    return checker


_CHECKER: Final = _checker()
