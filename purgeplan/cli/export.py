"""``purgeplan export``: the app's audience as a file; nothing is sent but the request for it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.files import must_be_new
from purgeplan.cli.findings import blocks
from purgeplan.cli.opening import (
    journal_option,
    json_option,
    open_plan,
    path_argument,
)
from purgeplan.cli.operator import operator
from purgeplan.cli.plan import app_facts
from purgeplan.cli.ticker import PhaseView
from purgeplan.errors import Finding
from purgeplan.model.ports import ExportAsk, ExportFile

if TYPE_CHECKING:
    from purgeplan.sources.audience.copies import Copy


def _file(_ctx: click.Context, _param: click.Parameter, value: Path) -> Path:
    from purgeplan.sources.audience.copies import FORMS, form_of  # noqa: PLC0415 - as below

    if form_of(value.name) is None:
        message = f"{value} ends in neither {' nor '.join(FORMS)}"
        raise click.BadParameter(message)
    return value


def _columns(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    from purgeplan.sources.audience.fields import FIELDS  # noqa: PLC0415 - start-up stays fast

    if value is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in names:
        if name not in FIELDS:
            close = get_close_matches(name, FIELDS, 1)
            hint = f", did you mean {close[0]}?" if close else f"; there are {', '.join(FIELDS)}"
            message = f"an export has no column {name!r}{hint}"
            raise click.BadParameter(message)
    return names


def _age(_ctx: click.Context, _param: click.Parameter, value: str) -> float:
    from purgeplan.model.span import seconds  # noqa: PLC0415 - as above

    found = seconds(value)
    if found is None:
        message = f"{value!r} is no duration such as 30m or 3h"
        raise click.BadParameter(message)
    return found


@click.command("export", cls=Command)
@path_argument
@journal_option
@json_option
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    callback=_file,
    metavar="FILE",
    help="Ends in .csv.gz or .parquet; made anew, 0600.",
)
@click.option("--segment", metavar="NAME", help="Only those in this segment of the app.")
@click.option(
    "--columns",
    callback=_columns,
    metavar="NAMES",
    help="With commas between; default: every column that an export can have.",
)
@click.option(
    "--max-age",
    callback=_age,
    default="3h",
    show_default=True,
    metavar="SPAN",
    help="An export that is there already is used up to this age.",
)
@click.pass_obj
def command(console: Console, /, path: Path, journal: Path | None, **given: Any) -> None:  # noqa: ANN401 - the options
    """Get the whole audience of the plan's app, or a segment, with one export.

    Rows are subscriptions, unsubscribed ones included. The file is personal data: push tokens,
    e-mail addresses, phone numbers. Parquet has types, times are UTC; CSV has the texts as they
    came.
    """
    from purgeplan.sources.audience.copies import Wish, form_of  # noqa: PLC0415 - start-up stays fast

    file: Path = given["file"]
    must_be_new(file)
    shop = open_plan(path, journal).shop
    shop.key()
    ask = ExportAsk(_extra(given["columns"]), given["segment"])
    wish = Wish(form_of(file.name) or "", given["columns"])
    phases = PhaseView(console, shop.clock)
    try:
        with (
            shop.lock().hold(shop.rules.spec.app.id, operator(), "export"),
            closing(shop.journal()) as memory,
        ):
            app = app_facts(shop)
            export = shop.exports.get(memory, app, ask, given["max_age"], phases)
        copy = shop.exports.copy(export, wish, file, phases)
    finally:
        phases.close()
    age_s = (shop.clock.now() - export.asked_at).total_seconds()
    document = _document(file, export, copy, age_s)
    if given["as_json"]:
        console.document({**document, "segment": ask.segment})
    else:
        console.product(_words(document))
    for finding in _warnings(copy):
        console.insist(blocks([finding], console.styled))


def _extra(columns: tuple[str, ...] | None) -> tuple[str, ...]:
    """Give the extra fields to ask for: all, or those that are named."""
    from purgeplan.sources.audience.fields import FIELDS  # noqa: PLC0415 - as above

    extra = (name for name, field in FIELDS.items() if field.extra)
    return tuple(name for name in extra if columns is None or name in columns)


def _document(file: Path, export: ExportFile, copy: "Copy", age_s: float) -> dict[str, Any]:
    return {
        "format_version": "1.0",
        "type": "export",
        "file": str(file),
        "asked_at": export.asked_at.isoformat(),
        "age_seconds": round(age_s, 1),
        **asdict(copy),
    }


def _words(document: dict[str, Any]) -> str:
    from purgeplan.reports.words import duration  # noqa: PLC0415 - start-up stays fast

    columns = len(document["columns"])
    size = f"{document['size']:,} bytes, sha256 {document['sha256']}"
    asked = f"asked for {duration(document['age_seconds'])} ago, at {document['asked_at'][:19]}Z"
    return f"{document['file']}: {document['rows']:,} rows, {columns} columns; {asked}\n{size}"


def _warnings(copy: "Copy") -> Iterator[Finding]:
    for column, many in copy.unread.items():
        problem = f"{column} is empty in {many:,} rows: what the export says is no such value"
        yield Finding("PP233", problem, "a .csv.gz has the texts as they came", warning=True)
