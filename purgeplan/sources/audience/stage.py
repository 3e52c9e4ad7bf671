"""Stages rows of an export as any source is staged, and says what an export can't be asked."""

from collections.abc import Mapping
from typing import Final

from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.audience.load import Audience, Loaded
from purgeplan.sources.port import Context, Staged
from purgeplan.sources.reading.fit import sure_sql
from purgeplan.sources.reading.staging import holding, new_table, settle
from purgeplan.sources.workspace import Workspace

COLUMN_OF: Final = {
    SUBSCRIPTION_ID: "id",
    ONESIGNAL_ID: "onesignal_id",
    EXTERNAL_ID: "external_user_id",
}
"""The columns of an export that hold ids, by kind; aliases of one's own are in none."""

SPAN: Final[Mapping[str, object]] = {
    "type": "string",
    "format": "x-span",
    "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|m|min|h|d)$",
}
"""A duration, as the schema of plans describes one."""

MAX_AGE: Final[Mapping[str, object]] = {
    **SPAN,
    "default": "3h",
    "description": (
        "An export that is there already is used again up to this age. The plan says when it was "
        "asked for."
    ),
    "examples": ["3h"],
}

# Of a row whose device type can't be read an opt-out is kept, as that of an e-mail row is.
_CELLS: Final = COLUMN_OF | {
    "opted_out": "CASE WHEN invalid_identifier THEN 't' WHEN NOT invalid_identifier THEN 'f' END",
    "channel": (
        "CASE coalesce(device_type, 11) WHEN 11 THEN 'email' WHEN 14 THEN 'sms' ELSE 'push' END"
    ),
    "last_active": "CAST(epoch_ms(last_active) AS VARCHAR)",
}
"""What is staged of a row beside its id; an export's cells were read when it was loaded."""

_STAGE: Final = "INSERT INTO $table BY NAME SELECT {cells} FROM $rows WHERE $value IS NOT NULL"


def audience_of(context: Context, spec: SourceSpec) -> Audience:
    """Give the exports of the plan; raises InvalidError where there can be none."""
    if context.audience is None:
        mend = "name the ids in a file"
        problem = f"{spec.kind}: exports are taken when a plan is made, and for its sources only"
        raise InvalidError(Finding("PP232", problem, mend, spec.place))
    return context.audience


def refuse_unfit(spec: SourceSpec) -> None:
    """Raise InvalidError for settings that fit files, and for ids that no export holds."""
    if spec.sha256 is not None:
        problem = f"{spec.kind}: an export is made anew each time, so its content can't be pinned"
        raise InvalidError(Finding("PP232", problem, "leave sha256 out", spec.place))
    if spec.by not in COLUMN_OF:
        problem = f"{spec.kind}: an export holds no ids by {spec.by}"
        mend = f"target by {EXTERNAL_ID} or {ONESIGNAL_ID}"
        raise InvalidError(Finding("PP232", problem, mend, spec.place))


def stage_rows(work: Workspace, rows: str, name: str, spec: SourceSpec, loaded: Loaded) -> Staged:
    """Stage the rows of a view of an export; those without an id of this kind are rejected."""
    table, value = new_table(work), COLUMN_OF[spec.by]
    sure, others = sure_sql(spec.by, value), [column for column in _CELLS if column != spec.by]
    cells = [f"{sure} AS id", *(f"{_CELLS[column]} AS {column}" for column in others)]
    cells.append(f"CASE WHEN ({sure}) IS NULL THEN {value} END AS doubt")
    work.run(_STAGE.format(cells=", ".join(cells)), table=table, rows=rows, value=value)
    count = work.number("SELECT count(*) FROM $rows", rows=rows)
    nameless = count - work.number("SELECT count(*) FROM $table", table=table)
    as_of = loaded.as_of if spec.as_of is None else min(spec.as_of, loaded.as_of)
    return Staged(
        name=name,
        table=table,
        rows=count,
        rejected=nameless + settle(work, table, spec.by),
        known=holding(work, table, others),
        sha256=loaded.sha256,
        as_of=as_of,
        columns=(COLUMN_OF[spec.by],),
    )
