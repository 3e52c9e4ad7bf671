"""Segment filters: those of the API that an audience can be asked (onesignal.md 1.12)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from purgeplan.sandbox.state import Row

Test = Callable[[Row], bool]
"""Tells whether a user's subscription belongs."""

MAX_FILTERS: Final = 200
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
_MAX_IN_ARRAY: Final = 20
_AGES: Final = frozenset({"last_session", "first_session"})
"""Fields that are instants, compared by how long ago they are."""


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _seconds(hours: str) -> float:
    return float(hours) * 3_600


_FIELDS: Final[dict[str, tuple[str, Callable[[str], Any], Callable[[Row], Any]]]] = {
    "last_session": ("><", _seconds, lambda row: row[1].last_active),
    "first_session": ("><", _seconds, lambda row: row[0].first_active),
    "session_count": ("><=!=", int, lambda row: row[1].session_count),
    "app_version": ("><=!=", _version, lambda row: _version(row[1].app_version)),
    "language": ("=!=", str, lambda row: row[0].language),
    "country": ("=!=", str, lambda row: row[0].country),
}
"""Each field's relations, how its operand is read, and where a row has it."""


def compile_filters(filters: Sequence[Mapping[str, Any]], now: float) -> Test:
    """Give the test of a list of filters: AND binds tighter than OR, and is implied.

    ``now`` is in Unix seconds. Raises ValueError for what the API does not take, or what the
    sandbox can't tell.
    """
    if len(filters) > MAX_FILTERS or (filters and "operator" in filters[-1]):
        msg = "filters must be at most 200 entries and not end with an operator"
        raise ValueError(msg)
    groups: list[list[Test]] = [[]]
    for entry in filters:
        if entry.get("operator") == "OR":
            groups.append([])
        elif "operator" not in entry:
            groups[-1].append(_test(entry, now))
        elif entry["operator"] != "AND":
            msg = f"unknown operator {entry['operator']}"
            raise ValueError(msg)
    return lambda row: any(all(test(row) for test in group) for group in groups)


def _test(entry: Mapping[str, Any], now: float) -> Test:
    field, relation = str(entry.get("field")), str(entry.get("relation"))
    value = str(entry.get("value", ""))
    if field == "tag":
        return _tag(str(entry.get("key")), relation, value)
    if field not in _FIELDS:
        msg = f"filter on {field} is not supported"
        raise ValueError(msg)
    relations, read, of_row = _FIELDS[field]
    order = _order(relation, relations)
    operand = read(str(entry.get("hours_ago", value)))
    if field in _AGES:
        return lambda row: order(now - of_row(row), operand)
    return lambda row: order(of_row(row), operand)


def _order(relation: str, allowed: str) -> Callable[[Any, Any], bool]:
    if relation not in _ORDERS or relation not in allowed:
        msg = f"relation {relation} does not fit this field"
        raise ValueError(msg)
    return _ORDERS[relation]


def _tag(key: str, relation: str, value: str) -> Test:
    match relation:
        case "exists":
            return lambda row: key in row[0].tags
        case "not_exists":
            return lambda row: key not in row[0].tags
        case "in_array" | "not_in_array":
            wanted = value.split(",")
            if len(wanted) > _MAX_IN_ARRAY:
                msg = "in_array takes at most 20 values"
                raise ValueError(msg)
            inside = relation == "in_array"
            return lambda row: (str(row[0].tags.get(key)) in wanted) is inside
        case "=":
            return lambda row: str(row[0].tags.get(key)) == value
        case "!=":
            return lambda row: str(row[0].tags.get(key)) != value
        case _:
            order, number = _order(relation, "><"), float(value)
            return lambda row: order(_number(row[0].tags.get(key)), number)


def _number(tag: object) -> float:
    """Give a tag as a number; what is none compares as false with everything."""
    try:
        return float(str(tag))
    except ValueError:
        return float("nan")
