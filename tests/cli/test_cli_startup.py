"""Start-up and the list of commands."""

import importlib
import importlib.metadata
import json
import sys
from pathlib import Path

import click
import pytest
from support.cli import run, run_argv

import purgeplan
from purgeplan.cli.commands import COMMANDS

HEAVY = {
    "aiohttp", "duckdb", "httpx", "jinja2", "jsonschema", "platformdirs", "rich", "sqlite3",
    "sqlite_utils", "starlette", "structlog", "uvicorn", "yaml",
}  # fmt: skip

STARTERS = {"main", "__main__"}

EVERYDAY = ["init", "validate", "plan", "apply", "status", "report"]


def imported_by(*args):
    """Give the top-level modules that a command line has imported by its end."""
    script = (
        "import json, sys\n"
        "from purgeplan.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "names = sorted({name.partition('.')[0] for name in sys.modules})\n"
        "print(json.dumps(names), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    uncovered = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}  # it imports much
    done = run_argv([sys.executable, "-c", script, *args], uncovered)
    assert done.code == 0, done.err
    return set(json.loads(done.err.splitlines()[-1]))


def test_version_imports_nothing_heavy_not_even_click():
    """--version is answered before anything is loaded."""
    assert not imported_by("--version") & {*HEAVY, "click", "asyncio"}


@pytest.mark.parametrize("args", [["--help"], ["explain", "PP090"]], ids=["help", "explain"])
def test_light_commands_import_nothing_heavy(args):
    """Help and explanations need no library of another command, and wait for nothing."""
    assert not imported_by(*args) & {*HEAVY, "asyncio"}


def test_validate_imports_what_reads_plan_files_and_no_more():
    """Checking a plan needs no network, no database, and no event loop."""
    plan = Path(__file__).parents[2] / "plans" / "csv.yaml"

    assert imported_by("validate", plan) & {*HEAVY, "asyncio"} <= {"jsonschema", "yaml"}


def test_the_version_is_that_of_the_package():
    """The number in the code, on the command line and in the metadata is one."""
    assert importlib.metadata.version("purgeplan") == purgeplan.__version__
    for args in (["--version"], ["--version", "explain"]):
        assert run(*args).out == f"purgeplan {purgeplan.__version__}\n"


def test_everyday_commands_come_first_in_the_help():
    """--help lists the everyday ones in the order of use, then the others from A to Z."""
    everyday = [name for name, entry in COMMANDS.items() if entry.everyday]
    others = [name for name, entry in COMMANDS.items() if not entry.everyday]

    shown = run("--help").out

    assert list(COMMANDS) == everyday + sorted(others)
    assert everyday == [name for name in EVERYDAY if name in COMMANDS]
    positions = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_line_of_the_table_is_a_command(name):
    """A command has its name, a help text, and the options common to all."""
    command = importlib.import_module(COMMANDS[name].module).command

    options = {option for param in command.params for option in param.opts}
    assert command.name == name
    assert command.help
    assert {"--quiet", "--verbose", "--no-color", "--log-json"} <= options


def test_each_file_with_a_command_is_in_the_table():
    """A forgotten line would leave a command that nobody can call."""
    folder = Path(purgeplan.__file__).parent / "cli"

    modules = {
        f"purgeplan.cli.{path.stem}" for path in folder.glob("*.py") if path.stem not in STARTERS
    }

    with_command = {
        name
        for name in modules
        if isinstance(getattr(importlib.import_module(name), "command", None), click.Command)
    }
    assert with_command == {entry.module for entry in COMMANDS.values()}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name):
    """--help of every command is exit 0 on stdout."""
    done = run(name, "--help")

    assert done.code == 0
    assert done.out.startswith(f"Usage: purgeplan {name}")


def test_no_option_takes_a_variable_but_the_known_ones():
    """A loosening option can't be set by an old export in a shell profile."""
    for entry in COMMANDS.values():
        command = importlib.import_module(entry.module).command
        for param in command.params:
            assert param.envvar in (None, "PURGEPLAN_JOURNAL")
