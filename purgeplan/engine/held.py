"""Which ids an export still holds: a join on this machine, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Final

from purgeplan.engine.exported import read_export
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.model.outcome import Verdict
from purgeplan.model.ports import ExportFile
from purgeplan.model.records import ItemRow
from purgeplan.sources.audience.stage import COLUMN_OF
from purgeplan.sources.reading.reach import Progress, quiet
from purgeplan.sources.workspace import Workspace

_BY_ID: Final = """
    SELECT position, CASE WHEN id IN (SELECT $column FROM $held WHERE $column IS NOT NULL)
        THEN 'still_there' ELSE 'gone' END
    FROM items"""
_BY_ALIAS: Final = """
    SELECT position, CASE
        WHEN who IN (SELECT onesignal_id FROM $held WHERE onesignal_id IS NOT NULL)
            THEN 'still_there'
        WHEN id NOT IN (SELECT $column FROM $held WHERE $column IS NOT NULL) THEN 'gone'
        WHEN who IS NOT NULL THEN 'returned' END
    FROM items"""


def held(
    export: ExportFile, by: str, items: Iterable[ItemRow], progress: Progress = quiet
) -> Iterator[tuple[int, Verdict | None]]:
    """Give position and verdict of each item, by a whole export made after it was accepted.

    A user counts as gone where no subscription of theirs is left: an export lists no others. The
    verdict is None where somebody has the external_id and nobody knows who had it before. Raises
    AttentionError for a file that is no export, UnreachableError where disk or memory is full.
    """
    statement = _BY_ALIAS if by == EXTERNAL_ID else _BY_ID
    with Workspace() as work:
        rows = read_export(work, export, frozenset(COLUMN_OF.values()), progress)
        frozen = ((str(one.position), one.id, one.onesignal_id) for one in items)
        work.load("items", ("position", "id", "who"), frozen)
        for position, verdict in work.rows(statement, held=rows, column=COLUMN_OF[by]):
            yield int(position), None if verdict is None else Verdict(verdict)
