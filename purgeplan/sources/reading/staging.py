"""Puts what was read into a staged table: ids canonical and fit, the rest as text."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from purgeplan.model.ids import UUID_KINDS, UUID_PATTERN
from purgeplan.sources.audience.fields import FIELDS
from purgeplan.sources.port import COLUMNS
from purgeplan.sources.reading.fit import canonical_or_none, sure_sql, uuid_sql
from purgeplan.sources.workspace import Workspace

_OPTED_OUT: Final = (
    "CASE WHEN lower({0}) IN ('t', 'true') THEN 't' WHEN lower({0}) IN ('f', 'false') THEN 'f' END"
)
_CHANNEL: Final = "CASE coalesce({0}, 11) WHEN 11 THEN 'email' WHEN 14 THEN 'sms' ELSE 'push' END"
"""Device types of OneSignal: 11 is e-mail, 14 is SMS, the others are push (onesignal.md 1.6).

Of a row whose device type can't be read an opt-out is kept, as that of an e-mail row is.
"""

_READ: Final[Mapping[str, Callable[[str], str]]] = {
    "opted_out": _OPTED_OUT.format,
    "channel": lambda raw: _CHANNEL.format(FIELDS["device_type"].read(raw)),
    "last_active": lambda raw: f"CAST(epoch_ms({FIELDS['last_active'].read(raw)}) AS VARCHAR)",
}
"""How a cell of an export is read; a text that says nothing is NULL."""

_WHOLE: Final = {
    **{kind: f"regexp_full_match({kind}, '{UUID_PATTERN}')" for kind in sorted(UUID_KINDS)},
    "opted_out": "opted_out IS NOT NULL",
    "last_active": "last_active IS NOT NULL",
}
"""What must hold in every row for a column to be known."""


def new_table(work: Workspace) -> str:
    """Create an empty staged table; its column ``doubt`` is for ids that Python must look at."""
    table = work.new("staged")
    listed = ", ".join(f"{column} VARCHAR" for column in (*COLUMNS, "doubt"))
    work.run(f"CREATE TABLE $table ({listed})", table=table)
    return table


def selected(kind: str, chosen: int, others: Mapping[str, int]) -> str:
    """Give what a staged table selects from columns c0, c1, ... of a text."""
    raw = f"c{chosen}"
    sure = sure_sql(kind, raw)
    parts = [sure, *(_staged(column, others.get(column)) for column in COLUMNS[1:])]
    return ", ".join([*parts, f"CASE WHEN ({sure}) IS NULL THEN coalesce({raw}, '') END"])


def _staged(column: str, index: int | None) -> str:
    if index is None:
        return "NULL"
    raw = f"c{index}"
    if column in UUID_KINDS:
        return uuid_sql(raw)
    return _READ.get(column, str)(raw)


def settle(work: Workspace, table: str, kind: str) -> int:
    """Let Python decide the doubtful ids, drop the rows that are unfit, and give their number."""
    work.fill(table, "id", "doubt", lambda raw: canonical_or_none(kind, raw))
    rejected = work.number("SELECT count(*) FROM $table WHERE id IS NULL", table=table)
    if rejected:
        work.run("DELETE FROM $table WHERE id IS NULL", table=table)
    return rejected


def holding(work: Workspace, table: str, columns: Iterable[str]) -> frozenset[str]:
    """Give those columns that hold for every row: UUIDs are whole, opt-outs are said.

    An empty external_id is a fact (an anonymous user); an empty onesignal_id is a gap.
    """
    gaps = "SELECT count(*) FROM $table WHERE NOT coalesce({}, false)"
    return frozenset(
        column
        for column in columns
        if column not in _WHOLE or not work.number(gaps.format(_WHOLE[column]), table=table)
    )
