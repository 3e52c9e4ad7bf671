"""Conditions that a plan may put: one boolean expression of DuckDB, of listed parts only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.sources.audience import allowed
from purgeplan.sources.audience.fields import COMPUTED, FIELDS
from purgeplan.sources.reading.columns import shown
from purgeplan.sources.workspace import Workspace

LONGEST: Final = 2_000
MOST_BRACKETS: Final = 100
"""DuckDB's parser takes seconds for some hundreds of brackets that nobody closes."""

_SELECT: Final = "SELECT "
_SHAPE: Final = {
    "type": "SELECT_NODE",
    "cte_map": {},
    "from_table": {"type": "EMPTY"},
    "aggregate_handling": "STANDARD_HANDLING",
}
"""A SELECT of one expression and nothing else, as DuckDB writes it down."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition that was looked through, with the columns that it names."""

    text: str
    columns: frozenset[str]
    place: Place

    @property
    def about_activity(self) -> bool:
        """Tell whether it says who is active."""
        return not self.columns.isdisjoint({"last_active", "inactive_days"})


def where_of(text: str, place: Place, work: Workspace) -> Where:
    """Look a condition through; raises InvalidError where it is anything but one.

    It is parsed and never run: whatever is not known to be harmless is refused.
    """
    if len(text) > LONGEST or sum(map(text.count, "([{")) > MOST_BRACKETS:
        raise refused(_TOO_LONG, place, "select by a tag or a list instead")
    columns: set[str] = set()
    nodes = list(_nodes(_tree(text, place, work)))
    for node in nodes:
        if problem := _wrong(node):
            raise refused(problem, place, _mend(node))
        columns |= {name.lower() for name in node.get("column_names", ())}
    if not columns:
        raise refused(_NO_COLUMN, place)
    if sum(map(_lengthens, nodes)) > 1:
        raise refused(_LENGTHENS, place, "replace by what is no longer than what it stands for")
    return Where(text, frozenset(columns), place)


def refused(problem: str, place: Place, mend: str = "") -> InvalidError:
    """Give the error for a condition."""
    mend = mend or "`purgeplan explain source.export.where` lists columns and functions"
    return InvalidError(Finding("PP230", f"`where` {problem}", mend, place))


@contextmanager
def understood(place: Place) -> Iterator[None]:
    """Map what the database raises when it binds or runs a condition; its words show cells."""
    import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

    try:
        yield
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        problem = f"can't be told of every row: a value does not fit ({type(error).__name__})"
        raise refused(problem, place, "compare values of one type, or use TRY_CAST") from None
    except duckdb.Error as error:
        problem = f"makes no sense to the database ({type(error).__name__})"
        raise refused(problem, place, "compare values of one type") from None


def _tree(text: str, place: Place, work: Workspace) -> Any:  # noqa: ANN401 - JSON
    """Parse a text that must be one expression; raises InvalidError otherwise."""
    import duckdb  # noqa: PLC0415 - takes 0.3 s, and no kind needs it to be described

    call = "SELECT json_serialize_sql(?, skip_null := true, skip_default := true)"
    try:
        duckdb.SQLExpression(text)
        (row,) = work.rows(call, _SELECT + text)
        (statement,) = json.loads(row[0])["statements"]
        (tree,) = statement["node"].pop("select_list")
    except (duckdb.Error, KeyError, ValueError, TypeError, RecursionError):
        raise refused(_NOT_ONE, place) from None
    if statement != {"node": _SHAPE}:
        raise refused(_NOT_ONE, place)
    return tree


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Give every node below, the root included, without recursion."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "class" in one:
                yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _wrong(node: dict[str, Any]) -> str | None:
    """Say what makes a node one that is not listed, or None."""
    kind = node["class"]
    if kind not in allowed.CLASSES or "alias" in node:
        return f"holds what no condition needs ({kind.lower().replace('_', ' ')})"
    if kind == "COLUMN_REF":
        return _wrong_column(node["column_names"])
    if kind == "FUNCTION":
        return _wrong_function(node)
    if kind == "OPERATOR" and node["type"] not in allowed.OPERATORS:
        return f"holds an operator that is not listed ({node['type'].lower()})"
    if kind == "TYPE" and (
        node["type_name"].upper() not in allowed.CAST_TO
        or node["qualified_name"] != {"path": [node["type_name"]]}
    ):
        return "casts to a type that is not listed"
    return None


def _wrong_column(names: list[str]) -> str | None:
    if len(names) == 1 and names[0].lower() in FIELDS | COMPUTED:
        return None
    return f"names {shown('.'.join(names))}, which is no column of an export"


def _wrong_function(node: dict[str, Any]) -> str | None:
    name = node["function_name"]
    plain = node["qualified_name"] == {"path": [name]} and node["order_bys"] == {
        "type": "ORDER_MODIFIER"
    }
    known = name in allowed.FUNCTIONS | allowed.SYMBOLS
    if known and plain and node.keys() <= allowed.FUNCTION_KEYS:
        return None
    return f"calls {shown(name)}, which is not listed"


def _lengthens(node: dict[str, Any]) -> bool:
    """Tell whether a text can become longer: one such call within another multiplies it."""
    if node.get("function_name") != "replace":
        return False
    literals = [one["expression"].get("literal", {}) for one in node["arguments"][1:]]
    if [one.get("kind") for one in literals] != ["STRING", "STRING"]:
        return True
    old, new = (one.get("text", "") for one in literals)
    return len(new) > len(old)


def _mend(node: dict[str, Any]) -> str:
    names = [str(one).lower() for one in node.get("column_names", [node.get("function_name", "")])]
    if not allowed.CLOCKS.isdisjoint(names):
        return "write inactive_days, or inactive_for beside it: both count from the export's time"
    if node["class"] == "COLUMN_REF":
        if names[0] == "tags":
            return "read a tag with tags->>'NAME'"
        close = get_close_matches(names[0], FIELDS | COMPUTED, 1)
        return f"did you mean {close[0]}?" if close else ""
    return "read a tag with tags->>'NAME'" if node["class"] == "LAMBDA" else ""


_TOO_LONG: Final = f"is longer than {LONGEST:,} characters, or has over {MOST_BRACKETS} brackets"
_NO_COLUMN: Final = "names no column, so it is everyone or nobody"
_LENGTHENS: Final = "makes texts longer by more than one replace"
_NOT_ONE: Final = "is not one condition"
