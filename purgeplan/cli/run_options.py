"""The options that apply and retry share."""

from typing import Any

import click

from purgeplan.cli.opening import hex_digits, journal_option, json_option, path_argument


def run_options(command: Any) -> Any:  # noqa: ANN401 - a decorator of click's
    """Add the options that apply and retry share."""
    for option in reversed((
        path_argument,
        journal_option,
        json_option,
        click.option("--confirm", metavar="NAME", help="The app's name, instead of typing it."),
        click.option("--fingerprint", callback=hex_digits, metavar="DIGITS",
                     help="Apply this plan and no other: all 64 digits."),
        click.option("--standing", is_flag=True,
                     help="By the policy's standing approval, instead of --fingerprint."),
        click.option("--limit", type=click.IntRange(1), help="So many ids in this run at most."),
        click.option("--wait", is_flag=True, help="Sleep while the plan's window is closed."),
        click.option("--after", type=int, metavar="RUN",
                     help="The run that stopped and that you have looked at."),
    )):  # fmt: skip
        command = option(command)
    return command
