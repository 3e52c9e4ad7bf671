"""``purgeplan sandbox``: a OneSignal on loopback to rehearse on, until Ctrl-C."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.errors import Finding, InvalidError

if TYPE_CHECKING:
    from purgeplan.sandbox import SandboxOptions


@click.command("sandbox", cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one.")
@click.option("--app-id", multiple=True, help="Several make several apps.")
@click.option("--api-key", multiple=True, help="The key of the app given at the same place.")
@click.option("--name", multiple=True, help="The name of the app given at the same place.")
@click.option("--subscriptions", type=click.IntRange(0), default=5_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same ids.")
@click.option("--now", type=click.DateTime(), help="When the three years of activity end (UTC).")
@click.option("--latency", default="0ms", show_default=True, help="Of every answer.")
@click.option("--delete-lag", default="200ms", show_default=True, help="From 202 to gone.")
@click.option("--fault", multiple=True, metavar="KIND=SHARE", help="Such as 429=0.05.")
@click.option("--no-limits", is_flag=True, help="Without the documented rate limits.")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="One JSON line for every request received.",
)
@click.option(
    "--app-view",
    type=click.Choice(["app", "org"]),
    default="app",
    show_default=True,
    help="Which key may view the app.",
)
@click.option(
    "--export-speed",
    type=float,
    default=2_000.0,
    show_default=True,
    help="Rows of a CSV export a second.",
)
@click.pass_obj
def command(console: Console, /, **given: Any) -> None:  # noqa: ANN401 - one for each option
    """Run a OneSignal to rehearse on, on this machine, until Ctrl-C.

    It answers as the real one is documented to. When it is ready it prints one JSON line with its
    address, app ids and keys. Kinds of faults: 429, 503, 500, reset, drop, hang, html404, redirect,
    html200, slow, half.
    """  # fmt: skip
    from purgeplan.sandbox import serve  # noqa: PLC0415 - only here is the server needed

    def ready(announcement: Mapping[str, Any]) -> None:
        console.document(announcement)
        console.say("ready: give its url as app.base_url of a plan; Ctrl-C ends it")

    try:
        serve(options_from(given), ready)
    except OSError as error:
        problem = f"the sandbox can't start: {error.strerror}"
        mend = "give another --port or --ledger"
        raise InvalidError(Finding("PP090", problem, mend)) from error


def options_from(given: Mapping[str, Any]) -> "SandboxOptions":
    """Give the sandbox's options from those of the command line."""
    from purgeplan.sandbox import SandboxOptions, parse_fault, parse_latency  # noqa: PLC0415

    now: datetime | None = given["now"]
    return SandboxOptions(
        port=given["port"],
        app_ids=given["app_id"],
        api_keys=given["api_key"],
        names=given["name"],
        subscriptions=given["subscriptions"],
        seed=given["seed"],
        now=now and now.replace(tzinfo=UTC),
        latency_s=parse_latency(given["latency"]),
        delete_lag_s=parse_latency(given["delete_lag"]),
        faults=dict(parse_fault(one) for one in given["fault"]),
        limits=not given["no_limits"],
        ledger=given["ledger"],
        app_view=given["app_view"],
        export_speed=given["export_speed"],
    )
