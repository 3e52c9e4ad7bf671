"""Rows made in Python on their way into a staged table: counted, canonical, bad ones placed."""

from collections.abc import Iterable, Iterator, Mapping

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model import ids
from purgeplan.sources.port import COLUMNS
from purgeplan.sources.reading.fit import quick
from purgeplan.sources.reading.places import SHOWN, unfit
from purgeplan.sources.workspace import Workspace

Row = tuple[Place, str, Mapping[str, str]]
"""Where it stands, the id as written, and what is known beside it by staged column."""


class Rows:
    """Stages rows, and remembers how many there were and which could not be sent.

    ``label`` names the id of a row, counted from 0, in a message.
    """

    def __init__(self, kind: str, label: str, *, numbered: bool = False) -> None:
        self._kind = kind
        self._label = label
        self._numbered = numbered
        self.count = 0
        self.rejected = 0
        self.places: list[Finding] = []
        """The first of those rejected."""

    def stage(self, rows: Iterable[Row], work: Workspace, *, set_aside: bool) -> str:
        """Put them into a table and give its name.

        Raises InvalidError with the first places where ids are unfit, unless they are set aside,
        and whatever ``rows`` raises.
        """
        table = work.new("staged")
        work.load(table, COLUMNS, self._fit(rows))
        if self.places and not set_aside:
            raise InvalidError(*self.places)
        return table

    def _fit(self, rows: Iterable[Row]) -> Iterator[tuple[str | None, ...]]:
        fit = quick(self._kind)
        for place, raw, beside in rows:
            one = fit(raw)
            if one is None:
                self._reject(place, raw)
            else:
                yield one, *(beside.get(column) for column in COLUMNS[1:])
            self.count += 1

    def _reject(self, place: Place, raw: str) -> None:
        self.rejected += 1
        if len(self.places) < SHOWN:
            problem = ids.unfit(self._kind, ids.canonical(self._kind, raw))
            label = f"{self._label}[{self.count}]" if self._numbered else self._label
            self.places.append(unfit(label, str(problem), place))
