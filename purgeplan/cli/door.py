"""The one door: whatever a command raises leaves here, as findings and an exit code."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from purgeplan import __version__
from purgeplan.cli.console import LOST, Console, hush
from purgeplan.cli.findings import closing, error_object, say_findings
from purgeplan.cli.redaction import redacted
from purgeplan.errors import Exit, Finding, InvalidError, PurgeplanError, RefusedError

_REPORT_IT: Final = "please report it with that file"
_COMPLETE: Final = "_PURGEPLAN_COMPLETE"
"""What the completion script of a shell sets; ``_PURGEPLAN_COMPLETE=bash_source`` prints one."""


def through(commands: click.Group, argv: Sequence[str], console: Console) -> int:
    """Run one command line; give its exit code, with everything it raised told on stderr.

    A reader that went away (a broken pipe) counts as an interruption: what was not shown is not
    known to be done.
    """
    try:
        code = _invoke(commands, argv, console)
        console.flush()
    except PurgeplanError as error:
        return _told(error, argv, console)
    except (click.Abort, KeyboardInterrupt):
        console.say(closing(Exit.INTERRUPTED))
        _document(console, argv, Exit.INTERRUPTED, ())
        return Exit.INTERRUPTED
    except BrokenPipeError:
        hush(console.out)
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place that catches everything
        return _crashed(error, commands, argv, console)
    return code


def _invoke(commands: click.Group, argv: Sequence[str], console: Console) -> int:
    """Run as click's own ``main`` does; that one turns a broken pipe into exit 1 by itself."""
    try:
        _check_current_folder()
        _complete_shell(commands)
        with commands.make_context("purgeplan", list(argv), obj=console) as ctx:
            code = commands.invoke(ctx)
    except click.exceptions.Exit as asked:
        code = asked.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        console.insist(error.format_message())
        return Exit.INVALID
    except click.ClickException as error:
        raise InvalidError(_misused(error)) from error
    finally:
        console.draw("")
    return code if isinstance(code, int) else Exit.DONE


def _check_current_folder() -> None:
    """Raise InvalidError where the current folder was removed: every path is told from it."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        problem, mend = "the current folder is not there any more", "cd to one that is"
        raise InvalidError(Finding("PP087", problem, mend)) from error


def _complete_shell(commands: click.Group) -> None:
    instruction = os.environ.get(_COMPLETE)
    if instruction:
        from click.shell_completion import shell_complete  # noqa: PLC0415

        raise click.exceptions.Exit(
            shell_complete(commands, {}, "purgeplan", _COMPLETE, instruction)
        )


def _misused(error: click.ClickException) -> Finding:
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    where = ctx.command_path if ctx else "purgeplan"
    problem = redacted(error.format_message()).rstrip(".")
    return Finding("PP090", problem[:1].lower() + problem[1:], f"see {where} --help")


def _told(error: PurgeplanError, argv: Sequence[str], console: Console) -> int:
    """Tell an error on stderr and, where JSON was asked for, as one object on stdout."""
    refused = isinstance(error, RefusedError)
    say_findings(console, error.findings, refused=refused)
    console.insist(console.styled(closing(error.exit_code), "bold"))
    _document(console, argv, error.exit_code, error.findings)
    return error.exit_code


def _crashed(error: Exception, commands: click.Group, argv: Sequence[str], console: Console) -> int:
    from purgeplan.cli.clock import SystemClock  # noqa: PLC0415
    from purgeplan.cli.crash import report, save  # noqa: PLC0415
    from purgeplan.cli.state import state_folder  # noqa: PLC0415

    now = SystemClock().now()
    names = commands.list_commands(click.Context(commands))
    command = next((word for word in argv if word in names), "")
    text = report(error, command, __version__, now)
    console.insist(console.styled(f"a bug in purgeplan: {type(error).__name__}", "red"))
    try:
        console.insist(f"crash report: {save(text, state_folder() / 'crashes', now)}; {_REPORT_IT}")
    except (OSError, InvalidError):  # no place for a file: the report is all there is to give
        console.insist(text)
    console.insist(console.styled(closing(Exit.BUG), "bold"))
    _document(console, argv, Exit.BUG, ())
    return Exit.BUG


def _document(
    console: Console, argv: Sequence[str], exit_code: int, findings: Sequence[Finding]
) -> None:
    if "--json" not in argv:
        return
    try:
        console.document(error_object(exit_code, findings))
    except LOST:  # stderr has it all, and the exit code is that of what was told there
        hush(console.out)
