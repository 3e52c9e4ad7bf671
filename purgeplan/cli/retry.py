"""``purgeplan retry``: failed, unknown and still-there ids once more, through the same gates."""

from typing import Any

import click

from purgeplan.cli.apply import carry_out
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.cli.run_options import run_options


@click.command("retry", cls=Command)
@run_options
@click.pass_obj
def command(console: Console, /, **given: Any) -> int:  # noqa: ANN401 - the options of apply
    """Take a plan's failed, unknown and still-there ids back, and send them again.

    The same gates, the same confirmation and the same cap as apply.
    """
    return carry_out(console, "retry", **given)
