"""What a plan's sources need of exports, found out before any is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from purgeplan.errors import Finding, InvalidError
from purgeplan.model.span import seconds
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.audience.stage import refuse_unfit
from purgeplan.sources.export import ExportSource
from purgeplan.sources.workspace import Workspace

WHOLE: Final = "export"
EXPORTED: Final = frozenset({WHOLE, "segment"})
"""Kinds that take exports."""

MAX_AGE_S: Final = 3 * 3_600.0
"""An export may be as old as this to be used again, unless a source says otherwise."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The columns that conditions name, and how old an export may be, in seconds."""

    columns: frozenset[str]
    max_age_s: float


def demand_of(specs: Sequence[SourceSpec], work: Workspace) -> Demand:
    """Give what these sources need; raises InvalidError with all that is wrong with them.

    An export may be asked for once, so it holds what every one of them needs.
    """
    columns: set[str] = set()
    ages, wrong = list[float](), list[Finding]()
    for spec in specs:
        try:
            if spec.kind == WHOLE:
                where = ExportSource(spec).where(work)
                columns |= where.columns if where is not None else set()
            else:
                refuse_unfit(spec)
        except InvalidError as error:
            wrong += error.findings
        said = spec.options.get("max_age")
        ages.append(MAX_AGE_S if said is None else seconds(said) or 0.0)
    if wrong:
        raise InvalidError(*wrong)
    return Demand(frozenset(columns), min(ages, default=MAX_AGE_S))
