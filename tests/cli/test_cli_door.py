"""The door: exit codes, streams, crash reports, as a real process shows them."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import PURGEPLAN, TESTS, environment, run, run_argv, start

from purgeplan.errors import Exit

BOOM = """
import sys
sys.path.insert(0, {tests!r})
from purgeplan.cli.commands import Entry, group
from purgeplan.cli.main import main
sys.exit(main(sys.argv[1:], group({{"boom": Entry("support.cli_boom", "Fail as told.")}})))
"""


def boom(*args, env=None):
    """Run a group with one command that fails as told, through the same door."""
    script = BOOM.format(tests=str(TESTS))
    return run_argv([sys.executable, "-c", script, "boom", *args], env)


@pytest.mark.parametrize(
    "kind",
    [
        "InvalidError",
        "RefusedError",
        "StaleError",
        "UnconfirmedError",
        "StoppedEarlyError",
        "CredentialsError",
        "LockedError",
        "AttentionError",
        "JournalError",
        "UnreachableError",
    ],
)
def test_each_error_leaves_with_its_exit_code_and_nothing_on_stdout(kind):
    """Every leaf of the error tree is told on stderr and ends in its own code."""
    import purgeplan.errors as tree  # noqa: PLC0415

    done = boom(kind)

    assert (done.code, done.out) == (int(getattr(tree, kind).exit_code), "")
    assert "purgeplan explain PP090" in done.err
    assert done.err.rstrip().endswith(f"[exit {done.code}]")


def test_with_json_an_error_is_one_object_on_stdout_as_well():
    """A program that reads stdout gets the findings and the exit code."""
    done = boom("RefusedError", "--json")

    document = json.loads(done.out)

    assert document["type"] == "error"
    assert document["exit"] == done.code == Exit.REFUSED
    assert document["findings"][0]["place"] == {"file": "plan.yaml", "line": 3, "column": 5}


def test_a_bug_leaves_a_crash_report_without_messages_and_values():
    """The report names types and frames; ids, keys, arguments and folders are nowhere in it."""
    done = boom("bug", "--text", "u-000181")

    report = done.err.split("crash report: ")[1].split(";")[0]
    with open(report, encoding="utf-8") as file:  # noqa: PTH123 - the path is a plain text
        text = file.read()
    assert done.code == Exit.BUG
    assert stat.S_IMODE(os.stat(report).st_mode) == 0o600  # noqa: PTH116 - as above
    assert "support/cli_boom.py" in text or "cli_boom.py" in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert str(TESTS.parent) not in text
    for secret in ("u-000181", "os_v2_app", "alice", "Traceback (most"):
        assert secret not in text + done.err + done.out


def test_a_crash_report_that_cannot_be_written_is_printed(tmp_path):
    """Where the state folder can't be made, the report itself is on stderr."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    done = boom("bug", env={"XDG_STATE_HOME": str(in_the_way)})

    assert done.code == Exit.BUG
    assert "# purgeplan crash report" in done.err


def test_an_interrupt_inside_a_command_is_told_in_a_line():
    """Ctrl-C where no engine runs ends with 130, its meaning, and no traceback."""
    done = boom("interrupt")

    assert (done.code, done.out) == (Exit.INTERRUPTED, "")
    assert done.err == "talk\ninterrupted, resumable [exit 130]\n"
    assert boom("interrupt", "-q").err == ""


def test_with_json_an_interrupt_is_one_object_as_well():
    """A program that reads stdout is told that the command did not come to its end."""
    document = json.loads(boom("interrupt", "--json").out)

    assert (document["type"], document["exit"]) == ("error", Exit.INTERRUPTED)


def test_with_json_a_bug_is_one_object_as_well():
    """A program that reads stdout is told the exit code, and nothing that an exception says."""
    done = boom("bug", "--json", "--text", "u-000181")

    document = json.loads(done.out)

    assert (document["type"], document["exit"], document["findings"]) == ("error", Exit.BUG, [])
    assert "u-000181" not in done.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_any_command_is_quiet(number):
    """One that arrives while a command works ends it with 130 and no traceback."""
    script = BOOM.format(tests=str(TESTS)).replace(
        "sys.exit(main",
        "from purgeplan.cli.signals import catch_early\ncatch_early()\nsys.exit(main",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "boom", "wait", "-q"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == '"waiting"\n'

        process.send_signal(number)

        _, err = process.communicate(timeout=30)
    assert process.returncode == Exit.INTERRUPTED
    assert err == ""


def test_a_reader_that_went_away_is_no_traceback():
    """A broken pipe on stdout ends quietly, and not as success."""
    process = start("explain")
    process.stdout.close()

    with process:
        err = process.stderr.read()

    assert process.wait(timeout=30) == Exit.INTERRUPTED
    assert err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_talk_that_takes_no_more_stops_nothing():
    """Whatever stderr goes to, stdout has what was asked for, and the exit code is true."""
    with Path("/dev/full").open("w") as full:
        process = start("explain", "PP999", "--json", stderr=full)
        out, _ = process.communicate(timeout=30)

    assert (process.returncode, '"exit": 2' in out) == (Exit.INVALID, True)


def test_json_of_an_error_to_a_closed_stdout_keeps_the_exit_code():
    """Where nobody reads the error as JSON, stderr and exit code still tell."""
    process = start("explain", "PP999", "--json")
    process.stdout.close()

    with process:
        err = process.stderr.read()

    assert process.wait(timeout=30) == Exit.INVALID
    assert "PP090" in err
    assert "BrokenPipe" not in err


def test_a_signal_while_libraries_load_is_quiet():
    """An interrupt in the middle of the imports ends with 130 and no traceback."""
    script = (
        "import os, signal, sys\n"
        "class Early:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'purgeplan.cli.door':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Early())\n"
        "from purgeplan.cli.main import run\n"
        "sys.exit(run())"
    )

    done = run_argv([sys.executable, "-c", script, "explain"])

    assert (done.code, done.out, done.err) == (Exit.INTERRUPTED, "", "")


def test_nohup_is_heeded_and_an_ignored_interrupt_is_not():
    """A SIGHUP that was switched off stays off; whoever sends SIGINT wants it to stop."""
    script = (
        "import signal\n"
        "from purgeplan.cli.signals import catch_early, interrupt\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "catch_early()\n"
        "print(signal.getsignal(signal.SIGHUP).name, signal.getsignal(signal.SIGINT) is interrupt)"
    )

    assert run_argv([sys.executable, "-c", script]).out == "SIG_IGN True\n"


def test_the_handlers_are_let_go_at_the_end():
    """After the command a signal is the system's again; another's handler is left alone."""
    script = (
        "import signal\n"
        "from purgeplan.cli.signals import catch_early, let_go\n"
        "catch_early()\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "let_go()\n"
        "print(signal.getsignal(signal.SIGTERM).name, signal.getsignal(signal.SIGHUP).name)"
    )

    assert run_argv([sys.executable, "-c", script]).out == "SIG_DFL SIG_IGN\n"


def test_output_to_a_closed_stderr_keeps_the_exit_code():
    """Where nobody listens on stderr, the exit code still tells."""
    process = start("explain", "PP999")
    process.stderr.close()

    with process:
        assert process.wait(timeout=30) == Exit.INVALID


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["explian"], "did you mean"),
        (["explain", "--jsno"], "did you mean"),
        (["explain", "PP09l"], "did you mean pp09"),
    ],
    ids=["command", "option", "code"],
)
def test_a_misspelt_word_is_exit_2_with_what_may_have_been_meant(args, hint):
    """Commands, options and codes are met with a suggestion."""
    done = run(*args)

    assert (done.code, done.out) == (Exit.INVALID, "")
    assert hint in done.err.lower()


def test_a_key_given_as_an_argument_is_not_echoed():
    """Usage errors repeat what was typed, but never a key."""
    done = run("os_v2_app_m5zxxxxxxxxxxxxxxxxxxxxx")

    assert done.code == Exit.INVALID
    assert "m5zxx" not in done.err


def test_an_unknown_variable_is_refused_without_its_value():
    """A misspelt PURGEPLAN_ variable is exit 2, names the known one, and keeps its value."""
    done = run("explain", "PP090", env={"PURGEPLAN_JOURNL": "secret-place"})

    assert (done.code, done.out) == (Exit.INVALID, "")
    assert "did you mean PURGEPLAN_JOURNAL?" in done.err
    assert "secret-place" not in done.err


def test_a_known_variable_is_taken():
    """PURGEPLAN_JOURNAL itself is no error."""
    assert run("explain", "PP090", env={"PURGEPLAN_JOURNAL": "j.db"}).code == Exit.DONE


def test_without_a_command_the_help_is_on_stderr():
    """Calling nothing is a usage error that shows the help."""
    done = run()

    assert (done.code, done.out) == (Exit.INVALID, "")
    assert done.err.startswith("Usage: purgeplan")


def test_quiet_keeps_refusals():
    """-q hides talk, never the reason of an exit code."""
    done = boom("RefusedError", "-q")

    assert "refused[PP090]" in done.err
    assert "talk" not in done.err
    assert "talk" in boom("RefusedError").err


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), [0, None]),
        (("-q",), [-1, None]),
        (("-vv", "--log-json", "x.jsonl"), [2, "x.jsonl"]),
    ],
    ids=["default", "-q", "-vv"],
)
def test_common_options_work_after_and_before_the_command(args, expected):
    """Verbosity and log file are taken on either side of the command's name."""
    script = BOOM.format(tests=str(TESTS))

    after = boom("settings", *args)
    before = run_argv([sys.executable, "-c", script, *args, "boom", "settings"])

    assert json.loads(after.out) == json.loads(before.out) == expected


def test_shell_completion_is_offered():
    """The completion script of a shell is printed by the usual variable."""
    done = run(env={"_PURGEPLAN_COMPLETE": "zsh_source"})

    assert done.code == Exit.DONE
    assert "compdef" in done.out


def test_the_console_script_is_the_same_entry():
    """What pip installs as `purgeplan` runs this very function."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    (script,) = entry_points(group="console_scripts", name="purgeplan")

    assert script.value.replace(":", " import ") in PURGEPLAN[2]
