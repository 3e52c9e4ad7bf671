"""A command that fails as told, to try the error door with."""

import signal

import click

from purgeplan import errors
from purgeplan.cli.commands import Command


@click.command("boom", cls=Command)
@click.argument("how")
@click.option("--json", is_flag=True, expose_value=False)
@click.option("--text", default="")
@click.pass_obj
def command(console, how, text):
    """Fail."""
    console.say("talk")
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "wait":
        console.document("waiting")
        signal.pause()
    if how == "settings":
        console.document([console.verbosity, console.log_json])
        return
    if how == "bug":
        _bug(text)
    place = errors.Place("plan.yaml", 3, 5)
    finding = errors.Finding("PP090", "it failed", "try again", place, "ab: cd")
    raise getattr(errors, how)(finding)


def _bug(text):
    try:
        return {}[text]
    except KeyError as error:
        key = "os_v2_" + "app_" + "abcdefgh"
        message = f"bad {text} {key} {'alice'}@example.com"
        raise ValueError(message) from error
