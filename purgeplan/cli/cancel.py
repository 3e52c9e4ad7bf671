"""``purgeplan cancel``: close a plan so that it is never applied again."""

from contextlib import closing
from pathlib import Path

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.opening import journal_option, json_option, open_planned, path_argument
from purgeplan.cli.operator import operator
from purgeplan.engine.cancel import cancel


@click.command("cancel", cls=Command)
@path_argument
@journal_option
@json_option
@click.pass_obj
def command(console: Console, /, path: Path, journal: Path | None, as_json: bool) -> None:
    """Close an open plan: what is pending of it is never sent.

    What was sent stays sent; there is no way to bring it back.
    """
    shop = open_planned(path, journal).shop
    spec = shop.rules.spec
    with shop.lock().hold(spec.app.id, operator(), "cancel"), closing(shop.journal()) as memory:
        row, pending = cancel(memory, spec, shop.clock.now())
    if as_json:
        fingerprint = row.draft.fingerprint
        about = {"format_version": "1.0", "plan": spec.name, "fingerprint": fingerprint}
        console.document({**about, "cancelled": pending})
        return
    console.product(f"Cancelled {spec.name}: {pending:,} pending ids will never be sent.")
