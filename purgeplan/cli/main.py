"""The entry: signals first, then the command, then the one door through which errors leave."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from purgeplan import __version__
from purgeplan.cli.collecting import collect_seldom, settle
from purgeplan.cli.signals import catch_early, let_go
from purgeplan.cli.streams import fill_streams
from purgeplan.errors import Exit

if TYPE_CHECKING:
    import click


def run() -> int:
    """Run the command line of this process and give its exit code: the console script."""
    collect_seldom()
    try:
        fill_streams()
        catch_early()
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    finally:
        let_go()
        settle()


def main(argv: Sequence[str], commands: "click.Group | None" = None) -> int:
    """Run one command line and give its exit code; whatever is raised leaves as text and a code.

    ``commands`` is another group than purgeplan's own, for the tests of the door.
    """
    if list(argv) == ["--version"]:
        print(f"purgeplan {__version__}")
        return Exit.DONE
    # imported here, since a signal may come meanwhile and --version needs none of it
    from purgeplan.cli.commands import group  # noqa: PLC0415
    from purgeplan.cli.console import standard_console  # noqa: PLC0415
    from purgeplan.cli.door import through  # noqa: PLC0415

    console = standard_console(argv)
    return through(commands or group(), argv, console)
