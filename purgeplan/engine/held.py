"""Which ids an export still holds: a join on this machine, in bounded memory."""

import csv
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from purgeplan.errors import AttentionError, Finding
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID, canonical
from purgeplan.model.outcome import Verdict
from purgeplan.model.records import ItemRow
from purgeplan.sources.workspace import Workspace

_COLUMNS: Final = ("id", "external_user_id", "onesignal_id")

_BY_ID: Final = """
    SELECT position, CASE WHEN id IN (SELECT $column FROM held WHERE $column IS NOT NULL)
        THEN 'still_there' ELSE 'gone' END
    FROM items"""
_BY_ALIAS: Final = """
    SELECT position, CASE
        WHEN who IN (SELECT onesignal_id FROM held WHERE onesignal_id IS NOT NULL)
            THEN 'still_there'
        WHEN id NOT IN (SELECT $column FROM held WHERE $column IS NOT NULL) THEN 'gone'
        WHEN who IS NOT NULL THEN 'returned' END
    FROM items"""
_COLUMN_OF: Final = {
    SUBSCRIPTION_ID: "id",
    ONESIGNAL_ID: "onesignal_id",
    EXTERNAL_ID: "external_user_id",
}


def held(export: Path, by: str, items: Iterable[ItemRow]) -> Iterator[tuple[int, Verdict | None]]:
    """Give position and verdict of each item, by a whole export made after it was accepted.

    A user counts as gone where no subscription of theirs is left: an export lists no others. The
    verdict is None where somebody has the external_id and nobody knows who had it before. Raises
    AttentionError for a file that is no export, UnreachableError where disk or memory is full.
    """
    statement = _BY_ALIAS if by == EXTERNAL_ID else _BY_ID
    with Workspace() as workspace:
        workspace.load("held", _COLUMNS, _rows(export))
        frozen = ((str(one.position), one.id, one.onesignal_id) for one in items)
        workspace.load("items", ("position", "id", "who"), frozen)
        for position, verdict in workspace.rows(statement, column=_COLUMN_OF[by]):
            yield int(position), None if verdict is None else Verdict(verdict)


def _rows(export: Path) -> Iterator[tuple[str, str, str]]:
    try:
        with gzip.open(export, "rt", encoding="utf-8", newline="") as text:
            lines = csv.reader(text, strict=True)
            header = next(lines, [])
            if not set(_COLUMNS) <= set(header):
                raise AttentionError(_strange("a column is missing"))
            one, external, who = (header.index(name) for name in _COLUMNS)
            for line in lines:
                if len(line) != len(header):
                    why = f"line {lines.line_num:,} has another number of fields"
                    raise AttentionError(_strange(why))
                yield (
                    canonical(SUBSCRIPTION_ID, line[one]),
                    line[external].replace("\0", "\ufffd"),  # no id of ours holds one
                    canonical(ONESIGNAL_ID, line[who]),
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise AttentionError(_strange(type(error).__name__)) from error


def _strange(why: str) -> Finding:
    problem = f"what came as the export is none that can be read: {why}"
    return Finding("PP615", problem, "repeat the command; is it OneSignal?")
