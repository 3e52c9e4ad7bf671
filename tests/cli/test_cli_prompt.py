"""The question before anything is deleted, at real terminals."""

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import Hands, run_argv

from purgeplan.cli.console import Console
from purgeplan.cli.prompt import ask, confirms
from purgeplan.errors import Exit

ASK = """
import sys
from purgeplan.cli.console import standard_console
from purgeplan.cli.door import through
from purgeplan.cli.prompt import ask, confirm
import click
@click.command()
@click.pass_obj
def it(console):
    confirm(console, "Acme Prod", 12400, "users", stdin_is_data={data})
    console.product("confirmed")
@click.command()
@click.pass_obj
def name(console):
    console.product("answer " + ask(console, "Name?"))
group = click.Group(commands=dict(it=it, name=name))
sys.exit(through(group, sys.argv[1:], standard_console([])))
"""


def argv(command="it", data=False):
    """Give the command line of a process that asks."""
    return [sys.executable, "-c", ASK.format(data=data), command]


@pytest.mark.parametrize(
    "typed",
    ["Acme Prod 12400", "  Acme Prod  12400 \n", "Acme Prod 12,400", "Acme Prod 12.400",
     "Acme Prod 12 400", "Acme Prod 12'400"],
)  # fmt: skip
def test_name_and_count_confirm(typed):
    """The exact name and the count confirm; thousands may have their separators."""
    assert confirms(typed, "Acme Prod", 12_400)


@pytest.mark.parametrize(
    "typed",
    ["", "\n", "yes", "Acme Prod", "12400", "Acme Prod12400", "acme prod 12400", "Acme  Prod 12400",
     "Acme Prod 12401", "Acme Prod 1,2400", "Acme Prod 12,40", "Acme Prod 012,400x",
     "Acme Prod -12400",
     "Acme Prod 12400 12400", "Acme Prod Test 12400", "Acme Prod ١٢٤٠٠"],
)  # fmt: skip
def test_anything_else_does_not(typed):
    """Another case, spacing, name, count or form of number is something else."""
    assert not confirms(typed, "Acme Prod", 12_400)


@given(st.text(min_size=1).filter(str.strip), st.integers(0, 10**9), st.integers(0, 10**9))
def test_only_its_own_count_confirms_a_name(name, count, typed):
    """Whatever an app is called, its name with another count is something else."""
    assert confirms(f"{name} {typed}", name, count) is (typed == count)


def test_accents_typed_either_way_are_the_same():
    """A decomposed accent, as some keyboards give it, matches the composed one."""
    assert confirms("Cafe\u0301 5", "Caf\u00e9", 5)


def test_a_name_that_ends_in_a_number_is_no_count():
    """The name's own digits are never taken for the count."""
    assert confirms("App 12 400", "App 12", 400)
    assert not confirms("App 12", "App", 400)


def test_the_right_words_at_a_terminal_go_on():
    """Name and count typed: confirmed."""
    hands = Hands(argv())
    hands.read_until("> ")

    hands.type("Acme Prod 12400")

    code, shown = hands.end()
    assert code == Exit.DONE
    assert "confirmed" in shown


def test_one_mistake_is_forgiven():
    """The second try counts as well as the first."""
    hands = Hands(argv())
    hands.read_until("> ")
    hands.type("yes")
    hands.read_until("something else")

    hands.type("Acme Prod 12,400")

    assert hands.end()[0] == Exit.DONE


def test_two_mistakes_are_not():
    """After the second wrong answer it is exit 6."""
    hands = Hands(argv())
    hands.read_until("> ")
    hands.type("yes")
    hands.read_until("something else")

    hands.type("y")

    code, shown = hands.end()
    assert code == Exit.UNCONFIRMED
    assert "PP391" in shown


def test_end_of_input_at_a_terminal_is_a_no():
    """Ctrl-D is answered with exit 6, not with another question."""
    hands = Hands(argv())
    hands.read_until("> ")

    hands.type("\x04")

    assert hands.end()[0] == Exit.UNCONFIRMED


def test_without_a_terminal_it_is_6_at_once_and_nothing_is_read():
    """The right words on a pipe are no confirmation."""
    done = run_argv(argv(), stdin="Acme Prod 12400\n")

    assert (done.code, done.out) == (Exit.UNCONFIRMED, "")
    assert "PP390" in done.err
    assert "--confirm" in done.err


def test_ids_on_stdin_leave_the_terminal_for_the_question():
    """Where stdin is a source, the process's own terminal is asked."""
    hands = Hands(argv(data=True), stdin=subprocess.DEVNULL)
    hands.read_until("> ")

    hands.type("Acme Prod 12400")

    assert hands.end()[0] == Exit.DONE


def test_ids_on_stdin_without_any_terminal_are_6():
    """No controlling terminal: refused, not waited for."""
    done = subprocess.run(
        argv(data=True),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == Exit.UNCONFIRMED


def test_a_job_in_the_background_is_6_not_stopped():
    """Reading the terminal from the background would stop the process; it is refused instead."""
    hands = Hands(
        ["sh", "-c", f'set -m; {sys.executable} -c "$ASK" it & wait $!; echo "code $?"'],
        env={"ASK": ASK.format(data=False)},
    )

    code, shown = hands.end()

    assert code == 0
    assert "code 6" in shown


def test_a_job_in_the_background_with_ids_on_stdin_is_6():
    """The process's own terminal is not read from the background either."""
    hands = Hands(
        ["sh", "-c", f'set -m; {sys.executable} -c "$ASK" it </dev/null & wait $!; echo "code $?"'],
        env={"ASK": ASK.format(data=True)},
    )

    assert "code 6" in hands.end()[1]


def test_a_terminal_that_is_not_our_own_is_asked():
    """A terminal at stdin that controls no job is as good as any."""
    hands = Hands(argv(), controlling=False)
    hands.read_until("> ")

    hands.type("Acme Prod 12400")

    assert hands.end()[0] == Exit.DONE


def test_a_plain_question_is_answered_in_one_line():
    """``ask`` gives what was typed, trimmed."""
    hands = Hands(argv("name"))
    hands.read_until("Name?")

    hands.type("  June ")

    assert "answer June\r\n" in hands.end()[1]


class Impatient(io.StringIO):
    """A terminal at which Ctrl-C comes with the prompt, before anything is read."""

    def flush(self):
        """Write, and be interrupted behind the prompt."""
        if self.getvalue().endswith("> "):
            self.write("^C")
            raise KeyboardInterrupt


def test_ctrl_c_before_the_answer_is_read_ends_the_line_too():
    """What is told after it stands in a line of its own."""
    shown = Impatient()

    with pytest.raises(KeyboardInterrupt):
        ask(Console(io.StringIO(), shown), "Name?")

    assert shown.getvalue() == "Name?\n> ^C\n"
