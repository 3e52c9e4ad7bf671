"""What README and guide tell to type is there, and does what they say."""

import re
import shlex
from pathlib import Path

import click
import pytest
from support.desk import desk

from purgeplan.cli.commands import COMMANDS, group
from purgeplan.cli.environment import KNOWN

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/guide.md")
CALL = re.compile(r"purgeplan ((?:[a-z]+\b|-)[^`#>|\n]*)")
"""A command line in a page, up to what the shell takes of it."""
VARIABLE = re.compile(r"PURGEPLAN_[A-Z]+(?:_[A-Z]+)*")


def calls():
    """Give each command line that a page shows, with its page."""
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
        code = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        inline = re.findall(
            r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        )
        shown = [line for block in code for line in block.splitlines() if "purgeplan" in line]
        for piece in [*shown, *inline]:
            yield from ((page, found) for found in CALL.findall(piece) if found[0] != "-")


def options_of(name):
    """Give every option of a command, short ones too."""
    command = group().get_command(None, name)
    options = {"--help", "-h"}
    for one in command.params:
        if isinstance(one, click.Option):
            options.update(one.opts)
    return options


def test_every_command_line_that_is_shown_can_be_typed():
    """Its command exists and has each option, in README and guide."""
    wrong = []
    for page, line in calls():
        name, *rest = shlex.split(line.replace("\u2026", ""))
        if name not in COMMANDS:
            wrong.append((page, name))
            continue
        given = [word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
        wrong += [(page, name, one) for one in given if one not in options_of(name)]

    assert wrong == []
    assert len({line.split()[0] for _, line in calls()}) > 10


def test_every_option_that_is_named_is_one_of_some_command():
    """An option in the running text is not one that was renamed."""
    known = {one for name in COMMANDS for one in options_of(name)}
    named = {
        word
        for page in PAGES
        for code in re.findall(r"`([^`\n]+)`", (ROOT / page).read_text("utf-8"))
        for word in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code)
    }

    assert named - known == set()


def test_every_command_is_in_the_readme():
    """Its table of commands leaves none out."""
    table = (ROOT / "README.md").read_text("utf-8").split("## Commands")[1]

    assert [name for name in COMMANDS if f"`{name}`" not in table] == []


def test_every_variable_that_is_named_is_read_and_every_one_that_is_read_is_named():
    """Whoever exports what a page says has exported what the program reads."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {word for page in pages for word in VARIABLE.findall(page.read_text("utf-8"))}

    assert named == set(KNOWN)


@pytest.fixture
def at(tmp_path):
    """Give a desk with a list under exports/."""
    with desk(tmp_path) as one:
        (tmp_path / "exports").mkdir()
        one.ids_file(one.subscriptions(12), "exports/inactive.csv")
        yield one


def test_the_guides_first_steps_work_as_they_are_shown(at):
    """From a list to a deletion, by the guide's lines; only what a person answers is added."""
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    block = guide.split("```sh\n")[1].split("```")[0]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    steps = [words[1:] for words in lines if words[0] == "purgeplan"]
    answers = {"init": ("--app-id", at.box.app_id, "--app-name", at.box.name, "--reason", "old")}

    for step in steps[:-1]:
        done = at.run(*step, *answers.get(step[0], ()))
        assert done.code == 0, done.err
        if step[0] == "init":
            plan = at.folder / "inactive.yaml"
            text = plan.read_text("utf-8").replace("delay: 500ms", "rate: 400/s")
            text = text.replace("api_key:", f"base_url: {at.box.url}\n  api_key:")
            plan.write_text(f"{text}canary: 0\n", "utf-8")
    fingerprint = re.search(r"--fingerprint (\w{64})", done.out)[1]
    last = at.run(*steps[-1], *at.consent(fingerprint))

    assert [step[0] for step in steps] == ["init", "validate", "plan", "apply"]
    assert last.code == 0, last.err
    assert len(at.deleted()) == 12
