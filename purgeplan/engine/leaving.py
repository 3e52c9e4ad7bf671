"""The rows of exactly those who are left of a plan, cut out of an export in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID, unfit
from purgeplan.model.outcome import State
from purgeplan.model.ports import ExportFile
from purgeplan.model.records import ItemRow
from purgeplan.sources.audience.copies import PARQUET, columns_of, poured, quoted
from purgeplan.sources.audience.load import spooled
from purgeplan.sources.reading.cutting import agreed
from purgeplan.sources.reading.places import Spooled
from purgeplan.sources.reading.reach import Progress
from purgeplan.sources.working.names import sql_text
from purgeplan.sources.working.texts import text_of
from purgeplan.sources.workspace import Workspace

_KEYS: Final = ("id", "onesignal_id", "external_user_id")

# A user is who is known by name now, where the plan does not know whom it means.
_USERS: Final = """
    CREATE TABLE users AS
    SELECT who AS one FROM leaving WHERE who IS NOT NULL
    UNION SELECT {user} FROM {rows}
    WHERE {user} IS NOT NULL AND {name} IN (SELECT id FROM leaving WHERE {named})"""
_OF_USERS: Final = """
    {user} IN (SELECT one FROM users)
    OR ({user} IS NULL AND {name} IN (SELECT id FROM leaving WHERE {named}))"""
_OF_SUBSCRIPTIONS: Final = "{one} IN (SELECT id FROM leaving)"
_MET: Final = """
    CREATE TABLE met AS
    SELECT position, min({user}) AS one FROM {rows} JOIN leaving ON {name} = leaving.id
    WHERE {named} GROUP BY position HAVING min({user}) = max({user})"""
_MISSING: Final = "CREATE TABLE missing AS SELECT position, state FROM leaving WHERE {test}"
_NOT_IN: Final = "{one} NOT IN (SELECT {cell} FROM {rows} WHERE {cell} IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Cut:
    """What was written: so many rows, in a file of this sha256."""

    rows: int
    sha256: str


class Leaving:
    """Who is left of a plan, in a workspace: the items of the kind ``by``, each once.

    An alias of the customer's own is no name that an export has: who is known by onesignal_id
    beside it has rows, anybody else has none.
    """

    def __init__(self, work: Workspace, by: str, items: Iterable[ItemRow]) -> None:
        self._work = work
        self._single = by == SUBSCRIPTION_ID
        self._named = "who IS NULL" if by == EXTERNAL_ID else "false"
        users = (
            (
                one.id,
                one.id if by == ONESIGNAL_ID else one.onesignal_id,
                str(one.position),
                one.state,
            )
            for one in items
        )
        work.load("leaving", ("id", "who", "position", "state"), users)

    def cut(self, export: ExportFile, into: Path, progress: Progress) -> Cut:
        """Write the rows of these, every cell as its text, as Parquet into a file that exists.

        A user has every row with their onesignal_id. Finds whom it ``met``, and who is ``missing``.
        Raises InvalidError where the export can't be read whole, UnreachableError where there is no
        room.
        """
        work = self._work
        with spooled(work, export, progress) as (scan, text), agreed(scan, text) as counted:
            at, rows = _columns(text), text_of(text.path, text.layout.shape)
            counted(*work.tell(f"SELECT count(*) FROM {rows}"))  # noqa: S608 - a file of ours
            progress("keeping the rows of those who go", 0, None)
            test = self._test(rows, {name: f"c{at[name]}" for name in _KEYS})
            cells = ", ".join(f"c{index} AS {quoted(name)}" for name, index in at.items())
            query = f"SELECT {cells} FROM {rows} WHERE {test}"  # noqa: S608 - names are quoted
            with work.written(query, PARQUET) as (path, kept):
                _, sha256 = poured(path, into)
                self._meet(path)
                self.look_up(path)
                return Cut(kept, sha256)

    def _meet(self, file: Path) -> None:
        rows = f"read_parquet({sql_text(str(file))})"
        names = {"user": _folded("onesignal_id"), "name": "external_user_id", "named": self._named}
        self._work.tell(_MET.format(rows=rows, **names))

    def met(self) -> Iterator[tuple[int, str]]:
        """Give position and onesignal_id of whom ``cut`` has met under the name that they go by."""
        for position, one in self._work.rows("SELECT position, one FROM met ORDER BY one"):
            if unfit(ONESIGNAL_ID, one) is None:
                yield int(position), one

    def look_up(self, file: Path) -> None:
        """Find who is ``missing`` in a Parquet file of the workspace: no row of it is theirs."""
        rows = f"read_parquet({sql_text(str(file))})"
        if self._single:
            test = _NOT_IN.format(one="id", cell=_folded("id"), rows=rows)
        else:
            known = _NOT_IN.format(one="who", cell=_folded("onesignal_id"), rows=rows)
            named = _NOT_IN.format(one="id", cell="external_user_id", rows=rows)
            test = (
                f"CASE WHEN who IS NOT NULL THEN {known}"
                f" WHEN {self._named} THEN {named} ELSE true END"
            )
        self._work.tell(_MISSING.format(test=test))

    def missing(self, state: State) -> Iterator[int]:
        """Give the positions of those in this state of whom no row was found."""
        found = "SELECT position FROM missing WHERE state = '{}'"
        yield from map(int, self._work.column(found.format(state)))

    def _test(self, rows: str, cells: dict[str, str]) -> str:
        if self._single:
            return _OF_SUBSCRIPTIONS.format(one=_folded(cells["id"]))
        names = {
            "user": _folded(cells["onesignal_id"]),
            "name": cells["external_user_id"],
            "named": self._named,
        }
        self._work.tell(_USERS.format(rows=rows, **names))
        return _OF_USERS.format(**names)


def _folded(cell: str) -> str:
    """Give a UUID's cell as ids of ours are written."""
    return f"lower(trim({cell}, ' '))"


def _columns(text: Spooled) -> dict[str, int]:
    at = columns_of(text)
    missing = [name for name in _KEYS if name not in at]
    if missing:
        problem = f"the export has no column {', '.join(missing)}"
        mend = "repeat the command; is it OneSignal?"
        raise InvalidError(Finding("PP231", problem, mend, Place(text.name, 1)))
    return at
