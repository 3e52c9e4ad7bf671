"""The kind ``export``: those of the whole audience who are silent for long, or fit a condition."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final

from purgeplan.errors import Finding
from purgeplan.model.span import seconds
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.audience.allowed import FUNCTIONS
from purgeplan.sources.audience.fields import FIELDS, basis, listed, stamp
from purgeplan.sources.audience.load import Loaded
from purgeplan.sources.audience.stage import MAX_AGE, SPAN, audience_of, refuse_unfit, stage_rows
from purgeplan.sources.audience.where import (
    LONGEST,
    Where,
    refused,
    understood,
    where_of,
)
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.workspace import Workspace

_CANDIDATES: Final = "CREATE VIEW $view AS SELECT * FROM $rows WHERE {test}"
_UNREAD: Final = "SELECT count(*) FROM $rows WHERE $column"
_SEEN: Final = "SELECT count(last_active), coalesce(sum(epoch(last_active)), 0) FROM $rows"


class ExportSource:
    """Takes a CSV export of the whole audience and selects among its rows.

    Time is that of the export, so that the same file gives the same rows whenever it is planned.
    """

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Those of the app's whole audience, by a CSV export, who fit `inactive_for` and "
            "`where` (one of them is required, except for a reset). Rows are subscriptions."
        ),
        "properties": {
            "inactive_for": {
                **SPAN,
                "description": (
                    "No session for at least this long when the export was asked for. A row whose "
                    "last_active can't be read is never inactive."
                ),
                "examples": ["180d"],
            },
            "where": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST,
                "description": (
                    "A condition on the export's columns, as SQL (DuckDB). Silence is counted by "
                    "inactive_days, from the export's time: inactive_days >= 180. A row with a "
                    "named cell that can't be read is not selected, nor, where last_active or "
                    f"inactive_days is named, one without it.\n\nColumns:\n{listed()}\n\n"
                    "Operators: comparisons, AND, OR, NOT, IS, IN, BETWEEN, CASE, COALESCE, CAST, "
                    "TRY_CAST, LIKE, ILIKE, GLOB, SIMILAR TO, ->>, ||, + - * / // %.\n\n"
                    f"Functions: {', '.join(sorted(FUNCTIONS))}."
                ),
                "examples": ["inactive_days >= 180 AND tags->>'plan' = 'free'"],
            },
            "max_age": MAX_AGE,
        },
        "required": [],
        "examples": [
            {"from": "export", "inactive_for": "180d"},
            {"from": "export", "where": "inactive_days >= 365 AND session_count < 3"},
        ],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def where(self, work: Workspace) -> Where | None:
        """Give the condition; raises InvalidError where it is none, or a setting does not fit."""
        refuse_unfit(self._spec)
        text = self._spec.options.get("where")
        return None if text is None else where_of(text, self._spec.place, work)

    def check(self, context: Context) -> None:
        """Raise InvalidError for what an export can't be asked, and for what is no condition."""
        refuse_unfit(self._spec)
        if "where" in self._spec.options:
            with Workspace() as work:
                self.where(work)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Stage the rows that are selected; see ``Audience.whole`` for what is raised."""
        where = self.where(work)
        loaded = audience_of(context, self._spec).whole()
        context.progress("selecting", 0, loaded.rows)
        rows = self._candidates(work, loaded, where)
        if where is None:
            staged = stage_rows(work, rows, self._name(), self._spec, loaded)
        else:
            with understood(where.place):
                rows = _picked(work, rows, where)
                staged = stage_rows(work, rows, self._name(), self._spec, loaded)
        return replace(staged, warnings=tuple(self._warnings(work, loaded, where, rows)))

    def _name(self) -> str:
        span, where = (self._spec.options.get(key) for key in ("inactive_for", "where"))
        parts = [f"inactive for {span}" if span else "", "by a condition" if where else ""]
        return " and ".join(filter(None, parts)) or "everyone"

    def _candidates(self, work: Workspace, loaded: Loaded, where: Where | None) -> str:
        """Make a view of the rows that are silent for long enough, and can be judged."""
        tests = [f"NOT unread_{column}" for column in _judged(where)]
        if where is not None and where.about_activity:
            tests.append("last_active IS NOT NULL")
        span = self._spec.options.get("inactive_for")
        if span is not None:
            since = loaded.as_of - timedelta(seconds=seconds(span) or 0)
            tests.append(f"last_active <= {stamp(since)}")
        view, test = work.new("candidates"), " AND ".join(tests) or "true"
        work.run(_CANDIDATES.format(test=test), view=view, rows=loaded.table)
        return view

    def _warnings(
        self, work: Workspace, loaded: Loaded, where: Where | None, rows: str
    ) -> Iterator[Finding]:
        timed = "inactive_for" in self._spec.options
        columns = {*_judged(where), *(["last_active"] if timed else [])}
        for column in sorted(columns):
            unread = work.number(_UNREAD, column=f"unread_{column}", rows=loaded.table)
            if unread:
                problem = f"{column} can't be read in {unread:,} rows of the export; these stay"
                mend = "look at them in the export; a date that can't be read is never old"
                yield Finding("PP233", problem, mend, self._spec.place, warning=True)
        if where is not None and where.about_activity and not timed:
            yield from self._direction(work, loaded, rows)

    def _direction(self, work: Workspace, loaded: Loaded, rows: str) -> Iterator[Finding]:
        """Warn where those selected were active later than the others, on the average."""
        ((everyone, total),) = work.rows(_SEEN, rows=loaded.table)
        ((number, own),) = work.rows(_SEEN, rows=rows)
        if number in (0, everyone):
            return
        mine, theirs = own / number, (total - own) / (everyone - number)
        if mine > theirs:
            ago = [(loaded.as_of.timestamp() - one) / 86_400 for one in (mine, theirs)]
            problem = (
                f"`where` selects the more active: last seen {ago[0]:,.0f} days ago on the average,"
                f" those who stay {ago[1]:,.0f} days ago"
            )
            mend = "is < written where > is meant? `inactive_for` can't be the wrong way round"
            yield Finding("PP234", problem, mend, self._spec.place, warning=True)


def _judged(where: Where | None) -> list[str]:
    """Give the columns of the export that must be readable for a condition to be judged."""
    named = {basis(column) for column in where.columns} if where is not None else set()
    return [column for column in FIELDS if column in named and FIELDS[column].doubted]


def _picked(work: Workspace, rows: str, where: Where) -> str:
    view = work.new("picked")
    kind = work.pick(rows, where.text, view)
    if kind != "BOOLEAN":
        problem = f"is no condition but a value ({kind})"
        raise refused(problem, where.place, "compare it with another")
    return view


_conforms: type[Source] = ExportSource
