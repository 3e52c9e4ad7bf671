"""The commands: one line each, loaded when they are called and not before."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import click

from purgeplan import __version__
from purgeplan.cli.console import Console
from purgeplan.cli.environment import unknown_variables
from purgeplan.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: the module whose ``command`` it is, and its line in ``--help``."""

    module: str
    help: str
    everyday: bool = False


COMMANDS: Final[dict[str, Entry]] = {
    "init": Entry("purgeplan.cli.init", "Write a plan file, from a list of ids.", everyday=True),
    "validate": Entry("purgeplan.cli.validate", "Check plan files; needs no key.", everyday=True),
    "plan": Entry("purgeplan.cli.plan", "Show who would go, and freeze the set.", everyday=True),
    "apply": Entry("purgeplan.cli.apply", "Delete exactly those, or go on.", everyday=True),
    "status": Entry("purgeplan.cli.status", "List plans and what is left of them.", everyday=True),
    "report": Entry("purgeplan.cli.report", "Tell what became of every id.", everyday=True),
    "cancel": Entry("purgeplan.cli.cancel", "Close a plan: it is never applied again."),
    "demo": Entry("purgeplan.cli.demo", "See all of it, in under a minute, on this machine."),
    "doctor": Entry("purgeplan.cli.doctor", "Check this machine, the journals and the key."),
    "explain": Entry("purgeplan.cli.explain", "Tell what a code or a setting means."),
    "export": Entry("purgeplan.cli.export", "Get the app's audience as CSV or Parquet."),
    "forget": Entry("purgeplan.cli.forget", "Seal a finished plan: ids become HMACs."),
    "retry": Entry("purgeplan.cli.retry", "Send failed and unknown ids once more."),
    "sandbox": Entry("purgeplan.cli.sandbox", "Run a OneSignal to rehearse on, on this machine."),
    "schema": Entry("purgeplan.cli.schema", "Print the JSON Schema of plan files or policies."),
    "verify": Entry("purgeplan.cli.verify", "Tell whether what was accepted is gone."),
}
"""Everyday ones in the order of use, then the others from A to Z."""


class Command(click.Command):
    """A command that takes the options common to all, before or after its name."""

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **settings)
        self.params.extend(common_options())


class LazyGroup(click.Group):
    """A group that knows its commands by their lines in a table, and imports only what is run."""

    def __init__(self, entries: Mapping[str, Entry], **settings: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        found: click.Command = import_module(entry.module).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, with the table's names as what may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as unknown:
            name = unknown.command_name
            raise click.NoSuchCommand(name, possibilities=self.entries, ctx=ctx) from unknown

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the everyday commands in a section of their own, from the table alone."""
        for title, everyday in (("Everyday commands", True), ("Other commands", False)):
            rows = [
                (name, entry.help)
                for name, entry in self.entries.items()
                if entry.everyday is everyday
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def group(entries: Mapping[str, Entry] = COMMANDS) -> LazyGroup:
    """Make the command line from a table of commands."""
    return LazyGroup(
        entries,
        name="purgeplan",
        callback=_check_environment,
        params=[*common_options(), _version_option()],
        help="Delete OneSignal users in bulk: reviewed, resumable, proven.",
        epilog="Start with: purgeplan demo",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def common_options() -> list[click.Parameter]:
    """Make the options that every command takes."""
    return [
        click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, callback=_quiet,
                     help="No progress and no talk; refusals and reasons stay."),
        click.Option(["-v", "--verbose"], count=True, expose_value=False, callback=_verbose,
                     help="Tell each deletion; twice, each request."),
        click.Option(["--no-color"], is_flag=True, expose_value=False,
                     help="No color; NO_COLOR and TERM=dumb do the same."),
        click.Option(["--log-json"], type=click.Path(dir_okay=False), expose_value=False,
                     callback=_log_json, metavar="FILE", help="Append every event as JSON."),
    ]  # fmt: skip


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        help="Show the version.",
    )


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _console(ctx).product(f"purgeplan {__version__}")
        ctx.exit()


def _check_environment() -> None:
    findings = unknown_variables(os.environ)
    if findings:
        raise InvalidError(*findings)


def _console(ctx: click.Context) -> Console:
    found: Console = ctx.find_root().obj
    return found


def _quiet(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _console(ctx).verbosity = -1


def _verbose(ctx: click.Context, _param: click.Parameter, value: int) -> None:
    if value:
        _console(ctx).verbosity = value


def _log_json(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        _console(ctx).log_json = value
