"""Columns by their names: which one holds the ids, and what the others are known to hold."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID, masked

NAMES: Final = {
    SUBSCRIPTION_ID: ("player_id", "subscription_id", "id"),
    ONESIGNAL_ID: ("onesignal_id",),
    EXTERNAL_ID: ("external_id", "external_user_id"),
}
"""What columns with ids of a kind are called; an alias is called by its label."""

EXPORT: Final = frozenset({"id", "device_type", "invalid_identifier"})
"""Columns by which a full export of OneSignal is known (its CSV always has them)."""

_OPT_OUTS: Final = {"opted_out": "invalid_identifier", "channel": "device_type"}
"""Columns of an export that say something only together."""

_SHOWN: Final = 20
"""Columns told of where the one that is wanted is not among them."""

_NAMELIKE = re.compile(r"[A-Za-z_][A-Za-z_ .-]{0,40}\d{0,2}")


def is_export(names: Sequence[str]) -> bool:
    """Tell whether these are the columns of an export: rows are subscriptions, ``id`` theirs."""
    return set(names) >= EXPORT


def names_of(kind: str) -> tuple[str, ...]:
    """Give what a column with ids of this kind is called by itself."""
    return NAMES.get(kind, (kind,))


def choose(names: Sequence[str], column: str | None, kind: str, place: Place) -> int:
    """Give the index of the column with the ids.

    Raises InvalidError where it is not there, there twice, one of several, or of another kind.
    """
    wanted = (column,) if column else names_of(kind)
    found = [index for index, name in enumerate(names) if name in wanted]
    if not found:
        raise InvalidError(_missing(names, wanted, kind, place))
    if len(found) > 1:
        raise InvalidError(_several([names[index] for index in found], place))
    theirs = _meant(names[found[0]]) if is_export(names) else None
    if theirs not in (None, kind):
        mend = "name the column that holds them, such as onesignal_id or external_user_id"
        problem = f"in an export `{names[found[0]]}` holds the {theirs}, and {kind} is wanted"
        raise InvalidError(Finding("PP221", problem, mend, place))
    return found[0]


def _meant(name: str) -> str | None:
    """Give the kind of ids that a column of this name holds in an export, None for others."""
    return next((kind for kind, called in NAMES.items() if name in called), None)


def others(names: Sequence[str], kind: str) -> Mapping[str, int]:
    """Give the staged columns beside ``id`` that a file has, with their indexes.

    The kind of the ids themselves is not among them. ``id`` is a subscription in an export only.
    """
    export = is_export(names)
    known: dict[str, int] = {}
    for staged, called in NAMES.items():
        usual = called if export or staged != SUBSCRIPTION_ID else called[:2]
        indexes = [index for index, name in enumerate(names) if name in usual]
        if len(indexes) == 1 and staged != kind:
            known[staged] = indexes[0]
    if export and all(names.count(one) == 1 for one in _OPT_OUTS.values()):
        known |= {staged: names.index(one) for staged, one in _OPT_OUTS.items()}
    if export and names.count("last_active") == 1:
        known["last_active"] = names.index("last_active")
    return known


def shown(name: str) -> str:
    """Give a column's name for a message; what could be an id, in a file without a header, masked.

    A cell of many digits or with an at sign is no name.
    """
    return name if _NAMELIKE.fullmatch(name) else masked(name)


def _several(found: Sequence[str], place: Place) -> Finding:
    if len(set(found)) == 1:
        problem = f"{len(found)} columns are called {found[0]}"
        return Finding("PP213", problem, "give each column a name of its own", place)
    problem = f"{len(found)} columns could hold the ids: {', '.join(found)}"
    return Finding("PP213", problem, "say which with `column`", place)


def _missing(names: Sequence[str], wanted: Sequence[str], kind: str, place: Place) -> Finding:
    there = ", ".join(shown(name) for name in names[:_SHOWN]) or "none"
    there += f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    problem = f"no column {' or '.join(wanted)} for the {kind}; there are: {there}"
    if not any(_NAMELIKE.fullmatch(name) for name in names):
        mend = "write a first line that names the columns, such as " + names_of(kind)[0]
        return Finding("PP209", "the first line names no columns", mend, place)
    folded = {name.casefold(): name for name in names}
    close = [m for name in wanted for m in get_close_matches(name.casefold(), folded, 1)]
    if close:
        mend = f"did you mean `column: {shown(folded[close[0]])}`?"
        return Finding("PP212", problem, mend, place)
    mend = "say which one with `column`, or correct `path` if another file is meant"
    return Finding("PP212", problem, mend, place)
